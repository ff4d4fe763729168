import type { Event } from '../../../domain/events.ts';
import type { Builder } from './builder.ts';
import { pageComplexity, readId, nilId } from './connection.ts';
import { callOf, valueOf } from './operation-fields.ts';
import { codedError, refusalError } from '../errors.ts';
import type { Refs } from './refs.ts';
import { invalidInput } from '../../../domain/errors.ts';
import { eventTypeFaults } from '../../../domain/event-filter.ts';
import type { Task } from '../../../domain/task.ts';
import { endable } from '../../../infra/endable.ts';
import type { LoadTask } from './task-schema.ts';
import type { EventQueries, EventService } from '../../../modules/events/index.ts';
import type { EventFilter } from '../../../modules/events/event-stream.ts';

export interface EventSchemaDependencies {
  readonly operations: EventQueries;
  readonly service: EventService;
  readonly loadTask: LoadTask;
}

export const addEventSchema = (builder: Builder, refs: Refs, deps: EventSchemaDependencies): void => {
  addEventType(refs, deps);
  addTaskEvents(builder, refs, deps.operations);
  refs.query(deps.operations.eventCursor, { type: 'Cursor' });
  addSubscriptions(builder, refs, deps);
};

const addEventType = ({ event, task, logEntry }: Refs, { loadTask }: EventSchemaDependencies): void => {
  event.implement({
    description: 'One fact of the log, as it came.',
    authScopes: { read: true },
    interfaces: [logEntry],
    fields: (t) => ({
      task: t.field({
        type: task,
        nullable: true,
        description: 'The task that it is about, as it is now.',
        resolve: ({ taskId }, _args, { viewer }) => (taskId === null ? null : loadTask(viewer, taskId)),
      }),
    }),
  });
};

const addTaskEvents = (builder: Builder, refs: Refs, { taskEvents }: EventQueries): void => {
  const { taskId: _, ...page } = taskEvents.input.shape;
  const connection = refs.connectionOf('Event', refs.event, { hasTotalCount: false });
  builder.objectField(refs.task, 'events', (t) =>
    t.field({
      type: connection,
      description: 'What happened to it, oldest first.',
      complexity: pageComplexity,
      args: refs.argsOf(page, (arg) => t.arg(arg)),
      resolve: async ({ id }, args, context) =>
        valueOf(await taskEvents.execute(callOf(context), { taskId: id, ...args })),
    }),
  );
};

const addSubscriptions = (builder: Builder, refs: Refs, deps: EventSchemaDependencies): void => {
  const filter = builder.inputType('EventFilter', {
    description: 'Which facts. Every field narrows.',
    fields: (t) => ({
      taskId: t.id({ description: 'About this task.' }),
      types: t.stringList({ description: 'Of one of these types; one that does not exist is refused.' }),
    }),
  });
  builder.subscriptionFields((t) => ({
    events: t.field({
      type: refs.event,
      authScopes: { read: true },
      description:
        'Every fact after a position exactly once and in order, then live. A position too far back, or of a log that was set back to an earlier copy since, ends with RESYNC_REQUIRED.',
      args: {
        after: t.arg.string({
          description: 'The seq of the last event that you have; only what comes next where left out.',
        }),
        filter: t.arg({ type: filter, description: 'Which facts; all where left out.' }),
      },
      subscribe: (_root, args, { viewer }) =>
        filterOf(args.filter, (id) => deps.loadTask(viewer, id)).then((wanted) =>
          follow(deps.service, viewer.tenantId, args.after ?? null, wanted),
        ),
      resolve: (event) => event,
    }),
    taskUpdated: t.field({
      type: refs.task,
      authScopes: { read: true },
      description:
        'A task as it is now, and again at every change. Ends at once where there is no such task.',
      args: { id: t.arg.id({ required: true, description: 'Its UUID.' }) },
      subscribe: (_root, args, { viewer }) => {
        const id = readId(args.id) ?? nilId;
        return followTask(deps, id, () => deps.loadTask(viewer, id), viewer.tenantId);
      },
      resolve: (task) => task,
    }),
  }));
};

/** A filter that can match nothing would be silent for ever, so it is refused. */
const filterOf = async (given: GivenFilter | null | undefined, load: LoadById): Promise<EventFilter> => {
  const types = given?.types ?? undefined;
  const faults = eventTypeFaults(types);
  const taskId = given?.taskId == null ? undefined : readId(given.taskId);
  if (taskId === null) faults.push({ path: 'filter.taskId', message: 'this is not an id' });
  if (faults.length > 0 || taskId === null) throw refusalError(invalidInput(faults));
  if (taskId !== undefined && !(await load(taskId)))
    throw codedError('RESOURCE_NOT_FOUND', 'filter.taskId: there is no such task.');
  return { taskId, types };
};

type LoadById = (taskId: string) => Promise<Task | null>;

interface GivenFilter {
  readonly taskId?: string | null | undefined;
  readonly types?: readonly string[] | null | undefined;
}

const follow = async (
  service: EventService,
  tenantId: string,
  after: string | null,
  filter: EventFilter,
): Promise<AsyncIterableIterator<Event>> => {
  const stream = await service.follow(tenantId, after, filter);
  if (stream.ok) return stream.value;
  throw refusalError(stream.refusal);
};

const followTask = async (
  { service }: EventSchemaDependencies,
  taskId: string,
  load: () => Promise<Task | null>,
  tenantId: string,
): Promise<AsyncIterableIterator<Task>> => {
  const events = await follow(service, tenantId, null, { taskId });
  return endable(async function* (signal) {
    signal.addEventListener('abort', () => void events.return?.(), { once: true });
    const first = await load();
    if (!first) return void (await events.return?.());
    yield first;
    for await (const _event of events) {
      const task = await load();
      if (task) yield task;
    }
  });
};
