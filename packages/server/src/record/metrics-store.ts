import type { Database, StatementRunner } from '../infra/database.ts';
import {
  mergeFigures,
  type EndedSteps,
  type Span,
  type StepFigures,
  type SummedRow,
} from './merged-figures.ts';
import { executionMs, figureColumns, figuresOf, finestMs, isCounted, queueMs } from './step-figures.ts';

export interface WindowShape {
  readonly points: number;
  readonly pointMs: number;
}

export interface ApprovalFigures {
  readonly waiting: WaitingForHuman;
  readonly approvals: ApprovalMetrics;
  /** By how much the number of open requests changed in each point; what came before counts in the first. */
  readonly changes: readonly { readonly at: Date; readonly change: number }[];
}

export interface WaitingForHuman {
  readonly count: number;
  readonly oldestAgeMs: number | null;
}

export interface ApprovalMetrics {
  readonly medianTimeToDecideMs: number | null;
  readonly approved: number;
  readonly rejected: number;
  readonly expired: number;
}

export interface MetricsStore {
  /**
   * Steps that ended within the window, on one platform or on all; those that were cancelled never counted
   * as actions, those of a rehearsal call no platform, and what a superseded run found moved is planned again. Approvals are of all platforms: a request is about a plan, which may touch several.
   */
  readWindow(
    tenantId: string,
    shape: WindowShape,
    platform: string | null,
  ): Promise<{ readonly steps: StepFigures; readonly approvals: ApprovalFigures }>;
  /** Steps that ended within the last `withinMs`. */
  readRecent(tenantId: string, withinMs: number): Promise<RecentFigures>;
  /** Of the whole database. */
  readSize(): Promise<number>;
}

type RecentFigures = Pick<EndedSteps, 'total' | 'succeeded' | 'averageExecutionMs'>;

interface StepFiguresRow extends EndedSteps {
  isByPoint: boolean;
  isByPlatform: boolean;
  at: Date | null;
  platform: string | null;
  since: Date;
  until: Date;
}

type ApprovalFiguresRow = ApprovalFigures['approvals'] & {
  waiting: number;
  oldestAgeMs: number | null;
  changes: { at: string; change: number }[] | null;
};

/** $2 is a point's length in milliseconds, $3 the number of points; the last point is the one under way. */
const span = `span AS (
  SELECT now() AS until, $2 * interval '1 millisecond' AS point,
    date_bin($2 * interval '1 millisecond', now(), timestamptz 'epoch') - ($3 - 1) * ($2 * interval '1 millisecond') AS since)`;

const stepFigures = `WITH ${span},
  ended AS (
    SELECT platform, date_bin(point, finished_at, timestamptz 'epoch') AS at, state, attempt,
      ${executionMs} AS execution_ms, ${queueMs} AS queue_ms
    FROM step, span
    WHERE tenant_id = $1 AND finished_at >= since AND finished_at <= until AND ${isCounted}
      AND ($4::text IS NULL OR platform = $4)),
  figures AS (
    SELECT grouping(at) = 0 AS "isByPoint", grouping(platform) = 0 AS "isByPlatform", at, platform,
      count(*)::int AS total, count(*) FILTER (WHERE state = 'SUCCEEDED')::int AS succeeded,
      avg(execution_ms) AS "averageExecutionMs",
      percentile_cont(0.95) WITHIN GROUP (ORDER BY execution_ms) AS "p95ExecutionMs",
      avg(queue_ms) AS "averageQueueMs",
      avg(CASE WHEN attempt > 1 THEN 1.0::float8 ELSE 0 END) AS "retryRate",
      avg(CASE WHEN state = 'REPLACED' THEN 1.0::float8 ELSE 0 END) AS "fallbackRate"
    FROM ended GROUP BY GROUPING SETS ((), (at), (platform)))
  SELECT figures.*, since, until FROM figures, span ORDER BY platform, at`;

const pointOf = (time: string): string => `date_bin((SELECT point FROM span), ${time}, timestamptz 'epoch')`;
const askedInPoint = pointOf('greatest(created_at, (SELECT since FROM span))');

/** What is open is read from its index alone, and what ended in the window once; both are grouped before they are put together. */
const approvalFigures = `WITH ${span},
  open AS (
    SELECT ${askedInPoint} AS at, count(*)::int AS count, min(created_at) AS oldest
      FROM approval_request WHERE tenant_id = $1 AND status = 'PENDING' GROUP BY 1),
  ended AS MATERIALIZED (
    SELECT status, ${askedInPoint} AS asked, ${pointOf('resolved_at')} AS at,
      date_part('epoch', resolved_at - created_at) * 1000 AS decided_ms
      FROM approval_request
     WHERE tenant_id = $1 AND resolved_at >= (SELECT since FROM span) AND status <> 'PENDING'),
  move AS (
    SELECT at, count AS change FROM open
    UNION ALL SELECT asked, count(*) FROM ended GROUP BY 1
    UNION ALL SELECT at, -count(*) FROM ended GROUP BY 1),
  point_change AS (SELECT at, sum(change)::int AS change FROM move GROUP BY 1)
  SELECT (SELECT coalesce(sum(count), 0)::int FROM open) AS waiting,
    (SELECT date_part('epoch', now() - min(oldest)) * 1000 FROM open) AS "oldestAgeMs",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY decided_ms) FILTER (WHERE status IN ('APPROVED', 'REJECTED'))
      AS "medianTimeToDecideMs",
    count(*) FILTER (WHERE status = 'APPROVED')::int AS approved,
    count(*) FILTER (WHERE status = 'REJECTED')::int AS rejected,
    count(*) FILTER (WHERE status = 'EXPIRED')::int AS expired,
    (SELECT json_agg(point_change) FROM point_change) AS changes
  FROM ended`;

