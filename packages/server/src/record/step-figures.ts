import type { StatementRunner } from '../infra/database.ts';

/*
 * What metrics tell of steps that ended, summed up by time: a window of a week reads hundreds of rows, whatever ended
 * in it. Every length of a point is kept beside the others.
 */

/** Lengths of points, with how long each is kept behind what is summed up: what the window of such points shows, and some more. */
export const kept = [
  { grainMs: 60_000, hours: 3 },
  { grainMs: 300_000, hours: 12 },
  { grainMs: 900_000, hours: 48 },
  { grainMs: 3_600_000, hours: 192 },
] as const;
export const finestMs = kept[0].grainMs;

/** A rehearsal says nothing of a platform: it calls none. */
const isNoRehearsal = `NOT EXISTS (SELECT FROM task WHERE task.id = step.task_id AND task.mode = 'NOOP')`;

/** Without a person's word only a target that had moved cancels a run: then its task is planned again. */
const isNotSuperseded = `NOT (state = 'FAILED' AND error->>'code' = 'PRECONDITION_FAILED' AND (
  SELECT run.status = 'CANCELLED' AND run.cancel_requested_at IS NULL FROM run WHERE run.id = step.run_id))`;

/** Of a row of `step`. */
export const isCounted = `state NOT IN ('CANCELLED', 'SKIPPED') AND ${isNoRehearsal} AND ${isNotSuperseded}`;
export const executionMs = `date_part('epoch', finished_at - started_at) * 1000`;
export const queueMs = `date_part('epoch', started_at - ready_at) * 1000`;

/** Durations are counted in bins, each a twentieth longer than the one before. */
export const binWidth = Math.log(1.05);

const sums = {
  total: 'count(*)',
  succeeded: `count(*) FILTER (WHERE state = 'SUCCEEDED')`,
  retried: 'count(*) FILTER (WHERE attempt > 1)',
  replaced: `count(*) FILTER (WHERE state = 'REPLACED')`,
  executions: 'count(execution_ms)',
  execution_us: 'coalesce(sum(execution_ms * 1000), 0)',
  queues: 'count(queue_ms)',
  queue_us: 'coalesce(sum(queue_ms * 1000), 0)',
};
export const summed = Object.keys(sums);
export const typeOf = (column: string): string => (column.endsWith('_us') ? 'bigint' : 'int');

/** By point and platform, and by point under the platform '': of the steps that ended in a stretch of time. */
export const figuresOf = (grain: string, isWithin: string): string => `
  SELECT at, coalesce(platform, '') AS platform,
         ${summed.map((column) => `sum(${column})::${typeOf(column)} AS ${column}`).join(', ')},
         coalesce(jsonb_object_agg(bin, executions) FILTER (WHERE bin IS NOT NULL), '{}') AS bins
    FROM (SELECT at, platform, bin, ${summed.map((column) => `${sums[column as keyof typeof sums]} AS ${column}`).join(', ')}
            FROM (SELECT date_bin(${grain}, finished_at, timestamptz 'epoch') AS at, platform, state, attempt,
                         ${executionMs} AS execution_ms, ${queueMs} AS queue_ms,
                         floor(ln(greatest((${executionMs})::float8, 0.01)) / ${binWidth})::int AS bin
                    FROM step WHERE ${isWithin} AND ${isCounted}) AS ended
           GROUP BY GROUPING SETS ((at, platform, bin), (at, bin))) AS binned
   GROUP BY at, platform`;

/** Columns of `figuresOf` and of the table alike. */
export const figureColumns = ['platform', ...summed, 'bins'];

const forgottenAtOnce = 1_000;

/** What no window shows any more. Gives whether there may be more of it. */
export const forgetFigures = async (tx: StatementRunner): Promise<boolean> => {
  const gone = await tx.query(
    `DELETE FROM step_figures WHERE ctid IN (
       SELECT step_figures.ctid FROM step_figures JOIN unnest($1::int[], $2::int[]) AS k(grain_ms, hours) USING (grain_ms)
        WHERE at < (SELECT to_at FROM step_figures_cursor) - hours * interval '1 hour' LIMIT ${forgottenAtOnce}) RETURNING 1 AS gone`,
    [kept.map(({ grainMs }) => grainMs), kept.map(({ hours }) => hours)],
  );
  return gone.length === forgottenAtOnce;
};
