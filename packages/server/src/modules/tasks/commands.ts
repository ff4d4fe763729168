import { z } from 'zod';
import { accepted, type Outcome } from '../../domain/errors.ts';
import type { Task } from '../../domain/task.ts';
import { id } from '../inputs.ts';
import { defineCommand } from '../operation.ts';
import { submission } from './submission.ts';
import type { Submitted } from './submit-tasks.ts';
import type { TaskService } from './task-service.ts';

const cancelInput = z
  .strictObject({
    taskId: id.describe('Its UUID.'),
    reason: z.string().nullish().describe('For the record.'),
  })
  .meta({ id: 'CancelTaskInput', description: 'Which task to end, and why.' });

export const createTaskCommands = (service: TaskService) => ({
  executeTask: defineCommand({
    name: 'executeTask',
    description:
      'Submits a task: it is planned without side effects, decided by policy, and runs once that allows. Where planning is slow, it is given in PLANNING, and its plan follows.',
    input: submission,
    right: 'SUBMIT',
    // The service reads it: what is wrong with its actions is told with what is wrong with its form.
    parse: (input) => accepted(input),
    check: (input) => service.read(input),
    async run({ viewer, traceparent }, input): Promise<Outcome<Submitted>> {
      const [outcome] = await service.submit(viewer, [input], traceparent);
      if (!outcome) throw new Error('A submission got no result.');
      return outcome;
    },
  }),
  executeTasks: defineCommand({
    name: 'executeTasks',
    description: 'Submits up to 500 tasks, each with its own result at its own place.',
    input: z.array(submission).max(500),
    right: 'SUBMIT',
    parse: (input) => accepted(input as readonly unknown[]),
    run: async ({ viewer, traceparent }, inputs) =>
      accepted(await service.submit(viewer, inputs, traceparent)),
  }),
  cancelTask: defineCommand({
    name: 'cancelTask',
    description: 'Ends a task. What waits never starts; a step in flight finishes first.',
    input: cancelInput,
    run: ({ viewer }, { taskId, reason }): Promise<Outcome<Task>> =>
      service.cancel(viewer, taskId, reason ?? null),
  }),
});

export type TaskCommands = ReturnType<typeof createTaskCommands>;
