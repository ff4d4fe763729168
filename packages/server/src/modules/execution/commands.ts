import { resolutionOutcomes } from '@countersign/shared';
import { z } from 'zod';
import { accepted, type Outcome } from '../../domain/errors.ts';
import type { Task } from '../../domain/task.ts';
import { id } from '../inputs.ts';
import { defineCommand } from '../operation.ts';
import type { RunControl } from './control-runs.ts';

const taskId = id.describe("The task's UUID.");
const step = z.string().describe("The step's name.");
const reason = z.string().describe('Why, for the record.');

const controlInput = z
  .strictObject({
    taskId,
    reason,
    underStop: z.boolean().nullish().meta({
      default: false,
      description:
        'Of `rollbackRun` alone: also where a kill switch stops its work, since to undo is to act.',
    }),
  })
  .meta({ id: 'ControlRunInput', description: 'Whose run, and why.' });

const retryInput = z
  .strictObject({ taskId, step, reason })
  .meta({ id: 'RetryStepInput', description: 'Which step to try anew, and why.' });

const redrivenAtOnce = 200;

const resolveInput = z
  .strictObject({
    taskId,
    step,
    outcome: z.enum(resolutionOutcomes).describe('What came of it.'),
    evidence: z.string().describe('How you know: what you looked at, and what was there.'),
  })
  .meta({ id: 'ResolveStepInput', description: 'What a person found out about a step.' });

export const createRunCommands = (control: RunControl) => ({
  pauseRun: defineCommand({
    name: 'pauseRun',
    description:
      'Lets nothing of a run start any more; what is in flight finishes. The clocks of its steps and its time stand still, the expiry of approvals does not.',
    input: controlInput,
    right: 'OPERATE',
    run: ({ viewer }, input): Promise<Outcome<Task>> => control.pause(viewer, input.taskId, input.reason),
  }),
  resumeRun: defineCommand({
    name: 'resumeRun',
    description:
      'Lets a paused run go on. Where a gate has paused it, that one evaluation is overridden, and the record says by whom. Policy and approval are asked again at each step.',
    input: controlInput,
    right: 'OPERATE',
    run: ({ viewer }, input): Promise<Outcome<Task>> => control.resume(viewer, input.taskId, input.reason),
  }),
  rollbackRun: defineCommand({
    name: 'rollbackRun',
    description:
      'Undoes what a run did, the last first: what waits never starts, what is in flight finishes. Run.undoable says what it reverts and what it cannot. Soak and gates are passed over, policy and read-back are not.',
    input: controlInput,
    right: 'OPERATE',
    run: ({ viewer }, input): Promise<Outcome<Task>> =>
      control.rollback(viewer, input.taskId, input.reason, input.underStop ?? false),
  }),
  releaseLocks: releaseLocksOf(control),
  retryStep: defineCommand({
    name: 'retryStep',
    description:
      'Tries a failed step anew, with as many attempts as at first, under the same plan and approval; a gate looks again.',
    input: retryInput,
    right: 'OPERATE',
    run: ({ viewer }, input): Promise<Outcome<Task>> =>
      control.retry(viewer, input.taskId, input.step, input.reason),
  }),
  redriveSteps: defineCommand({
    name: 'redriveSteps',
    description: `Tries many failed steps anew, as retryStep does with one: at most ${redrivenAtOnce}, such as those of deadLetters. Each has its own result.`,
    input: z.array(retryInput).max(redrivenAtOnce),
    right: 'OPERATE',
    async run({ viewer }, inputs): Promise<Outcome<readonly Outcome<Task>[]>> {
      const outcomes: Outcome<Task>[] = [];
      // One after the other: several may be of one run.
      for (const { taskId, step, reason } of inputs)
        outcomes.push(await control.retry(viewer, taskId, step, reason));
      return accepted(outcomes);
    },
  }),
  resolveStep: defineCommand({
    name: 'resolveStep',
    description:
      'A person says whether a step that NEEDS_ATTENTION happened, and how they know; of what a rollback could not undo, whether they undid it by hand (HAPPENED) or it stays as it is. The run goes on by that, and the record keeps who said so.',
    input: resolveInput,
    right: 'OPERATE',
    run: ({ viewer }, input): Promise<Outcome<Task>> =>
      control.resolve(viewer, input.taskId, input.step, input.outcome, input.evidence),
  }),
});

const releaseLocksOf = (control: RunControl) =>
  defineCommand({
    name: 'releaseLocks',
    description:
      'Lets others change what a run that NEEDS_ATTENTION keeps for itself, before anybody knows what it did. A person says so, and the record keeps who; where the run goes on later, it asks for all of it again.',
    input: controlInput,
    right: 'OPERATE',
    run: ({ viewer }, input): Promise<Outcome<Task>> =>
      control.releaseLocks(viewer, input.taskId, input.reason),
  });

export type RunCommands = ReturnType<typeof createRunCommands>;