/** Up to `to_at` the window is summed up: to `own_to` by its own points, and from there by the shortest. */
const summedUp = `${span},
  reach AS (SELECT CASE WHEN from_at <= since THEN greatest(to_at, since) ELSE since END AS to_at
              FROM span, step_figures_cursor WHERE id = 1),
  edge AS (SELECT to_at, greatest(since, date_bin(point, to_at, timestamptz 'epoch')) AS own_to FROM span, reach)`;

const summedSpan = `WITH ${summedUp} SELECT since, until, to_at > since AS "isSummedUp" FROM span, edge WHERE $1::uuid IS NOT NULL`;

const kept = `SELECT at, ${figureColumns.join(', ')} FROM step_figures`;
const summedFigures = `WITH ${summedUp},
  part AS (
    ${kept}, span, edge WHERE tenant_id = $1 AND grain_ms = $2 AND at >= since AND at < own_to
    UNION ALL ${kept}, edge WHERE tenant_id = $1 AND grain_ms = ${finestMs} AND at >= own_to AND at < to_at
    UNION ALL SELECT at, ${figureColumns.join(', ')} FROM (${figuresOf(
      "$2::int * interval '1 millisecond'",
      'tenant_id = $1 AND finished_at >= (SELECT to_at FROM edge) AND finished_at <= (SELECT until FROM span)',
    )}) AS live)
  SELECT date_bin(point, at, timestamptz 'epoch') AS at, platform, total, succeeded, retried, replaced, executions,
         execution_us AS "executionUs", queues, queue_us AS "queueUs",
         CASE WHEN platform = coalesce($4, '') THEN bins ELSE '{}' END AS bins
    FROM part, span WHERE $4::text IS NULL OR platform = $4`;

const recentFigures = `SELECT count(*)::int AS total, count(*) FILTER (WHERE state = 'SUCCEEDED')::int AS succeeded,
    avg(date_part('epoch', finished_at - started_at)) * 1000 AS "averageExecutionMs"
  FROM step
  WHERE tenant_id = $1 AND finished_at > now() - $2 * interval '1 millisecond' AND ${isCounted}`;

const readAllSteps = async (
  tx: StatementRunner,
  tenantId: string,
  { pointMs, points }: WindowShape,
  platform: string | null,
): Promise<StepFigures> => {
  const rows = await tx.query<StepFiguresRow>(stepFigures, [tenantId, pointMs, points, platform]);
  const overall = rows.find((row) => !row.isByPoint && !row.isByPlatform);
  if (!overall) throw new Error('The database gave no figures.');
  return {
    span: { since: overall.since, until: overall.until },
    overall,
    byPoint: rows.flatMap((row) => (row.isByPoint && row.at ? { ...row, at: row.at } : [])),
    byPlatform: rows.flatMap((row) =>
      row.isByPlatform && row.platform !== null ? { ...row, platform: row.platform } : [],
    ),
  };
};

/** As `readAllSteps`, from what was summed up and from the steps that ended since; null where nothing was summed up. */
const readSummedSteps = async (
  tx: StatementRunner,
  tenantId: string,
  { pointMs, points }: WindowShape,
  platform: string | null,
): Promise<StepFigures | null> => {
  const [edge] = await tx.query<Span & { isSummedUp: boolean }>(summedSpan, [tenantId, pointMs, points]);
  if (!edge?.isSummedUp) return null;
  const rows = await tx.query<SummedRow>(summedFigures, [tenantId, pointMs, points, platform]);
  return { span: edge, ...mergeFigures(rows, platform) };
};

const readApprovals = async (
  tx: StatementRunner,
  tenantId: string,
  { pointMs, points }: WindowShape,
): Promise<ApprovalFigures> => {
  const [row] = await tx.query<ApprovalFiguresRow>(approvalFigures, [tenantId, pointMs, points]);
  if (!row) throw new Error('The database gave no figures.');
  return {
    waiting: {
      count: row.waiting,
      oldestAgeMs: row.oldestAgeMs === null ? null : Math.max(0, row.oldestAgeMs),
    },
    approvals: {
      medianTimeToDecideMs: row.medianTimeToDecideMs,
      approved: row.approved,
      rejected: row.rejected,
      expired: row.expired,
    },
    changes: (row.changes ?? []).map(({ at, change }) => ({ at: new Date(at), change })),
  };
};

export const createMetricsStore = ({
  reports,
  history,
}: Pick<Database, 'reports' | 'history'>): MetricsStore => ({
  // In one transaction both see the same now, and so the same points.
  readWindow: (tenantId, shape, platform) =>
    history.transaction(async (tx) => {
      const [steps, approvals] = await Promise.all([
        readSummedSteps(tx, tenantId, shape, platform).then(
          (summed) => summed ?? readAllSteps(tx, tenantId, shape, platform),
        ),
        readApprovals(tx, tenantId, shape),
      ]);
      return { steps, approvals };
    }),

  async readRecent(tenantId, withinMs) {
    const [row] = await history.query<RecentFigures>(recentFigures, [tenantId, withinMs]);
    return row ?? { total: 0, succeeded: 0, averageExecutionMs: null };
  },

  async readSize() {
    const [row] = await reports.query<{ bytes: string }>(
      'SELECT pg_database_size(current_database())::text AS bytes',
      [],
    );
    return Number(row?.bytes ?? 0);
  },
});
