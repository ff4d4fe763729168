import type { Event } from '../../domain/events.ts';
import { accepted, invalidInput, refusal, refused, type Outcome } from '../../domain/errors.ts';
import type { Database } from '../../infra/database.ts';
import {
  cursorText,
  generationOf,
  isOfThisLog,
  ofAnotherLog,
  readCursor,
  type LogCursor,
} from '../../domain/log-cursor.ts';
import { notACursorOf } from '../../domain/list-cursor.ts';
import type { Sight } from '../../domain/sight.ts';
import { lastArchive, type Archive } from '../../record/archive-store.ts';
import type { EventReader } from '../../record/event-reader.ts';
import {
  hasMoreThan,
  placeInLog,
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
  /** The place that a cursor names. Refused: one that is none, that is not of this log, or after which a tenant's events were archived. */
  place(tenantId: string, cursor: string): Promise<Outcome<bigint>>;
  /** The place of a committed entry, however it was archived since; null where the cursor is not of this log. */
  entryPlace(cursor: LogCursor): Promise<bigint | null>;
  /** Replays what came after the cursor, then goes live. Refused: as `place`, or a cursor that is too old. */
  follow(
    sight: Sight,
    after: string | null,
    filter: EventFilter,
  ): Promise<Outcome<AsyncIterableIterator<Event>>>;
}

export const createEventService = (database: Database, reader: EventReader): EventService => {
  const place: EventService['place'] = async (tenantId, text) => {
    const cursor = readCursor(text);
    if (!cursor) return refused(invalidInput([{ path: 'after', message: notACursorOf('events', text) }]));
    const [horizon, generations, archived] = await Promise.all([
      readHorizon(database),
      readGenerations(database),
      lastArchive(database, tenantId),
    ]);
    if (!isOfThisLog(cursor, generations, horizon)) return refused(ofAnotherLog);
    return archived && cursor.seq < archived.toSeq ? refused(archivedSince(archived)) : accepted(cursor.seq);
  };
  return {
    // Who reads onwards must find all that a stream told already, and a replica may take longer to know that it is all.
    page: (query) => readEventPage(query.newestFirst ? database.history : database.reports, query),
    cursorOf: ({ seq }) => cursorText({ generation: generationOf(seq, reader.generations()), seq }),
    async end() {
      const { horizon, generation } = await readLogEnd(database, 0n);
      return cursorText({ generation, seq: horizon - 1n });
    },
    place,
    entryPlace: (cursor) => placeInLog(database, cursor),
    async follow(sight, after, filter) {
      if (after === null) return accepted(streamEvents(database, reader, { sight, filter }));
      const { tenantId } = sight;
      const found = await place(tenantId, after);
      if (!found.ok) return found;
      if (await hasMoreThan(database, tenantId, found.value, maxReplay)) return refused(tooFarBack);
      return accepted(streamEvents(database, reader, { sight, after: found.value, filter }));
    },
  };
};

const tooFarBack = refusal(
  'RESYNC_REQUIRED',
  'Read current state again and subscribe without a cursor: too much has happened since.',
);

const archivedSince = ({ toSeq, at }: Pick<Archive, 'toSeq' | 'at'>) =>
  refusal(
    'RESYNC_REQUIRED',
    `Events after this cursor, up to seq ${toSeq}, left the log for the archive on ${at.toISOString()}. Read current state again and subscribe without a cursor; what was archived is in the copies of the record.`,
  );
