import type { Principal } from '../../../domain/principal.ts';
import type { Task } from '../../../domain/task.ts';
import {
  viewerCanApply,
  type TaskCommands,
  type TaskQueries,
  type TaskService,
} from '../../../modules/tasks/index.ts';
import { createBatchLoader } from './batch-loader.ts';
import type { Builder } from './builder.ts';
import { pageComplexity } from './connection.ts';
import { traceIdOf } from '../../../infra/tracing.ts';
import type { LinkToTrace } from '../../shared/trace-links.ts';
import { callOf, valueOf } from './operation-fields.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import type { Refs } from './refs.ts';
import { addTaskMutations } from './task-mutations.ts';
import { exposed } from './exposed-fields.ts';

export type LoadTask = (viewer: Principal, id: string) => Promise<Task | null>;

/** Loads tasks of the viewer's tenant, many at once. */
export const createTaskLoader = (service: Pick<TaskService, 'findMany'>): LoadTask =>
  createBatchLoader(
    (viewer: Principal, ids: readonly string[]) => service.findMany(viewer, ids),
    (task) => task.id,
    (id) => id,
  );

export const addTaskSchema = (
  builder: Builder,
  refs: Refs,
  { operations, loadPrincipal, loadTask, linkToTrace }: TaskSources,
): void => {
  const connection = refs.connectionOf('Task', refs.task, { hasTotalCount: true });
  addTaskType(refs, loadPrincipal);
  refs.query(operations.task, { type: refs.task, nullable: true });
  refs.pages(operations.tasks, connection);
  builder.objectFields(refs.task, (t) => ({
    traceId: t.id({
      nullable: true,
      description:
        'The trace that all of its work belongs to, 32 hexadecimal digits: of the W3C `traceparent` that its caller sent, or our own; null where nobody traces.',
      resolve: ({ traceparent }) => traceIdOf(traceparent),
    }),
    traceUrl: t.string({
      nullable: true,
      description:
        'Where to look at that trace; null where the configuration says nothing, or it is not kept.',
      resolve: ({ traceparent }) => linkToTrace(traceparent),
    }),
    parent: t.field({
      type: refs.task,
      nullable: true,
      description: 'The task that this one is a part of.',
      resolve: ({ parentTaskId }, _args, { viewer }) =>
        parentTaskId === null ? null : loadTask(viewer, parentTaskId),
    }),
    children: t.field({
      type: connection,
      description: 'The tasks that are parts of this one, newest first.',
      complexity: pageComplexity,
      args: refs.argsOf(pageOfTasks(operations.tasks.input.shape), (arg) => t.arg(arg)),
      resolve: async ({ id }, page, context) =>
        valueOf(await operations.tasks.execute(callOf(context), { ...page, filter: { parentTaskId: id } })),
    }),
  }));
  addTaskMutations(refs, operations);
};

interface TaskSources {
  readonly operations: TaskCommands & TaskQueries;
  readonly loadPrincipal: LoadPrincipal;
  readonly loadTask: LoadTask;
  readonly linkToTrace: LinkToTrace;
}

const pageOfTasks = ({ first, after }: TaskQueries['tasks']['input']['shape']) => ({ first, after });

const addTaskType = ({ task, enums, taskError, principal }: Refs, load: LoadPrincipal) => {
  task.implement({
    description: 'One submission: a goal with explicit actions, from its plan to what came of it.',
    authScopes: { read: true },
    fields: (t) => ({
      ...exposed(t, {
        id: ['ID', 'UUID; later tasks have greater ids.'],
        status: [enums.taskStatus, 'Where it stands.'],
        goal: ['String', "What it is for, in the caller's words. Text of an agent: never trusted."],
        mode: [enums.taskMode, 'Whether it runs, is only planned, or goes through the motions.'],
        priority: [enums.priority, 'Its lane.'],
        environment: [enums.environment, 'Where the change lands.'],
        justification: ['String', 'Why the caller needs it.', 'nullable'],
        requiresApproval: ['Boolean', 'Whether the caller itself asked for a person. It can only tighten.'],
        correlationId: ['String', "The caller's own id for what belongs together.", 'nullable'],
        source: ['String', 'Where the submission came from.', 'nullable'],
        timeoutMs: ['Milliseconds', 'Milliseconds the whole run may take.', 'nullable'],
        actions: [
          'JSON',
          'What is asked for: a list of ActionInput, as submitted, or as somebody edited it last.',
        ],
        transactional: ['Boolean', 'Whether what was done is undone where a step fails.'],
        idempotencyKey: ['String', 'The key it was submitted under.'],
        revision: [
          'Int',
          'The current revision of its plan: 1 for the first, 0 while it is PLANNING its first.',
        ],
        risk: [enums.risk, "The server's estimate; null until there is a plan.", 'nullable'],
        createdAt: ['DateTime', 'When it was submitted.'],
        updatedAt: ['DateTime', 'When it last changed.'],
        startedAt: ['DateTime', 'When its first step started.', 'nullable'],
        finishedAt: ['DateTime', 'When it ended.', 'nullable'],
        error: [taskError, 'Why it did not succeed.', 'nullable'],
        tags: [['String'], "The caller's own labels."],
      }),
      submittedBy: t.field({
        type: principal,
        description: 'Who submitted it.',
        resolve: async ({ submittedById }, _args, { viewer }) => found(await load(viewer, submittedById)),
      }),
      viewerCanApply: t.boolean({
        description: 'Whether you may have its plan applied now: it was only planned, and you submitted it.',
        resolve: (parent, _args, { viewer }) => viewerCanApply(viewer, parent),
      }),
    }),
  });
};

const found = <Value>(value: Value | null): Value => {
  if (value === null) throw new Error('A principal of this tenant is missing.');
  return value;
};
