import { addAbortListener } from 'node:events';
import {
  isWanted,
  outgoingOf,
  outgoingSources,
  type OutgoingEvent,
  type OutgoingFilter,
} from '../../domain/outgoing-event.ts';
import { accepted, type Outcome } from '../../domain/errors.ts';
import type { Sight } from '../../domain/sight.ts';
import type { QueueState } from '../../domain/queue.ts';
import type { StatementRunner } from '../../infra/database.ts';
import { endable } from '../../infra/endable.ts';
import { readOutgoing } from '../../record/outgoing-store.ts';

/** One event of the log, as whoever follows the log gets it. */
interface Followed {
  readonly seq: bigint;
}

export interface OutgoingDependencies {
  readonly database: StatementRunner;
  readonly readQueue: () => Promise<QueueState>;
  readonly follow: (
    sight: Sight,
    after: string | null,
    filter: { readonly types: readonly string[] },
  ) => Promise<Outcome<AsyncIterableIterator<Followed>>>;
  readonly cursorOf: (event: Followed) => string;
}

/** An event with the place in the log to come back to. */
export interface PlacedEvent extends OutgoingEvent {
  readonly cursor: string;
}

const eventsAtOnce = 50;

/** What webhooks are told, told live: each once and in order, behind a place of the log. */
export const followOutgoing = async (
  { database, readQueue, follow, cursorOf }: OutgoingDependencies,
  sight: Sight,
  after: string | null,
  filter: OutgoingFilter,
): Promise<Outcome<AsyncIterableIterator<PlacedEvent>>> => {
  const followed = await follow(sight, after, { types: [...outgoingSources] });
  if (!followed.ok) return followed;
  const source = followed.value;
  return accepted(
    endable(async function* (signal) {
      using _leaving = addAbortListener(signal, () => void source.return?.());
      let to = -1n;
      for await (const { seq } of source) {
        // A page holds what follows as well; what was told with it comes no second time.
        if (seq <= to) continue;
        const page = await readOutgoing(database, sight, seq - 1n, eventsAtOnce);
        const waits = page.sources.some(({ type }) => type === 'task.queued') ? await readQueue() : null;
        const told = page.sources.flatMap((source) => {
          const event = outgoingOf(source, waits);
          return event && isWanted(event, filter) ? [{ event, place: source.seq }] : [];
        });
        to = page.sources.at(-1)?.seq ?? to;
        for (const [index, { event, place }] of told.entries()) {
          // One event of the log may be several outgoing ones: who leaves among them comes back to all of them.
          const isLast = told[index + 1]?.place !== place;
          yield { ...event, cursor: cursorOf({ seq: isLast ? place : place - 1n }) };
        }
      }
    }),
  );
};
