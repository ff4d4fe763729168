import { isShorter } from './plan-size.ts';
import type { Failure } from '../domain/errors.ts';
import type { Sight } from '../domain/sight.ts';
import type { Database } from '../infra/database.ts';
import { given, statementOf } from './conditions.ts';
import { isRowInSight } from './in-sight.ts';
import { stepsOf } from './plan-outline.ts';

/** What came of the latest actions of one type upon one target. */
export interface TargetCalls {
  readonly target: string;
  readonly calls: number;
  readonly failed: number;
  readonly lastAt: Date;
  /** Of the last that failed; null where none did. */
  readonly lastError: Failure | null;
}

/** So many of the latest actions are looked at. */
export const callsCounted = 200;
/** So large a plan is no call of one tool. */
const longestDocument = 1_000_000;

const targets = (where: string): string =>
  `WITH latest AS MATERIALIZED (
     SELECT step.state, step.error, step.finished_at, step.ordinal, run.task_id, run.revision
       FROM step JOIN run ON run.id = step.run_id JOIN task ON task.id = step.task_id
       ${where} ORDER BY step.finished_at DESC LIMIT ?)
   SELECT target->>'name' AS target, count(*)::int AS calls,
     (count(*) FILTER (WHERE latest.state <> 'SUCCEEDED'))::int AS failed, max(latest.finished_at) AS "lastAt",
     (array_agg(latest.error ORDER BY latest.finished_at DESC) FILTER (WHERE latest.state <> 'SUCCEEDED'))[1] AS "lastError"
   FROM latest JOIN plan p ON p.task_id = latest.task_id AND p.revision = latest.revision
     AND ${isShorter('p', longestDocument)},
     jsonb_array_elements(${stepsOf('p')}) AS planned (step),
     jsonb_array_elements(planned.step->'targets') AS named (target)
   WHERE (planned.step->>'ordinal')::int = latest.ordinal AND target->>'kind' = ?
   GROUP BY 1`;

/** What came of the latest actions of one type that a viewer sees, by their targets of a kind; of 30 days at most. */
export const createFindTargetCalls =
  ({ reports }: Pick<Database, 'reports'>) =>
  (sight: Sight, actionType: string, kind: string): Promise<TargetCalls[]> =>
    reports.query<TargetCalls>(
      ...statementOf(
        given(
          ['step.tenant_id = ?', sight.tenantId],
          isRowInSight(sight, 'task'),
          [`step.kind = 'ACTION' AND task.mode <> 'NOOP' AND step.action_type LIKE ? || '@%'`, actionType],
          [`step.state IN ('SUCCEEDED', 'FAILED', 'NEEDS_ATTENTION')`],
          [`step.finished_at > now() - interval '30 days'`],
        ),
        targets,
        callsCounted,
        kind,
      ),
    );
