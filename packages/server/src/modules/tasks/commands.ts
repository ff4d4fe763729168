import { z } from 'zod';
import { accepted, type Outcome } from '../../domain/errors.ts';
import type { Task } from '../../domain/task.ts';
import { id, list, orElse } from '../inputs.ts';
import { defineCommand } from '../operation.ts';
import type { ApprovedPart, PartRequest } from './approve-part.ts';
import type { Caller } from '../../domain/principal.ts';
import type { Edited } from './edit-task.ts';
import { action, submissionLimits } from './action-input.ts';
import { submission } from './submission.ts';
import type { Simulation } from './simulate-task.ts';
import type { Submitted } from './submit-tasks.ts';
import type { TaskService } from './task-service.ts';

const cancelInput = z
  .strictObject({
    taskId: id.describe('Its UUID.'),
    reason: orElse(z.string(), null).describe('For the record.'),
  })
  .meta({ id: 'CancelTaskInput', description: 'Which task to end, and why.' });

const applyInput = z
  .strictObject({
    taskId: id.describe('Its UUID.'),
    revision: z.int().describe('The revision of the plan that is to be applied: the current one.'),
    planHash: z.string().describe('The hash of that plan.'),
    idempotencyKey: submission.shape.idempotencyKey.describe(
      'Your own key, 1 to 255 visible ASCII characters: a plan is applied once, and the same key gives its task again.',
    ),
  })
  .meta({ id: 'ApplyPlanInput', description: 'Which plan is to be applied.' });

const editInput = z
  .strictObject({
    taskId: id.describe('Its UUID.'),
    revision: z.int().describe('The revision that you saw.'),
    planHash: z.string().describe('The hash of the plan that you saw. Another one is a CONFLICT.'),
    actions: list(action, submissionLimits.actions).describe('All actions, as they shall be.'),
    comment: orElse(z.string(), null).describe('Why, for the record.'),
  })
  .meta({ id: 'EditTaskInput', description: 'Other actions for a task that waits for people.' });

const partInput = z
  .strictObject({
    taskId: id.describe('Its UUID.'),
    revision: z.int().describe('The revision that you saw.'),
    planHash: z.string().describe('The hash of the plan that you saw. Another one is a CONFLICT.'),
    actions: list(z.string(), submissionLimits.actions).describe(
      'Names of the actions that you approve; none of them may need one that is left out.',
    ),
    reason: z.string().describe('Why the others are refused, in at least ten characters of words.'),
  })
  .meta({ id: 'ApprovePartInput', description: 'Which actions of a task you approve.' });

export const createTaskCommands = (
  service: TaskService,
  partly: (
    viewer: Caller,
    request: PartRequest,
    signal: AbortSignal | undefined,
  ) => Promise<Outcome<ApprovedPart>>,
) => ({
  approvePart: defineCommand({
    name: 'approvePart',
    description:
      'Approves some actions of a task and refuses the others. The next revision holds those alone, is planned and decided anew, and has your approval where it does exactly what you saw.',
    input: partInput,
    run: ({ viewer, signal }, request) => partly(viewer, request, signal),
  }),
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
  simulateTask: defineCommand({
    name: 'simulateTask',
    description:
      'Says what would come of a submission now: its plan, and what policy says of it. Stores nothing, so its idempotency key stays free.',
    input: submission,
    right: 'SUBMIT',
    parse: (input) => accepted(input),
    run: ({ viewer, signal }, input): Promise<Outcome<Simulation>> => service.simulate(viewer, input, signal),
  }),
  applyPlan: defineCommand({
    name: 'applyPlan',
    description:
      'Has a task run that was submitted in mode PLAN. It is planned once more, as a new revision of mode APPLY, and decided like any other; where it would do anything else by now, it is refused with what differs.',
    input: applyInput,
    right: 'SUBMIT',
    run: ({ viewer, signal }, request): Promise<Outcome<Submitted>> => service.apply(viewer, request, signal),
  }),
  editTask: defineCommand({
    name: 'editTask',
    description:
      'Makes the next revision of a task that waits for people, by somebody who may decide on it or by its requester: checked, planned and decided anew. Approvals of the revision before are cleared, and who edited does not decide on it unless policy lets them.',
    input: editInput,
    run: ({ viewer, signal }, edit): Promise<Outcome<Edited>> => service.edit(viewer, edit, signal),
  }),
  cancelTask: defineCommand({
    name: 'cancelTask',
    description: 'Ends a task. What waits never starts; a step in flight finishes first.',
    input: cancelInput,
    run: ({ viewer }, { taskId, reason }): Promise<Outcome<Task>> => service.cancel(viewer, taskId, reason),
  }),
});

export type TaskCommands = ReturnType<typeof createTaskCommands>;
