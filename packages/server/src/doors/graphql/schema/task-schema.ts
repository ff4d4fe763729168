import type { Builder } from './builder.ts';
import { createBatchLoader } from './batch-loader.ts';
import { idCursor, pageComplexity, pageOf, pageSize, readId, readIds } from './connection.ts';
import type { Refs } from './refs.ts';
import { isCarriable } from '../../../domain/json.ts';
import type { Principal } from '../../../domain/principal.ts';
import { isCancellable, mayCancel, type Task } from '../../../domain/task.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import { addTaskMutations } from './task-mutations.ts';
import type { TaskService } from '../../../modules/tasks/task-service.ts';
import type { TaskFilter } from '../../../record/task-store.ts';

export type LoadTask = (viewer: Principal, id: string) => Promise<Task | null>;

/** Loads tasks of the viewer's tenant, many at once. */
export const createTaskLoader = (service: TaskService): LoadTask =>
  createBatchLoader(
    (viewer: Principal, ids: readonly string[]) => service.findMany(viewer, ids),
    (task) => task.id,
    (id) => id,
  );

export const addTaskSchema = (
  builder: Builder,
  refs: Refs,
  service: TaskService,
  loadTask: LoadTask,
  loadPrincipal: LoadPrincipal,
): void => {
  addTaskType(builder, refs, loadPrincipal);
  addTaskQueries(builder, refs, service, loadTask);
  addTaskMutations(builder, refs, service);
};

const addTaskType = (_builder: Builder, { task, enums, taskError, principal }: Refs, load: LoadPrincipal) => {
  task.implement({
    description: 'One submission: a goal with explicit actions, from its plan to what came of it.',
    authScopes: { read: true },
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID; later tasks have greater ids.' }),
      status: t.expose('status', { type: enums.taskStatus, description: 'Where it stands.' }),
      goal: t.exposeString('goal', {
        description: "What it is for, in the caller's words. Text of an agent: never trusted.",
      }),
      mode: t.expose('mode', {
        type: enums.taskMode,
        description: 'Whether it runs, is only planned, or goes through the motions.',
      }),
      priority: t.expose('priority', { type: enums.priority, description: 'Its lane.' }),
      environment: t.expose('environment', {
        type: enums.environment,
        description: 'Where the change lands.',
      }),
      justification: t.exposeString('justification', {
        nullable: true,
        description: 'Why the caller needs it.',
      }),
      requiresApproval: t.exposeBoolean('requiresApproval', {
        description: 'Whether the caller itself asked for a person. It can only tighten.',
      }),
      correlationId: t.exposeString('correlationId', {
        nullable: true,
        description: "The caller's own id for what belongs together.",
      }),
      source: t.exposeString('source', { nullable: true, description: 'Where the submission came from.' }),
      tags: t.exposeStringList('tags', { description: "The caller's own labels." }),
      timeoutMs: t.exposeInt('timeoutMs', {
        nullable: true,
        description: 'Milliseconds the whole run may take.',
      }),
      idempotencyKey: t.exposeString('idempotencyKey', { description: 'The key it was submitted under.' }),
      revision: t.exposeInt('revision', {
        description: 'The current revision of its plan; 1 for the first.',
      }),
      risk: t.expose('risk', { type: enums.risk, nullable: true, description: "The server's estimate." }),
      submittedBy: t.field({
        type: principal,
        description: 'Who submitted it.',
        resolve: async ({ submittedById }, _args, { viewer }) => found(await load(viewer, submittedById)),
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was submitted.' }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
      startedAt: t.expose('startedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When its first step started.',
      }),
      finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
      error: t.expose('error', { type: taskError, nullable: true, description: 'Why it did not succeed.' }),
      viewerCanCancel: t.boolean({
        description: 'Whether you may cancel it now.',
        resolve: (parent, _args, { viewer }) => isCancellable(parent.status) && mayCancel(viewer, parent),
      }),
    }),
  });
};

