import { executorModes } from '@countersign/shared';
import { z } from 'zod';
import { text } from '../inputs.ts';
import { defineCommand } from '../operation.ts';
import { controlExecutor, type ControlExecutorDeps } from './control-executor.ts';

const controlInput = z
  .strictObject({
    platform: text(200).describe('Its name.'),
    control: z.enum(executorModes).describe('What shall become of it.'),
    reason: z.string().describe('Why, for the record.'),
  })
  .meta({ id: 'ControlExecutorInput', description: 'What to do with a platform, and why.' });

export const createExecutorCommands = (deps: ControlExecutorDeps) => ({
  controlExecutor: defineCommand({
    name: 'controlExecutor',
    description:
      "Opens, drains or closes a platform for your tenant's work. What waits is held with who said so and why, spends no attempt, and goes on once it is closed; approvals expire meanwhile as they do. Every process knows within a second.",
    input: controlInput,
    right: 'OPERATE',
    run: ({ viewer }, { platform, control, reason }) =>
      controlExecutor(deps, viewer, { platform, mode: control, reason }),
  }),
});

export type ExecutorCommands = ReturnType<typeof createExecutorCommands>;
