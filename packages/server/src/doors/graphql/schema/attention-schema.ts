import { snoozedUntil } from '../../../domain/snooze.ts';
import type { Principal } from '../../../domain/principal.ts';
import type { Task } from '../../../domain/task.ts';
import type { Clock } from '../../../infra/clock.ts';
import type { AttentionCommands, AttentionDependencies } from '../../../modules/attention/index.ts';
import { createBatchLoader } from './batch-loader.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';

export interface AttentionSources {
  readonly operations: AttentionCommands;
  readonly taskMarks: Pick<AttentionDependencies['taskMarks'], 'find'>;
  readonly clock: Clock;
}

/** What the viewer put off or follows. */
export const addAttentionSchema = (
  builder: Builder,
  refs: Refs,
  { operations, taskMarks, clock }: AttentionSources,
): void => {
  const load = createBatchLoader(
    (viewer: Principal, ids: readonly string[]) => taskMarks.find(viewer.id, ids),
    ({ taskId }) => taskId,
    (id) => id,
  );
  builder.objectField(refs.approval, 'viewerSnoozedUntil', (t) =>
    t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Until when you put it off; null while it is in your sight.',
      resolve: async (request, _args, { viewer }) =>
        request.status === 'PENDING'
          ? snoozedUntil(request, await load(viewer, request.taskId), clock.now())
          : null,
    }),
  );
  builder.objectField(refs.task, 'viewerIsWatching', (t) =>
    t.boolean({
      description: 'Whether you follow it.',
      resolve: async ({ id }, _args, { viewer }) => (await load(viewer, id))?.isWatching ?? false,
    }),
  );
  const marked = (name: string, description: string) =>
    refs.payload<Task>(name, description, (give) => ({ task: give(refs.task, 'The task.', (task) => task) }));
  refs.command(operations.snoozeTask, marked('SnoozeTaskPayload', 'What you put off, or a refusal.'));
  refs.command(operations.unsnoozeTask, marked('UnsnoozeTaskPayload', 'What is back, or a refusal.'));
  refs.command(operations.watchTask, marked('WatchTaskPayload', 'What you follow, or a refusal.'));
  refs.command(
    operations.unwatchTask,
    marked('UnwatchTaskPayload', 'What you follow no longer, or a refusal.'),
  );
};
