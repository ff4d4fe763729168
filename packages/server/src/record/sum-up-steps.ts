import type { Connections, StatementRunner, Transaction } from '../infra/database.ts';
import { safeHorizon } from './event-store.ts';
import { figureColumns, figuresOf, finestMs, kept, summed, typeOf } from './step-figures.ts';

const longestHours = Math.max(...kept.map(({ hours }) => hours));
/** Of the log, once it is counted to its end: what is later changes still, and is read from the steps. */
const settledMs = 30_000;
const hourMs = 3_600_000;

const grainsAsRows = `unnest('{${kept.map(({ grainMs }) => grainMs).join()}}'::int[], '{${kept.map(({ hours }) => hours).join()}}'::int[]) AS grain(grain_ms, hours)`;
const ms = (count: string): string => `${count}::int * interval '1 millisecond'`;
const pointOf = (grain: string, time: string): string =>
  `date_bin(${ms(grain)}, ${time}, timestamptz 'epoch')`;

interface Point {
  readonly tenantId: string;
  readonly at: Date;
}

const rowsOf = (select: string): string =>
  `SELECT coalesce(json_agg(summed), '[]')::text AS rows FROM (${select}) AS summed`;
const points = 'unnest($2::uuid[], $3::timestamptz[]) AS point(tenant_id, at)';
const columns = ['tenant_id', 'grain_ms', 'at', ...figureColumns].join(', ');

const fromSteps =
  rowsOf(`SELECT point.tenant_id, $1::int AS grain_ms, point.at, ${figureColumns.map((column) => `figures.${column}`).join(', ')}
  FROM ${points} CROSS JOIN LATERAL (${figuresOf(
    ms('$1'),
    `step.tenant_id = point.tenant_id AND finished_at >= point.at AND finished_at < point.at + ${ms('$1')}`,
  )}) AS figures`);

/** $4 is the length of the points that these are made of. */
const fromParts = rowsOf(`WITH part AS MATERIALIZED (
    SELECT point.tenant_id, point.at, ${figureColumns.map((column) => `figures.${column}`).join(', ')}
      FROM ${points} CROSS JOIN LATERAL (
        SELECT * FROM step_figures AS own WHERE own.tenant_id = point.tenant_id AND own.grain_ms = $4
           AND own.at >= point.at AND own.at < point.at + ${ms('$1')} OFFSET 0) AS figures)
  SELECT tenant_id, $1::int AS grain_ms, at, platform, ${summed.map((column) => `sum(${column})::${typeOf(column)} AS ${column}`).join(', ')},
         (SELECT coalesce(jsonb_object_agg(bin, executions), '{}') FROM (
            SELECT bin, sum(count::int) AS executions FROM part AS own, jsonb_each_text(own.bins) AS held(bin, count)
             WHERE (own.tenant_id, own.at, own.platform) = (part.tenant_id, part.at, part.platform) GROUP BY bin) AS binned) AS bins
    FROM part GROUP BY tenant_id, at, platform`);

/** Point by point: as a join of the two it is planned while the table is empty, and reads all of it for each point then. */
const forgetPoints = (table: string): string => `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
  SELECT found.ctid FROM ${points} CROSS JOIN LATERAL (
    SELECT ctid FROM ${table} AS own
     WHERE own.tenant_id = point.tenant_id AND own.grain_ms = $1 AND own.at = point.at OFFSET 0) AS found))`;
const forget = forgetPoints('step_figures');
const forgetDue = forgetPoints('step_figures_due');
const insert = `INSERT INTO step_figures (${columns})
  SELECT ${columns} FROM json_populate_recordset(NULL::step_figures, $1::json)`;

const valuesOf = (grainMs: number, all: readonly Point[]): readonly unknown[] => [
  grainMs,
  all.map(({ tenantId }) => tenantId),
  all.map(({ at }) => at),
];

/** Reads the figures of points, and gives what writes them: what reads alone holds nobody back who follows the log. */
const summing = async (
  tx: Transaction,
  grainMs: number,
  all: readonly Point[],
  partMs: number | null = null,
): Promise<() => void> => {
  const values = valuesOf(grainMs, all);
  const [read] = await (partMs === null
    ? tx.query<{ rows: string }>(fromSteps, values)
    : tx.query<{ rows: string }>(fromParts, [...values, partMs]));
  return () => {
    tx.write(forget, values);
    tx.write(insert, [read?.rows ?? '[]']);
  };
};

interface Cursor {
  readonly fromAt: Date;
  readonly toAt: Date;
  /** What the log tells up to here is noted; null where a release began that noted nothing. */
  readonly seq: bigint | null;
  /** Of tenants up to this one it is summed up until then already. */
  readonly nextAt: Date | null;
  readonly afterId: string | null;
}

const readCursor = async (tx: StatementRunner): Promise<Cursor | undefined> => {
  const [cursor] = await tx.query<Cursor>(
    `SELECT from_at AS "fromAt", to_at AS "toAt", seq, next_at AS "nextAt", after_id AS "afterId"
       FROM step_figures_cursor WHERE id = 1`,
  );
  return cursor;
};

