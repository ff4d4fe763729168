import type { Event } from '../../domain/events.ts';
import { accepted, invalidInput, refusal, refused, type Outcome } from '../../domain/errors.ts';
import type { Database } from '../../infra/database.ts';
import type { EventReader } from './event-reader.ts';
import { hasMoreThan, readEventPage, readHorizon, type EventPageQuery } from './event-store.ts';
import { streamEvents, type EventFilter } from './event-stream.ts';

/** A reader further behind than this starts over from current state. */
const maxReplay = 100_000;

export interface EventService {
  page(query: EventPageQuery): Promise<Event[]>;
  /** Replays what came after the cursor, then goes live. Refused: a cursor that is none, or is too old. */
  follow(
    tenantId: string,
    after: string | null,
    filter: EventFilter,
  ): Promise<Outcome<AsyncIterableIterator<Event>>>;
}

export const createEventService = (database: Database, reader: EventReader): EventService => ({
  page: (query) => readEventPage(database, query),
  async follow(tenantId, after, filter) {
    if (after === null) return accepted(streamEvents(database, reader, { tenantId, filter }));
    const position = parseCursor(after);
    if (position === null) {
      return refused(invalidInput([{ path: 'after', message: 'this is not the seq of an event' }]));
    }
    const isUnknown = position >= (await readHorizon(database));
    if (isUnknown || (await hasMoreThan(database, tenantId, position, maxReplay))) {
      return refused(
        refusal(
          'RESYNC_REQUIRED',
          'Read current state again and subscribe without a cursor: too much has happened since.',
        ),
      );
    }
    return accepted(streamEvents(database, reader, { tenantId, after: position, filter }));
  },
});

const lastPosition = 2n ** 63n - 1n;

/** The position a cursor names, or null where it names none. */
export const parseCursor = (cursor: string): bigint | null => {
  if (!/^\d{1,19}$/.test(cursor)) return null;
  const position = BigInt(cursor);
  return position <= lastPosition ? position : null;
};
