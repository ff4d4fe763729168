import { z } from 'zod';
import { accepted, type Outcome } from '../../domain/errors.ts';
import type { Run, Step } from '../../domain/run.ts';
import { id } from '../inputs.ts';
import { defineQuery } from '../operation.ts';
import type { RunViews } from './run-views.ts';

export interface RunWithSteps {
  readonly run: Run;
  /** In plan order. */
  readonly steps: readonly Step[];
}

/** Runs by themselves, for who follows a run and not its task. */
export const createRunQueries = (views: Pick<RunViews, 'findRunById' | 'findRunsOfTask' | 'findSteps'>) => ({
  run: defineQuery({
    name: 'run',
    description: 'One run with its steps, or null where there is none with this id.',
    input: z.strictObject({ id: id.describe('Its UUID.') }),
    async view({ viewer }, input): Promise<Outcome<RunWithSteps | null>> {
      const run = await views.findRunById(viewer, input.id);
      return accepted(run && { run, steps: await views.findSteps([run.id]) });
    },
  }),
  runsOfTask: defineQuery({
    name: 'runsOfTask',
    description: 'The runs of a task, one for each revision that came so far, the latest first.',
    input: z.strictObject({ taskId: id.describe("The task's UUID.") }),
    view: async ({ viewer }, { taskId }): Promise<Outcome<readonly Run[]>> =>
      accepted(await views.findRunsOfTask(viewer, taskId)),
  }),
});