/** At least one. */
const partOf = (most: number, share: number): number => Math.max(1, Math.floor(most * share));

const eventsPerPage = 5_000;
/** With these the log tells what came of a run: what no event of a step told of is summed up again then, at the latest. */
const endTypes = ['succeeded', 'failed', 'rolled_back', 'needs_attention', 'cancelled', 'denied', 'expired']
  .map((end) => `'task.${end}'`)
  .concat(`'plan.superseded'`)
  .join(', ');
const isOfStep = `(type LIKE 'step.%' OR type = 'gate.evaluated')`;

/** Points that are summed up and hold, or held, a step that a page of the log tells of. */
const touched = `WITH page AS MATERIALIZED (
    SELECT seq, task_id, type, CASE WHEN ${isOfStep} THEN (data->>'stepId')::uuid END AS step_id
      FROM event WHERE seq > $1 AND seq < ${safeHorizon} ORDER BY seq LIMIT $4),
  told AS MATERIALIZED (SELECT DISTINCT step_id FROM page WHERE step_id IS NOT NULL),
  ended AS (
    SELECT step.tenant_id, step.finished_at FROM told JOIN step ON step.id = told.step_id
    UNION SELECT done.tenant_id, done.finished_at FROM told JOIN step ON step.id = told.step_id
            JOIN step done ON done.run_id = step.run_id AND done.name = step.undoes
    UNION SELECT step.tenant_id, step.finished_at
            FROM (SELECT DISTINCT task_id FROM page WHERE type IN (${endTypes})) AS over
            JOIN run ON run.task_id = over.task_id JOIN step ON step.run_id = run.id
    -- What is tried anew had ended before.
    UNION SELECT event.tenant_id, event.at FROM page JOIN event ON event.task_id = page.task_id
           WHERE page.type = 'step.retried' AND event.seq < page.seq AND ${isOfStep.replaceAll('type', 'event.type')}
             AND event.data->>'stepId' = page.step_id::text)
  SELECT (SELECT max(seq) FROM page) AS "to", (SELECT count(*)::int FROM page) AS events,
         coalesce((SELECT json_agg(point) FROM (
           SELECT DISTINCT tenant_id, grain_ms, ${pointOf('grain_ms', 'finished_at')} AS at
             FROM ended, ${grainsAsRows}
            WHERE finished_at >= $2 AND finished_at < ${pointOf('grain_ms', '$3::timestamptz')}
              AND finished_at >= now() - hours * interval '1 hour') AS point), '[]')::text AS points`;

/** Notes which points the log's next page makes wrong. Gives whether there may be more of it. */
const noteTouched = async (tx: Transaction, share: number): Promise<boolean> => {
  const cursor = await readCursor(tx);
  if (!cursor || cursor.seq === null) return false;
  const most = partOf(eventsPerPage, share);
  const [page] = await tx.query<{ to: bigint | null; events: number; points: string }>(touched, [
    cursor.seq,
    cursor.fromAt,
    new Date(Math.max(Number(cursor.toAt), Number(cursor.nextAt))),
    most,
  ]);
  if (!page || page.to === null) return false;
  tx.write(
    `INSERT INTO step_figures_due (tenant_id, grain_ms, at)
     SELECT tenant_id, grain_ms, at FROM json_populate_recordset(NULL::step_figures_due, $1::json) ON CONFLICT DO NOTHING`,
    [page.points],
  );
  tx.write('UPDATE step_figures_cursor SET seq = $1 WHERE id = 1', [page.to]);
  return page.events === most;
};

const dueAtOnce = 30;

/** The shortest first, of which the longer are made as far back as these are kept. */
const due = `WITH due AS (
    SELECT tenant_id, grain_ms, at FROM step_figures_due
     WHERE grain_ms = (SELECT min(grain_ms) FROM step_figures_due) ORDER BY at DESC, tenant_id LIMIT $1)
  SELECT tenant_id AS "tenantId", due.grain_ms AS "grainMs", at,
         (SELECT max(grain.grain_ms) FROM ${grainsAsRows}
           WHERE grain.grain_ms < due.grain_ms AND due.at >= now() - hours * interval '1 hour') AS "partMs"
    FROM due`;

/** Sums up again some of the points that are due. Gives whether there were any. */
const sumUpDue = async (tx: Transaction, share: number): Promise<boolean> => {
  const found = await tx.query<Point & { grainMs: number; partMs: number | null }>(due, [
    partOf(dueAtOnce, share),
  ]);
  const writes: (() => void)[] = [];
  for (const group of Map.groupBy(found, ({ partMs }) => partMs).values()) {
    const [{ grainMs, partMs } = { grainMs: finestMs, partMs: null }] = group;
    writes.push(await summing(tx, grainMs, group, partMs), () =>
      tx.write(forgetDue, valuesOf(grainMs, group)),
    );
  }
  for (const write of writes) write();
  return found.length > 0;
};

const pointsAtOnce = 500;

