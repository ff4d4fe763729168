import { randomBytes } from 'node:crypto';
import { digestOf, payloadHashOf } from '@countersign/audit/verify-audit';
import type { StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, givenRows, placesOf, valuesOf, without, type Table } from '../infra/rows.ts';
import type { Event, NewEvent } from '../domain/events.ts';
import { isOfThisLog, type LogCursor, type LogGeneration } from '../domain/log-cursor.ts';
import type { Sight } from '../domain/sight.ts';
import { tables } from './tables.ts';
import { andNumbered, isEventInSight } from './in-sight.ts';

/** Events of one transaction share its id; this many fit. */
const placesPerTransaction = 20;

/** 16 random bytes for each, drawn at once. */
const saltsFor = (count: number): string[] => {
  const bytes = randomBytes(16 * count);
  return Array.from({ length: count }, (_, at) => bytes.toString('base64url', at * 16, at * 16 + 16));
};

const sealable = (event: NewEvent, salt: string) => {
  const { tenantId, type, taskId, actorId, summary, data, traceparent = null } = event;
  const header = { type, at: event.at.toISOString(), taskId, actorId, traceparent };
  return { ...event, salt, digest: digestOf(tenantId, header, payloadHashOf(summary, data, salt)) };
};

/**
 * Appends the events of a transaction, once per transaction: a second call would take the same places
 * and is refused by the primary key.
 */
export const appendEvents = (tx: Transaction, events: readonly NewEvent[]): void => {
  if (events.length === 0) return;
  const salts = saltsFor(events.length);
  tx.write(appending, [JSON.stringify(events.map((event, at) => sealable(event, salts[at] ?? '')))]);
};

/** To the database a type is any word, and what goes with it any object: it was recorded by its schema. */
const log: Table<Omit<Required<Event>, 'type' | 'data' | 'isUncounted'> & { type: string; data: unknown }> =
  without(tables.event, 'salt', 'payloadHash');
const written = without(tables.event, 'seq', 'payloadHash');
const columns = columnsOf(log);
const appending = `INSERT INTO event (seq, ${placesOf(written)})
  SELECT (pg_current_xact_id()::text::bigint << ${placesPerTransaction}) + (place - 1), ${valuesOf(written)}
  FROM ${givenRows(written, 'place')} AS e`;

/**
 * No transaction that is still open can add an event below this: what is under it never changes. An open
 * transaction of any database of the server holds it back.
 */
export const safeHorizon = `(pg_snapshot_xmin(pg_current_snapshot())::text::bigint << ${placesPerTransaction})`;

export interface EventPageQuery {
  readonly sight: Sight;
  readonly taskId?: string | undefined;
  readonly actorId?: string | undefined;
  readonly types?: readonly string[] | undefined;
  /** Whose summary holds these words, among the first of those that remain. */
  readonly text?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly after?: bigint | undefined;
  readonly before?: bigint | undefined;
  readonly newestFirst: boolean;
  readonly limit: number;
}

/** The order-preserving position of the log's end, for a reader that starts now. */
export const readHorizon = async (tx: StatementRunner): Promise<bigint> => {
  const [row] = await tx.query<{ horizon: bigint }>(`SELECT ${safeHorizon} AS horizon`);
  if (!row) throw new Error('The database gave no snapshot.');
  return row.horizon;
};

/** Events of all tenants after a position, in order, none missing below the horizon: for the node's one reader. */
export const readLog = async (tx: StatementRunner, after: bigint, limit: number): Promise<Event[]> => {
  return tx.query<Event>(
    `SELECT ${columns} FROM event WHERE seq > $1 AND seq < ${safeHorizon} ORDER BY seq LIMIT $2`,
    [after, limit],
  );
};

export interface LogEnd {
  /** Whether there are events after the position, those above the horizon included. */
  readonly hasMore: boolean;
  readonly horizon: bigint;
  readonly generation: bigint;
}