const found = <Value>(value: Value | null): Value => {
  if (value === null) throw new Error('A principal of this tenant is missing.');
  return value;
};

const addTaskQueries = (builder: Builder, refs: Refs, service: TaskService, loadTask: LoadTask): void => {
  const { enums } = refs;
  const connection = refs.connectionOf('Task', refs.task, { hasTotalCount: true });
  const filter = builder.inputType('TaskFilter', {
    description: 'Which tasks. Every field narrows; values in one field are alternatives.',
    fields: (t) => ({
      ids: t.idList({ description: 'One of these; at most 200.' }),
      status: t.field({ type: [enums.taskStatus], description: 'In one of these statuses.' }),
      environment: t.field({ type: [enums.environment], description: 'In one of these environments.' }),
      priority: t.field({ type: [enums.priority], description: 'In one of these lanes.' }),
      risk: t.field({ type: [enums.risk], description: 'Of one of these risks.' }),
      mode: t.field({ type: [enums.taskMode], description: 'In one of these modes.' }),
      idempotencyKey: t.string({ description: 'Submitted under this key.' }),
      mine: t.boolean({ description: 'True for those that you submitted yourself.' }),
      createdFrom: t.field({ type: 'DateTime', description: 'Submitted at this moment or later.' }),
      createdTo: t.field({ type: 'DateTime', description: 'Submitted before this moment.' }),
      submittedById: t.id({ description: 'Submitted by this principal.' }),
      search: t.string({ description: 'Text in the goal, whatever the case.' }),
      tag: t.string({ description: 'With this tag.' }),
      correlationId: t.string({ description: 'With this correlation id.' }),
    }),
  });
  builder.queryFields((t) => ({
    task: t.field({
      type: refs.task,
      nullable: true,
      authScopes: { read: true },
      description: 'One task, or null where there is none with this id.',
      args: { id: t.arg.id({ required: true, description: 'Its UUID.' }) },
      resolve: (_root, args, { viewer }) => {
        const id = readId(args.id);
        return id === null ? null : loadTask(viewer, id);
      },
    }),
    tasks: t.field({
      type: connection,
      authScopes: { read: true },
      description: 'Tasks, newest first.',
      complexity: pageComplexity,
      args: {
        filter: t.arg({ type: filter, description: 'Which tasks; all where left out.' }),
        first: t.arg.int({ description: 'How many: 1 to 200, 50 by default.' }),
        after: t.arg.string({ description: 'The endCursor of the page before.' }),
      },
      resolve: async (_root, args, { viewer }) => {
        const size = pageSize(args.first);
        const given = cleanFilter(viewer, args.filter);
        if (!given) return pageOf<Task>([], size, ({ id }) => id);
        const rows = await service.page(viewer, given, size + 1, idCursor(args.after));
        return pageOf(
          rows,
          size,
          ({ id }) => id,
          () => service.count(viewer, given),
        );
      },
    }),
  }));
};

/** Drops what was not given; null where a value can match nothing: an id that is none, a text that no store carries. */
const cleanFilter = (viewer: Principal, filter: GivenFilter | null | undefined): TaskFilter | null => {
  const { mine, ...rest } = filter ?? {};
  const wanted: TaskFilter = Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== null && value !== undefined),
  );
  const given = wanted.ids ? { ...wanted, ids: readIds(wanted.ids, 'filter.ids') } : wanted;
  const isUncarriable = Object.values(given).some(
    (value) => typeof value === 'string' && !isCarriable(value),
  );
  if (isUncarriable) return null;
  const submittedById = given.submittedById === undefined ? undefined : readId(given.submittedById);
  if (submittedById === null) return null;
  if (mine !== true) return submittedById === undefined ? given : { ...given, submittedById };
  return submittedById === undefined || submittedById === viewer.id
    ? { ...given, submittedById: viewer.id }
    : null;
};

type GivenFilter = { readonly mine?: boolean | null | undefined };