/** Points that begin and end between these, and are kept. */
const closedBetween = (from: number, to: number, now: number) =>
  kept.map(({ grainMs, hours }) => {
    const first = Math.floor(from / grainMs);
    const times = Array.from(
      { length: Math.floor(to / grainMs) - first },
      (_, index) => (first + index) * grainMs,
    );
    return {
      grainMs,
      times: times.filter((at) => at + grainMs > now - hours * hourMs).map((at) => new Date(at)),
    };
  });

/** Where a slice ends: between two hours only what is settled by now, for only of that shorter points are kept. */
const sliceEnd = (from: number, until: number, nextAt: number): number => {
  const hourEnd = (Math.floor(from / hourMs) + 1) * hourMs;
  const isUnderWay = nextAt > from && (nextAt === hourEnd || until - nextAt < hourMs);
  return isUnderWay ? nextAt : Math.min(until, hourEnd);
};

/** The hour in which the first step ended of those since `first`; the present one where none did. */
const firstHourSince = async (tx: StatementRunner, first: Date, until: Date): Promise<Date> => {
  const [row] = await tx.query<{ at: Date }>(
    `SELECT date_bin(interval '1 hour', coalesce(min(earliest.finished_at), $2), timestamptz 'epoch') AS at
       FROM tenant CROSS JOIN LATERAL (
         SELECT finished_at FROM step WHERE step.tenant_id = tenant.id AND finished_at >= $1
          ORDER BY finished_at LIMIT 1) AS earliest`,
    [first, until],
  );
  return row?.at ?? first;
};

/** Goes on to the time that is settled, or to the end of an hour, for some tenants after others. Gives whether there is more. */
const sumUpOn = async (tx: Transaction, share: number): Promise<boolean> => {
  const [row] = await tx.query<{ now: Date; until: Date; first: Date; seq: bigint }>(
    `SELECT now() AS now, date_bin(${ms('$1')}, now() - $2 * interval '1 millisecond', timestamptz 'epoch') AS until,
            date_bin(interval '1 hour', now() - $3 * interval '1 hour', timestamptz 'epoch') AS first,
            ${safeHorizon} - 1 AS seq`,
    [finestMs, settledMs, longestHours],
  );
  if (!row) throw new Error('The database gave no time.');
  const begun = await readCursor(tx);
  const before =
    begun && begun.seq !== null
      ? begun
      : {
          fromAt: begun?.fromAt ?? row.first,
          toAt: begun ? row.first : await firstHourSince(tx, row.first, row.until),
          seq: row.seq,
          nextAt: null,
          afterId: null,
        };
  // What lies before the first point that is kept no window shows.
  const from = Math.max(Number(before.toAt), Number(row.first));
  const to = sliceEnd(from, Number(row.until), Number(before.nextAt));
  if (to <= from) return false;
  const points = closedBetween(from, to, Number(row.now));
  const most = partOf(pointsAtOnce / points.reduce((sum, { times }) => sum + times.length, 0), share);
  const tenants = await tx.query<{ id: string }>(
    'SELECT id FROM tenant WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2',
    [to === Number(before.nextAt) ? before.afterId : null, most],
  );
  const writes: (() => void)[] = [];
  for (const { grainMs, times } of points) {
    const all = tenants.flatMap(({ id }) => times.map((at) => ({ tenantId: id, at })));
    if (all.length > 0) writes.push(await summing(tx, grainMs, all));
  }
  for (const write of writes) write();
  const last = tenants.length < most ? undefined : tenants.at(-1);
  tx.write(
    `INSERT INTO step_figures_cursor (id, from_at, to_at, seq, next_at, after_id) VALUES (1, $1, $2, $3, $4, $5)
     ON CONFLICT (id) DO UPDATE SET to_at = excluded.to_at, seq = excluded.seq, next_at = excluded.next_at, after_id = excluded.after_id`,
    [before.fromAt, new Date(last ? from : to), before.seq, last ? new Date(to) : null, last?.id ?? null],
  );
  return last !== undefined || to < Number(row.until);
};

/** Any number that nobody else takes: one process sums up at a time. */
const summingLock = 7_302_029;

/** Ended by the server, whose lock is free then: a client that waits no longer leaves it held. */
const statementTimeoutMs = 20_000;

/**
 * Follows the log by a cursor of its own, whoever else counts it: notes the points that it makes wrong, and sums up
 * those and what is settled, each in a transaction that reads first and writes for a moment. Gives whether there is
 * more. `share` is of what a transaction does at most: who failed goes on with less.
 */
export const sumUpSteps = async (database: Pick<Connections, 'transaction'>, share = 1): Promise<boolean> => {
  const alone = (work: (tx: Transaction, share: number) => Promise<boolean>): Promise<boolean> =>
    database.transaction(async (tx) => {
      const [lock] = await tx.query<{ isOurs: boolean }>(
        `SELECT pg_try_advisory_xact_lock($1) AS "isOurs", set_config('statement_timeout', $2, true)`,
        [summingLock, String(statementTimeoutMs)],
      );
      return lock?.isOurs === true && (await work(tx, share));
    });
  if (await alone(noteTouched)) return true;
  // The present first: points of the past that cannot be summed up keep it from nothing.
  const isMore = await alone(sumUpOn);
  return (await alone(sumUpDue)) || isMore;
};
