import type { Database } from './database.ts';
import type { Logger } from './logger.ts';

/** What can be woken: readers of the log, the relays of steps and of other jobs, who has room for steps that were laid
 * aside, the keeper of due times, who follows the installation's health. */
export const wakeUpTopics = ['events', 'outbox', 'shelf', 'jobs', 'due', 'health'] as const;
export type WakeUpTopic = (typeof wakeUpTopics)[number];

/**
 * Tells this node at once and the others soon that there is something to look at. A wake-up carries
 * nothing, and losing one costs at most one poll of whoever waits.
 */
export interface WakeUps extends AsyncDisposable {
  notify(topic: WakeUpTopic): void;
  on(topic: WakeUpTopic, listener: () => void): Disposable;
}

const channel = 'countersign_wake';
/** Wake-ups for other nodes within this time share one NOTIFY: its commits are serialised. */
const coalesceMs = 5;

export const createWakeUps = async (database: Database, logger: Logger): Promise<WakeUps> => {
  const listeners = new Map(wakeUpTopics.map((topic) => [topic, new Set<() => void>()]));
  const origin = `${process.pid}-${Math.random().toString(36).slice(2)}`;
  const fire = (topic: WakeUpTopic): void =>
    listeners.get(topic)?.forEach((listener) => {
      listener();
    });

  const subscription = await database.listen(channel, (payload) => {
    const [from, topic] = (payload ?? '').split('/');
    if (from === origin) return;
    wakeUpTopics.filter((known) => topic === undefined || topic === known).forEach(fire);
  });

  const pending = new Set<WakeUpTopic>();
  let timer: NodeJS.Timeout | undefined;
  const tellOthers = (): void => {
    timer = undefined;
    const messages = [...pending].map((topic) => `${origin}/${topic}`);
    pending.clear();
    // To wait for the disk would hold back readers of the log, for something that may be lost.
    database
      .transaction(
        (tx) => {
          tx.write('SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message', [channel, messages]);
        },
        { isDurable: false },
      )
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'other nodes were not woken; they will poll');
      });
  };

  return {
    notify(topic) {
      fire(topic);
      pending.add(topic);
      timer ??= setTimeout(tellOthers, coalesceMs);
    },
    on(topic, listener) {
      listeners.get(topic)?.add(listener);
      return { [Symbol.dispose]: () => void listeners.get(topic)?.delete(listener) };
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await subscription[Symbol.asyncDispose]();
    },
  };
};
