import type { Priority, StepState } from '@countersign/shared';
import type { ActionCounts } from '../domain/action-patterns.ts';
import type { Failure } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { Sight } from '../domain/sight.ts';
import type { Database } from '../infra/database.ts';
import { cellsOf } from '../infra/rows.ts';
import { given, statementOf, type Condition } from './conditions.ts';
import { andNumbered, isRowInSight, isTaskInSight } from './in-sight.ts';
import { tables } from './tables.ts';

/** One action of a run, with what its submission said of itself. */
export interface ActionRecord {
  readonly id: string;
  readonly taskId: string;
  readonly step: string;
  /** `repo.commit@1` */
  readonly actionType: string;
  readonly platform: string;
  readonly priority: Priority;
  readonly state: StepState;
  readonly attempt: number;
  readonly error: Failure | null;
  /** Null also where it is large: the run has it. */
  readonly output: Json;
  readonly readyAt: Date | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** When it ended; until then when it began or is due. */
  readonly at: Date;
  readonly submittedById: string;
  readonly source: string | null;
  readonly tags: readonly string[];
}

export interface ActionFilter {
  readonly platform?: string | undefined;
  readonly states?: readonly StepState[] | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly submittedById?: string | undefined;
  readonly source?: string | undefined;
  /** All of these. */
  readonly tags?: readonly string[] | undefined;
}

/** An action that could run and waits for a slot. */
export interface WaitingAction {
  readonly id: string;
  readonly actionType: string;
  readonly platform: string;
  readonly priority: Priority;
  readonly queuedAt: Date;
}

export interface ActionStore {
  /** What has not ended first, then the latest. Rehearsals and what was never needed are left out. */
  page(sight: Sight, filter: ActionFilter, limit: number, offset: number): Promise<ActionRecord[]>;
  /** At most `actionsCounted`. */
  count(sight: Sight, filter: ActionFilter): Promise<number>;
  /** Of the latest actions, as many as are counted. */
  countByHabit(sight: Sight, filter: ActionFilter): Promise<ActionCounts>;
  /** In each lane, those that come first. */
  waiting(sight: Sight, perLane: number): Promise<WaitingAction[]>;
}

/** Whoever has more has no use for the exact number, and would wait for it. */
export const actionsCounted = 10_000;
/** Of what an action put out, in a list of many. */
const shownOutputBytes = 16 * 1024;

const at = 'coalesce(step.finished_at, step.started_at, step.next_attempt_at)';
const latestFirst = 'ORDER BY step.finished_at DESC NULLS FIRST, step.id DESC';
const from = 'FROM step JOIN task ON task.id = step.task_id';

const matching = (sight: Sight, filter: ActionFilter): readonly Condition[] =>
  given(
    ['step.tenant_id = ?', sight.tenantId],
    isRowInSight(sight, 'task'),
    [`step.kind = 'ACTION' AND step.state <> 'SKIPPED' AND task.mode <> 'NOOP'`],
    filter.platform !== undefined && ['step.platform = ?', filter.platform],
    filter.states && ['step.state = ANY(?::step_state[])', filter.states],
    filter.from && [`${at} >= ?`, filter.from],
    filter.to && [`${at} < ?`, filter.to],
    filter.submittedById !== undefined && ['task.submitted_by_id = ?', filter.submittedById],
    filter.source !== undefined && ['task.source = ?', filter.source],
    filter.tags && ['task.tags @> ?::text[]', filter.tags],
  );

const outputRead = cellsOf(tables.step, { output: 'output' }, { id: 'id', tenantId: '@tenant' });

export const createActionStore = ({
  reports,
  history,
}: Pick<Database, 'reports' | 'history'>): ActionStore => ({
  page: (sight, filter, limit, offset) =>
    history.query<ActionRecord>(
      ...statementOf(
        matching(sight, filter),
        (where) =>
          `SELECT step.id, step.task_id AS "taskId", step.name AS step, step.action_type AS "actionType",
             step.platform, step.lane AS priority, step.state, step.attempt, step.error,
             CASE WHEN pg_column_size(step.output) <= ${shownOutputBytes} THEN step.output END AS output, step.tenant_id AS "@tenant",
             step.ready_at AS "readyAt", step.started_at AS "startedAt", step.finished_at AS "finishedAt",
             ${at} AS at, task.submitted_by_id AS "submittedById", task.source, task.tags
           ${from} ${where} ${latestFirst} LIMIT ? OFFSET ?${outputRead}`,
        limit,
        offset,
      ),
    ),

  async count(sight, filter) {
    const [row] = await history.query<{ count: number }>(
      ...statementOf(
        matching(sight, filter),
        (where) => `SELECT count(*)::int AS count FROM (SELECT ${from} ${where} LIMIT ?) AS counted`,
        actionsCounted,
      ),
    );
    return row?.count ?? 0;
  },

  async countByHabit(sight, filter) {
    const [row] = await history.query<ActionCounts>(
      ...statementOf(
        matching(sight, filter),
        (where) =>
          `WITH counted AS MATERIALIZED (
             SELECT step.action_type, step.platform, ${at} AS at ${from} ${where} ${latestFirst} LIMIT ?),
           hours AS (
             SELECT date_part('hour', at AT TIME ZONE 'UTC')::int AS hour, count(*)::int AS count
             FROM counted GROUP BY 1)
           SELECT count(*)::int AS total, coalesce(min(at), now()) AS since, now() AS until,
             mode() WITHIN GROUP (ORDER BY action_type) AS "mostFrequentType",
             mode() WITHIN GROUP (ORDER BY platform) AS "mostFrequentPlatform",
             (SELECT coalesce(json_agg(hours), '[]') FROM hours) AS hours
           FROM counted`,
        actionsCounted,
      ),
    );
    if (!row) throw new Error('The database counted nothing at all.');
    return row;
  },

  waiting(sight, perLane) {
    const [and, values] = andNumbered(isTaskInSight(sight, 'step.task_id'), 2);
    return reports.query<WaitingAction>(
      `SELECT first.* FROM unnest(enum_range(NULL::priority)) AS of(lane) CROSS JOIN LATERAL (
         SELECT id, action_type AS "actionType", platform, lane AS priority, next_attempt_at AS "queuedAt"
         FROM step WHERE state = 'READY' AND next_attempt_at <= now() AND tenant_id = $1
           AND step.lane = of.lane AND kind = 'ACTION'${and}
         ORDER BY next_attempt_at, id LIMIT $2) AS first`,
      [sight.tenantId, perLane, ...values],
    );
  },
});
