import { environments, priorities, risks, taskModes, taskStatuses } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refused, type Outcome } from '../../domain/errors.ts';
import { isCarriable } from '../../domain/json.ts';
import type { Principal } from '../../domain/principal.ts';
import { sightOf } from '../../domain/sight.ts';
import type { Task } from '../../domain/task.ts';
import type { TaskFilter, TaskStore } from '../../record/task-store.ts';
import { filterId, id, idList, instant, many, optional, type Page } from '../inputs.ts';
import { namedAt, refusalOfNames } from '../named-ids.ts';
import { defineQuery } from '../operation.ts';

export const taskFilter = z
  .strictObject({
    ids: optional(many(filterId)).describe('One of these; at most 200.'),
    status: optional(z.array(z.enum(taskStatuses))).describe('In one of these statuses.'),
    environment: optional(z.array(z.enum(environments))).describe('In one of these environments.'),
    priority: optional(z.array(z.enum(priorities))).describe('In one of these lanes.'),
    risk: optional(z.array(z.enum(risks))).describe('Of one of these risks.'),
    mode: optional(z.array(z.enum(taskModes))).describe('In one of these modes.'),
    idempotencyKey: optional(z.string()).describe('Submitted under this key.'),
    mine: optional(z.boolean()).describe('True for those that you submitted yourself.'),
    createdFrom: optional(instant).describe('Submitted at this moment or later.'),
    createdTo: optional(instant).describe('Submitted before this moment.'),
    submittedById: optional(filterId).describe('Submitted by this principal.'),
    search: optional(z.string()).describe('Text in the goal, whatever the case.'),
    tag: optional(z.string()).describe('With this tag.'),
    correlationId: optional(z.string()).describe('With this correlation id.'),
    parentTaskId: optional(id).describe('Parts of this task.'),
    watching: optional(z.boolean()).describe('True for those that you follow (`watchTask`).'),
    needsPerson: optional(z.boolean()).describe(
      'True for those that go on only when a person has acted: NEEDS_ATTENTION, and those that a gate has paused.',
    ),
  })
  .meta({
    id: 'TaskFilter',
    description:
      'Which tasks. Every field narrows; values in one field are alternatives. An id that nobody has is refused.',
  });

const list = idList('tasks');

export const createTaskQueries = (
  tasks: Pick<TaskStore, 'findMany' | 'page' | 'count'>,
  findPrincipals: (tenantId: string, ids: readonly string[]) => Promise<readonly Principal[]>,
) => ({
  task: defineQuery({
    name: 'task',
    description: 'One task, or null where there is none with this id.',
    input: z.strictObject({ id: id.describe('Its UUID.') }),
    view: async ({ viewer }, input): Promise<Outcome<Task | null>> =>
      accepted((await tasks.findMany(sightOf(viewer), [input.id]))[0] ?? null),
  }),
  tasks: defineQuery({
    name: 'tasks',
    description: 'Tasks, newest first.',
    input: z.strictObject({
      filter: optional(taskFilter).describe('Which tasks; all where left out.'),
      ...list.input,
    }),
    async view({ viewer }, { filter, first, after }): Promise<Outcome<Page<Task>>> {
      const no = await refusalOfNames(viewer, [
        {
          what: 'task',
          named: [
            ...namedAt('filter.ids', filter?.ids),
            ...namedAt('filter.parentTaskId', filter?.parentTaskId),
          ],
          find: (who, ids) => tasks.findMany(sightOf(who), ids),
        },
        {
          what: 'principal',
          named: namedAt('filter.submittedById', filter?.submittedById),
          find: ({ tenantId }, ids) => findPrincipals(tenantId, ids),
        },
      ]);
      if (no) return refused(no);
      const sight = sightOf(viewer);
      const wanted = filterOf(viewer, filter ?? {});
      const rows = wanted ? await tasks.page(sight, wanted, first + 1, list.after(after)) : [];
      const count = async () => (wanted ? tasks.count(sight, wanted) : 0);
      return accepted(list.page(rows, first, (task) => task.id, count));
    },
  }),
});

export type TaskQueries = ReturnType<typeof createTaskQueries>;

/** Null where nothing can match: a text that no store carries, or another's task that is mine. */
const filterOf = (
  viewer: Principal,
  { mine, watching, ...given }: Partial<z.output<typeof taskFilter>>,
): TaskFilter | null => {
  const filter: TaskFilter = watching === true ? { ...given, watchedById: viewer.id } : given;
  const isCarried = Object.values(filter).every((value) => typeof value !== 'string' || isCarriable(value));
  if (!isCarried) return null;
  if (mine !== true) return filter;
  const { submittedById = viewer.id } = filter;
  return submittedById === viewer.id ? { ...filter, submittedById } : null;
};
