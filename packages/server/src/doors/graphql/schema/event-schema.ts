import type { SameForAll } from '../shared-texts.ts';
import type { Builder } from './builder.ts';
import { pageComplexity } from './connection.ts';
import { callOf, valueOf } from './operation-fields.ts';
import type { Refs } from './refs.ts';
import type { LoadTask } from './task-schema.ts';
import type { EventQueries } from '../../../modules/events/index.ts';

export interface EventSchemaDependencies {
  readonly operations: EventQueries;
  readonly loadTask: LoadTask;
}

export const addEventSchema = (builder: Builder, refs: Refs, deps: EventSchemaDependencies): void => {
  addEventType(refs, deps);
  addTaskEvents(builder, refs, deps.operations);
  refs.query(deps.operations.eventCursor, { type: 'Cursor' });
  refs.stream(deps.operations.events, refs.event);
  refs.stream(deps.operations.taskUpdated, refs.task);
};

const addEventType = ({ event, task, logEntry }: Refs, { loadTask }: EventSchemaDependencies): void => {
  event.implement({
    description: 'One event of the log, as it came.',
    authScopes: { read: true },
    interfaces: [logEntry],
    extensions: { isSameForAll: true } satisfies SameForAll,
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