export const readLogEnd = async (tx: StatementRunner, after: bigint): Promise<LogEnd> => {
  const [row] = await tx.query<{ has_more: boolean; horizon: bigint; generation: bigint }>(
    `SELECT EXISTS (SELECT 1 FROM event WHERE seq > $1) AS has_more, ${safeHorizon} AS horizon,
            (SELECT max(generation) FROM log_generation) AS generation`,
    [after],
  );
  if (!row) throw new Error('The database gave no snapshot.');
  return { hasMore: row.has_more, horizon: row.horizon, generation: row.generation };
};

export const readGenerations = (tx: StatementRunner): Promise<LogGeneration[]> =>
  tx.query<LogGeneration>(
    'SELECT generation, after_seq AS "afterSeq" FROM log_generation ORDER BY generation',
  );

/**
 * The place of a committed entry that a cursor names, the newest included; null where the cursor is not of this log, so
 * that another entry has the place by now, or none yet.
 */
export const placeInLog = async (tx: StatementRunner, cursor: LogCursor): Promise<bigint | null> => {
  const generations = await readGenerations(tx);
  const [row] = await tx.query<{ end: bigint }>(
    `SELECT (pg_snapshot_xmax(pg_current_snapshot())::text::bigint << ${placesPerTransaction}) AS "end"`,
  );
  return row && isOfThisLog(cursor, generations, row.end) ? cursor.seq : null;
};

/**
 * Begins another generation where the log is a copy: of another place than before, or of a time before
 * what somebody has seen of it.
 */
export const takeUpLog = async (
  tx: StatementRunner,
  place: string | null,
  seen: bigint | null,
): Promise<void> => {
  await tx.query('SELECT take_up_log($1::text, $2::bigint)', [place, seen]);
};

/** Whether a tenant has more than `limit` events after a position: too many to replay. */
export const hasMoreThan = async (
  tx: StatementRunner,
  tenantId: string,
  after: bigint,
  limit: number,
): Promise<boolean> => {
  const rows = await tx.query(
    'SELECT 1 FROM event WHERE tenant_id = $1 AND seq > $2 ORDER BY seq OFFSET $3 LIMIT 1',
    [tenantId, after, limit],
  );
  return rows.length > 0;
};

/**
 * A page of the events that somebody sees. Who reads onwards trusts the last one as a cursor: nothing may appear before
 * it, so such a page ends below the horizon. Who reads back from the newest sees everything that is committed.
 */
export const readEventPage = async (tx: StatementRunner, query: EventPageQuery): Promise<Event[]> => {
  const order = query.newestFirst ? 'DESC' : 'ASC';
  const [and, seen] = andNumbered(isEventInSight(query.sight), query.text === undefined ? 9 : 11);
  const page = `SELECT event.* FROM event
     WHERE tenant_id = $1 ${query.newestFirst ? '' : `AND seq < ${safeHorizon}`}
       AND ($2::uuid IS NULL OR task_id = $2) AND ($3::uuid IS NULL OR actor_id = $3)
       AND ($4::text[] IS NULL OR type = ANY($4)) AND ($5::timestamptz IS NULL OR at >= $5)
       AND ($6::timestamptz IS NULL OR at < $6) AND ($7::bigint IS NULL OR seq > $7)
       AND ($8::bigint IS NULL OR seq < $8)${and}
     ORDER BY seq ${order} LIMIT $9`;
  const values = [
    query.sight.tenantId,
    query.taskId ?? null,
    query.actorId ?? null,
    query.types ?? null,
    query.from ?? null,
    query.to ?? null,
    query.after ?? null,
    query.before ?? null,
  ];
  if (query.text === undefined)
    return tx.query<Event>(`SELECT ${columns} FROM (${page}) AS event ORDER BY seq ${order}`, [
      ...values,
      query.limit,
      ...seen,
    ]);
  // Words have no index: so many entries are read for them, and no more.
  return tx.query<Event>(
    `SELECT ${columns} FROM (${page}) AS event
      WHERE position(lower($10) IN lower(summary)) > 0 ORDER BY seq ${order} LIMIT $11`,
    [...values, entriesSearched, query.text, query.limit, ...seen],
  );
};

const entriesSearched = 100_000;
