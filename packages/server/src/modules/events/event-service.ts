import type { Event } from '../../domain/events.ts';
import { accepted, invalidInput, refusal, refused, type Outcome } from '../../domain/errors.ts';
import type { Database } from '../../infra/database.ts';
import { cursorText, generationOf, isOfThisLog, readCursor } from '../../domain/log-cursor.ts';
import type { EventReader } from '../../record/event-reader.ts';
import {
  hasMoreThan,
  readEventPage,
  readGenerations,
  readHorizon,
  readLogEnd,
  type EventPageQuery,
} from '../../record/event-store.ts';
import { streamEvents, type EventFilter } from './event-stream.ts';

/** A reader further behind than this starts over from current state. */
const maxReplay = 100_000;

export interface EventService {
  page(query: EventPageQuery): Promise<Event[]>;
  /** As callers have it, and give it back to go on from there. */
  cursorOf(event: Pick<Event, 'seq'>): string;
  /** Where the log ends now: nothing before it is still to come. */
  end(): Promise<string>;
  /** The place that a cursor names. Refused: one that is none, or that is not of this log. */
  place(cursor: string): Promise<Outcome<bigint>>;
  /** Replays what came after the cursor, then goes live. Refused: as `place`, or a cursor that is too old. */
  follow(
    tenantId: string,
    after: string | null,
    filter: EventFilter,
  ): Promise<Outcome<AsyncIterableIterator<Event>>>;
}

export const createEventService = (database: Database, reader: EventReader): EventService => {
  const place: EventService['place'] = async (text) => {
    const cursor = readCursor(text);
    if (!cursor)
      return refused(invalidInput([{ path: 'after', message: 'this is not the seq of an event' }]));
    const [horizon, generations] = await Promise.all([readHorizon(database), readGenerations(database)]);
    return isOfThisLog(cursor, generations, horizon) ? accepted(cursor.seq) : refused(ofAnotherLog);
  };
  return {
    page: (query) => readEventPage(database.reports, query),
    cursorOf: ({ seq }) => cursorText({ generation: generationOf(seq, reader.generations()), seq }),
    async end() {
      const { horizon, generation } = await readLogEnd(database, 0n);
      return cursorText({ generation, seq: horizon - 1n });
    },
    place,
    async follow(tenantId, after, filter) {
      if (after === null) return accepted(streamEvents(database, reader, { tenantId, filter }));
      const found = await place(after);
      if (!found.ok) return found;
      if (await hasMoreThan(database, tenantId, found.value, maxReplay)) return refused(tooFarBack);
      return accepted(streamEvents(database, reader, { tenantId, after: found.value, filter }));
    },
  };
};

const tooFarBack = refusal(
  'RESYNC_REQUIRED',
  'Read current state again and subscribe without a cursor: too much has happened since.',
);

const ofAnotherLog = refusal(
  'RESYNC_REQUIRED',
  'This cursor is not of this log: the server was set back to an earlier copy of its data, or it is another one. Read current state again and subscribe without a cursor.',
);
