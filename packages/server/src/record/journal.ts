import type { Database, Transaction } from '../infra/database.ts';
import type { WakeUps, WakeUpTopic } from '../infra/wakeups.ts';
import type { NewEvent } from '../domain/events.ts';
import { appendEvents } from './event-store.ts';

/** A transaction that also gathers the events it makes true. */
export interface JournalTransaction extends Transaction {
  record(event: NewEvent): void;
  /** Wakes somebody once the transaction is committed. */
  wake(topic: WakeUpTopic): void;
}

/** The only way state changes: the change and its events commit together, then readers are woken. */
export interface Journal {
  transaction<Value>(work: (tx: JournalTransaction) => Promise<Value>): Promise<Value>;
  /** Called with the events this node committed, after the commit; for counters that may miss a crash. */
  onCommitted(listener: (events: readonly NewEvent[]) => void): void;
}

/** What follows from a transaction's events, as a part of it; gives the events that tell of that. */
export type Consequence = (tx: Transaction, events: readonly NewEvent[]) => Promise<readonly NewEvent[]>;

export const createJournal = (
  database: Database,
  wakeUps: WakeUps,
  consequences: readonly Consequence[] = [],
): Journal => {
  const listeners: ((events: readonly NewEvent[]) => void)[] = [];
  return {
    async transaction(work) {
      const events: NewEvent[] = [];
      const topics = new Set<WakeUpTopic>();
      const value = await database.transaction(async (tx) => {
        const result = await work({
          cells: tx.cells,
          query: (text, values) => tx.query(text, values),
          write: (text, values) => {
            tx.write(text, values);
          },
          record: (event) => void events.push(event),
          wake: (topic) => void topics.add(topic),
        });
        for (const consequence of consequences) events.push(...(await consequence(tx, events)));
        appendEvents(tx, events);
        return result;
      });
      if (events.length > 0) topics.add('events');
      topics.forEach((topic) => {
        wakeUps.notify(topic);
      });
      if (events.length > 0)
        listeners.forEach((listener) => {
          listener(events);
        });
      return value;
    },
    onCommitted: (listener) => void listeners.push(listener),
  };
};
