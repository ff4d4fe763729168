import type { Task } from '../../../domain/task.ts';
import type { Submitted, TaskCommands } from '../../../modules/tasks/index.ts';
import { given } from './payload-types.ts';
import type { Refs } from './refs.ts';

export const addTaskMutations = (
  refs: Refs,
  { executeTask, executeTasks, cancelTask }: TaskCommands,
): void => {
  const executed = refs.payload<Submitted>(
    'ExecuteTaskPayload',
    'What became of a submission: a task or a refusal.',
    (t) => ({
      task: t.field({
        type: refs.task,
        nullable: true,
        description: 'The task.',
        resolve: given(({ task }) => task),
      }),
      replayed: t.boolean({
        description: 'True where this key had been submitted before.',
        resolve: (outcome) => outcome.ok && outcome.value.isReplay,
      }),
    }),
  );
  const cancelled = refs.payload<Task>('CancelTaskPayload', 'What became of a cancellation.', (t) => ({
    task: t.field({
      type: refs.task,
      nullable: true,
      description: 'The task as it is now; still RUNNING while a step in flight finishes.',
      resolve: given((task) => task),
    }),
  }));
  refs.command(executeTask, executed);
  refs.commandOfMany(executeTasks, executed);
  refs.command(cancelTask, cancelled);
};
