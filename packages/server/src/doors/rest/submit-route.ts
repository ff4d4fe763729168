import { z } from 'zod';
import { accepted, refusal, refused, reworded, type Refusal } from '../../domain/errors.ts';
import { recordedCode } from '../../domain/legacy-codes.ts';
import type { Task } from '../../domain/task.ts';
import type { RecordedDecision } from '../../modules/policy/index.ts';
import type { RestDeps } from './rest-deps.ts';
import type { RestRoute } from './rest-route.ts';
import { submissionBody, wholeSubmission } from './submission-body.ts';
import { taskShape, taskJson } from '../shared/task-json.ts';

const submitted = z
  .strictObject({
    ...taskShape,
    code: z
      .literal('HITL_REQUIRED')
      .nullable()
      .describe('HITL_REQUIRED where people must decide first, at approval_link; otherwise null.'),
    replayed: z
      .boolean()
      .describe('True where this key had been submitted before: the task is as it is now.'),
  })
  .meta({ id: 'SubmittedTask', description: 'The task that a submission became.' });

export const submitRoute = ({ operations: { executeTask }, views, originOf }: RestDeps): RestRoute => {
  const { idempotencyKey } = executeTask.input.shape;
  return {
    method: 'POST',
    path: '/tasks',
    id: executeTask.name,
    description: executeTask.description,
    parameters: [{ in: 'header', name: 'Idempotency-Key', field: 'idempotencyKey', schema: idempotencyKey }],
    body: submissionBody(executeTask.input),
    answers: { 202: { description: 'The task.', schema: submitted } },
    faultsOf: (input) => {
      const { whole, inWordsOf } = wholeSubmission(input);
      return executeTask.faultsOf(whole).map(inWordsOf);
    },
    async answer(call, input) {
      const { whole, inWordsOf } = wholeSubmission(input);
      const outcome = await executeTask.execute(call, whole);
      if (!outcome.ok) return refused(reworded(outcome.refusal, inWordsOf));
      const { task, isReplay } = outcome.value;
      if (task.status === 'DENIED') {
        const [decision] = await views.findDecisions(call.viewer, [
          { taskId: task.id, revision: task.revision },
        ]);
        return refused(denialOf(task, decision));
      }
      return accepted({
        status: 202,
        headers: { location: `/tasks/${task.id}` },
        body: {
          ...taskJson(task, originOf()),
          code: task.status === 'AWAITING_APPROVAL' ? 'HITL_REQUIRED' : null,
          replayed: isReplay,
        } satisfies z.output<typeof submitted>,
      });
    },
  };
};

/** What policy said against it. */
export const denialOf = ({ id: taskId, error }: Task, decision: RecordedDecision | undefined): Refusal => {
  const reasons = decision?.reasons.filter(({ outcome }) => outcome === 'DENY') ?? [];
  const message = error?.message ?? reasons.map((reason) => reason.message).join(' ');
  return refusal(error ? recordedCode(error.code) : 'POLICY_DENIED', message || 'Policy does not allow it.', {
    details: { kind: 'EXISTING_TASK', taskId },
  });
};
