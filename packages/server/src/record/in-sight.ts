import type { Event } from '../domain/events.ts';
import type { Sight } from '../domain/sight.ts';
import type { StatementRunner } from '../infra/database.ts';
import type { Condition } from './conditions.ts';
import { isNoDecoy } from './no-decoys.ts';

/*
 * The one place that says which rows of a tenant's work somebody sees. Whoever sees all of it is asked nothing, so
 * that their statements stay as they are.
 */

/** A decoy names a submitter who never submitted it: whoever sees their own alone does not see it. */
const submittedBy = (task: string): string =>
  `((${task}.submitted_by_id = ?::uuid OR ${task}.submitted_by_id IN (SELECT id FROM principal WHERE ?::uuid IN (id, owner_id)))
    AND ${isNoDecoy(`${task}.id`)})`;

/** Of rows of tasks, by what they are called in the statement. */
export const isRowInSight = ({ only }: Sight, task: string): Condition | null =>
  only && [submittedBy(task), only.submitterId, only.ownerId];

/** By the column that has a task's id. */
export const isTaskInSight = ({ only }: Sight, taskId: string): Condition | null =>
  only && [
    `EXISTS (SELECT FROM task seen WHERE seen.id = ${taskId} AND ${submittedBy('seen')})`,
    only.submitterId,
    only.ownerId,
  ];

/** As `isTaskInSight`, and of its tenant, for a row that has both; everything where nothing is said. */
export const isInSight = (sight: Sight | undefined, row: string): Condition | null => {
  if (!sight) return null;
  const [text, ...values] = isTaskInSight(sight, `${row}.task_id`) ?? ['true'];
  return [`${row}.tenant_id = ?::uuid AND ${text}`, sight.tenantId, ...values];
};

/** An event of a task goes with it; of what has no task, an agent sees what it did itself. */
export const isEventInSight = (sight: Sight): Condition | null => {
  const ofTask = isTaskInSight(sight, 'event.task_id');
  if (!ofTask || !sight.only) return null;
  const [text, ...values] = ofTask;
  return [
    `(${text} OR event.task_id IS NULL AND event.actor_id = ?::uuid)`,
    ...values,
    sight.only.submitterId,
  ];
};

/** A condition, and its values, for a statement that numbers its values and has `taken` of its own. */
export const andNumbered = (
  condition: Condition | null,
  taken: number,
): readonly [text: string, values: readonly unknown[]] => {
  if (!condition) return ['', []];
  const [text, ...values] = condition;
  let place = taken;
  return [` AND ${text.replace(/\?/g, () => `$${(place += 1)}`)}`, values];
};

/** As `isEventInSight`, for events that were read already. */
export const seenAmong = async (
  runner: StatementRunner,
  sight: Sight,
  events: readonly Pick<Event, 'taskId' | 'actorId'>[],
): Promise<(event: Pick<Event, 'taskId' | 'actorId'>) => boolean> => {
  const { only } = sight;
  if (!only) return () => true;
  const ids = new Set(events.flatMap(({ taskId }) => taskId ?? []));
  const seen = await tasksInSight(runner, sight, [...ids]);
  return ({ taskId, actorId }) => (taskId === null ? actorId === only.submitterId : seen.has(taskId));
};

/** Which of these tasks somebody sees. */
export const tasksInSight = async (
  runner: StatementRunner,
  sight: Sight,
  taskIds: readonly string[],
): Promise<ReadonlySet<string>> => {
  if (taskIds.length === 0) return new Set();
  const [and, values] = andNumbered(isRowInSight(sight, 'task'), 2);
  const found = await runner.query<{ id: string }>(
    `SELECT id FROM task WHERE tenant_id = $1 AND id = ANY($2::uuid[])${and}`,
    [sight.tenantId, taskIds, ...values],
  );
  return new Set(found.map(({ id }) => id));
};
