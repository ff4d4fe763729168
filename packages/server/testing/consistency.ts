import type { ApprovalStatus, RunStatus, StepState, TaskStatus } from '@countersign/shared';
import type { Task } from '../src/domain/task.ts';
import type { World } from './world.ts';

/** All that the record says of how one task went. */
export interface Outcome {
  readonly taskId: string;
  readonly task: TaskStatus;
  readonly approval: ApprovalStatus | null;
  readonly run: RunStatus | null;
  readonly steps: readonly StepState[];
  readonly approvals: number;
  readonly rejections: number;
  /** Facts that end a task, and events that end a request. */
  readonly ends: number;
  readonly resolutions: number;
  readonly runs: number;
  readonly effects: number;
}

export const outcomesOf = (world: World, tasks: readonly Pick<Task, 'id'>[]): Promise<Outcome[]> =>
  world.owner.query<Outcome>(
    `SELECT t.id AS "taskId", t.status AS task, a.status AS approval, r.status AS run,
       ARRAY(SELECT s.state::text FROM step s WHERE s.run_id = r.id ORDER BY s.ordinal) AS steps,
       (SELECT count(DISTINCT v.reviewer_id)::int FROM review v WHERE v.approval_id = a.id AND v.verdict = 'APPROVE'
          AND NOT EXISTS (SELECT 1 FROM review w WHERE w.approval_id = a.id AND w.reviewer_id = v.reviewer_id
            AND w.verdict <> 'APPROVE' AND w.at >= v.at)) AS approvals,
       (SELECT count(*)::int FROM review v WHERE v.approval_id = a.id AND v.verdict = 'REJECT') AS rejections,
       (SELECT count(*)::int FROM event e WHERE e.task_id = t.id AND e.type IN ('task.succeeded', 'task.failed',
          'task.denied', 'task.rejected', 'task.expired', 'task.cancelled')) AS ends,
       (SELECT count(*)::int FROM event e WHERE e.task_id = t.id AND e.type = 'approval.resolved')
         - (SELECT count(*)::int FROM event e WHERE e.task_id = t.id AND e.type = 'approval.withdrawn') AS resolutions,
       (SELECT count(*)::int FROM run x WHERE x.task_id = t.id) AS runs,
       (SELECT count(*)::int FROM effect f WHERE f.task_id = t.id AND f.state = 'SUCCEEDED') AS effects
     FROM task t LEFT JOIN approval_request a ON a.task_id = t.id AND a.revision = t.revision
       LEFT JOIN run r ON r.task_id = t.id AND r.revision = t.revision
     WHERE t.id = ANY($1::uuid[]) ORDER BY t.id`,
    [tasks.map(({ id }) => id)],
  );

/** What the rest of the record must say where a gated task of one step says what it does. */
const consistent: Partial<Record<TaskStatus, (outcome: Outcome, required: number) => boolean>> = {
  AWAITING_APPROVAL: ({ approval, runs, ends, approvals }, required) =>
    approval === 'PENDING' && runs === 0 && ends === 0 && approvals < required,
  HELD: ({ approval, runs, ends, approvals }, required) =>
    approval === 'APPROVED' && runs === 0 && ends === 0 && approvals === required,
  SUCCEEDED: ({ approval, run, steps, ends, effects, approvals, rejections }, required) =>
    approval === 'APPROVED' &&
    run === 'SUCCEEDED' &&
    steps.every((state) => state === 'SUCCEEDED') &&
    ends === 1 &&
    effects === 1 &&
    approvals === required &&
    rejections === 0,
  REJECTED: ({ approval, runs, ends, rejections, approvals }, required) =>
    approval === 'REJECTED' && runs === 0 && ends === 1 && rejections === 1 && approvals < required,
  EXPIRED: ({ approval, effects, ends, run }) =>
    effects === 0 &&
    ends === 1 &&
    (approval === 'EXPIRED' ? run === null : approval === 'APPROVED' && run === 'FAILED'),
  CANCELLED: ({ approval, run, effects, ends }) =>
    approval === 'CANCELLED' && (run === null || run === 'CANCELLED') && effects === 0 && ends === 1,
};

/** Outcomes whose parts contradict each other; `required` is how many people had to approve. */
export const contradictions = (outcomes: readonly Outcome[], required = 1): Outcome[] =>
  outcomes.filter((outcome) => !consistent[outcome.task]?.(outcome, required));
