import type { Priority } from '@countersign/shared';
import type { LaneLoad, LanePace, PlatformLoad } from '../domain/queue.ts';
import type { Sight } from '../domain/sight.ts';
import type { Database } from '../infra/database.ts';
import { andNumbered, isTaskInSight } from './in-sight.ts';

/** Where one task's step stands in its lane. */
export interface StepPosition {
  readonly taskId: string;
  readonly priority: Priority;
  /** 1 for the step that starts next; null for one so far behind that its place is not counted. */
  readonly place: number | null;
}

/**
 * What waits and what runs, read from the record and not from the queue: a job that the queue forgot
 * still waits, and one that it still holds may be for a step that was cancelled.
 */
export interface QueueStore {
  /** Of all tenants: lanes are shared. A lane without steps is left out. */
  readLoads(): Promise<Omit<LaneLoad, 'slots'>[]>;
  /** Of all tenants, by platform; one without steps is left out. */
  readPlatformLoads(): Promise<PlatformLoad[]>;
  /** From each tenant's latest steps, at most `perTenant` of them and none that ended longer ago than `withinMs`. */
  readPaces(withinMs: number, perTenant: number): Promise<LanePace[]>;
  /** The place of each task's foremost waiting step, among the steps of all tenants; tasks without one are left out. */
  findPositions(sight: Sight, taskIds: readonly string[]): Promise<StepPosition[]>;
}

/** Of all that waits: telling a place costs the same, however much waits behind these. */
const mostPositions = 10_000;

export const createQueueStore = (database: Database, placesCounted = mostPositions): QueueStore => ({
  async readLoads() {
    const loads = await database.query<Omit<LaneLoad, 'slots'>>(
      `SELECT lane AS priority,
         count(*) FILTER (WHERE state = 'READY')::int AS depth,
         count(*) FILTER (WHERE state = 'RUNNING')::int AS active,
         date_part('epoch', clock_timestamp() - min(next_attempt_at) FILTER (WHERE state = 'READY')) * 1000
           AS "oldestAgeMs"
       FROM step
       WHERE (state = 'READY' AND next_attempt_at <= now()) OR (state = 'RUNNING' AND lease_until > now())
       GROUP BY lane`,
    );
    return loads.map(({ oldestAgeMs, ...load }) => ({
      ...load,
      oldestAgeMs: oldestAgeMs === null ? null : Math.max(0, Math.round(oldestAgeMs)),
    }));
  },

  readPlatformLoads: () =>
    database.reports.query<PlatformLoad>(
      `SELECT platform,
         count(*) FILTER (WHERE state = 'READY' AND next_attempt_at <= now())::int AS waiting,
         count(*) FILTER (WHERE state = 'READY' AND next_attempt_at > now())::int AS held,
         count(*) FILTER (WHERE state = 'RUNNING')::int AS running
       FROM step WHERE state IN ('READY', 'RUNNING') GROUP BY platform`,
    ),

  readPaces: (withinMs, perTenant) =>
    database.query<LanePace>(
      `SELECT recent.lane AS priority, count(*)::int AS finished,
         avg(date_part('epoch', finished_at - started_at)) FILTER (WHERE attempt = 1) * 1000 AS "meanDurationMs",
         avg(date_part('epoch', started_at - ready_at)) * 1000 AS "meanWaitMs"
       FROM tenant CROSS JOIN LATERAL (
         SELECT lane, attempt, ready_at, started_at, finished_at FROM step
         WHERE step.tenant_id = tenant.id AND finished_at > now() - $1 * interval '1 millisecond'
         ORDER BY finished_at DESC LIMIT $2) AS recent
       WHERE started_at IS NOT NULL
       GROUP BY recent.lane`,
      [withinMs, perTenant],
    ),

  findPositions(sight, taskIds) {
    const [and, values] = andNumbered(isTaskInSight(sight, 'run.task_id'), 3);
    return database.query<StepPosition>(
      `WITH foremost AS MATERIALIZED (
         SELECT id, lane, next_attempt_at FROM step WHERE state = 'READY' AND next_attempt_at <= now()
         ORDER BY next_attempt_at, id LIMIT $3),
       placed AS (SELECT id, row_number() OVER (PARTITION BY lane ORDER BY next_attempt_at, id)::int AS place
         FROM foremost)
       SELECT run.task_id AS "taskId", step.lane AS priority, min(placed.place) AS place
       FROM run JOIN step ON step.run_id = run.id LEFT JOIN placed ON placed.id = step.id
       WHERE run.tenant_id = $1 AND run.task_id = ANY($2::uuid[])
         AND step.state = 'READY' AND step.next_attempt_at <= now()${and}
       GROUP BY run.task_id, step.lane`,
      [sight.tenantId, taskIds, placesCounted, ...values],
    );
  },
});
