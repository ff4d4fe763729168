import { addAbortListener } from 'node:events';
import type { Event } from '../../domain/events.ts';
import type { Sight } from '../../domain/sight.ts';
import type { Database } from '../../infra/database.ts';
import { refusal, RefusalError } from '../../domain/errors.ts';
import { endable } from '../../infra/endable.ts';
import type { EventReader } from '../../record/event-reader.ts';
import { readEventPage } from '../../record/event-store.ts';
import { seenAmong } from '../../record/in-sight.ts';

export interface EventFilter {
  readonly taskId?: string | undefined;
  readonly types?: readonly string[] | undefined;
}

export interface StreamRequest {
  readonly sight: Sight;
  /** Position of the last event that the reader has; undefined starts with what comes next. */
  readonly after?: bigint | undefined;
  readonly filter: EventFilter;
}

const replayPage = 500;
/** Events kept for a reader that does not keep up; past it they are read from the log again. */
const maxBuffered = 2_000;

/**
 * Every event after a position exactly once and in order: first from the log, then live. Memory is
 * bounded: a slow reader's backlog is dropped and read from the log when the reader gets to it.
 */
export const streamEvents = (
  database: Database,
  reader: EventReader,
  request: StreamRequest,
): AsyncIterableIterator<Event> => {
  // Now, and not at the first read: until then, things may happen.
  const after = request.after ?? reader.position();
  return endable((signal) => followLog(database, reader, { ...request, after }, signal));
};

/** `buffer` holds every matching event after `replayTo`; what lies before that is read from the log. */
async function* followLog(
  database: Database,
  reader: EventReader,
  request: StreamRequest & { readonly after: bigint },
  signal: AbortSignal,
): AsyncGenerator<Event> {
  let buffer: Event[] = [];
  let replayTo = reader.position();
  let position = request.after;
  let wake: (() => void) | undefined;
  using _listening = reader.onEvents((events) => {
    const matching = events.filter((event) => isWanted(event, request));
    const last = events.at(-1);
    if (last && buffer.length + matching.length > maxBuffered) {
      buffer = [];
      replayTo = last.seq;
    } else buffer.push(...matching);
    wake?.();
  });
  let isSetBack = false;
  using _following = reader.onSetBack(() => {
    isSetBack = true;
    wake?.();
  });
  using _leaving = addAbortListener(signal, () => wake?.());

  while (!signal.aborted) {
    if (isSetBack) throw setBack();
    if (position < replayTo) {
      const upTo = replayTo;
      const page = await readEventPage(database, {
        sight: request.sight,
        ...request.filter,
        after: position,
        before: upTo + 1n,
        newestFirst: false,
        limit: replayPage,
      });
      for (const event of page) {
        position = event.seq;
        yield event;
      }
      if (page.length < replayPage) position = upTo;
    } else if (buffer.length > 0) {
      const batch = buffer;
      buffer = [];
      const isSeen = await seenAmong(database, request.sight, batch);
      for (const event of batch) {
        if (event.seq <= position) continue;
        position = event.seq;
        if (isSeen(event)) yield event;
      }
    } else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
}

const setBack = (): Error =>
  new RefusalError(
    refusal(
      'RESYNC_REQUIRED',
      'The server was set back to an earlier copy of its data. Read current state again and subscribe without a cursor.',
    ),
  );

const isWanted = (event: Event, { sight, filter }: StreamRequest): boolean =>
  event.tenantId === sight.tenantId &&
  (filter.taskId === undefined || event.taskId === filter.taskId) &&
  (filter.types === undefined || filter.types.includes(event.type));
