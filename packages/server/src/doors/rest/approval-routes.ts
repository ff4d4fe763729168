import { approvalStatuses } from '@countersign/shared';
import { z } from 'zod';
import { accepted, invalidInput, refused, reworded, type Outcome } from '../../domain/errors.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import { pathOf, readInput } from '../../infra/input-words.ts';
import { approvalToken } from '../shared/approval-token.ts';
import { decideOnce, type Decision } from './decide-once.ts';
import type { RestDeps } from './rest-deps.ts';
import type { RestInput, RestRoute } from './rest-route.ts';
import { moment, taskShape, taskJson } from '../shared/task-json.ts';

const decisions = ['approve', 'reject'] as const;

const body = z
  .strictObject({
    decision: z.enum(decisions).describe('What you decide.'),
    approval_token: z
      .string()
      .nullish()
      .describe('Of the task as you saw it: names revision and plan. Another one is a CONFLICT.'),
    revision: z.int().min(1).nullish().describe('In the place of the token: the revision that you saw.'),
    planHash: z.string().nullish().describe('With `revision`: the hash of the plan that you saw.'),
    reason: z
      .string()
      .nullish()
      .describe('For the record; a rejection needs one, in at least ten characters of words.'),
  })
  .superRefine(({ decision, approval_token: token, revision, planHash, reason }, context) => {
    const refuse = (path: string, message: string) => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    const hasToken = token !== null && token !== undefined;
    const hasPlan = typeof revision === 'number' && typeof planHash === 'string';
    if (hasToken && (revision ?? planHash ?? null) !== null)
      refuse('revision', 'is given beside approval_token, which says it already');
    if (hasToken && approvalToken.read(token) === null) refuse('approval_token', 'is not one of ours');
    if (!hasToken && !hasPlan)
      refuse('approval_token', 'is missing: a decision names the plan that was seen');
    if (decision === 'reject' && (reason ?? '') === '') refuse('reason', 'is missing: say why');
  })
  .meta({ id: 'ApprovalDecision', description: 'What a person decides on exactly one plan.' });

const decided = z
  .strictObject({
    ...taskShape,
    decision: z.enum(decisions).describe('What you decided.'),
    approval: z
      .strictObject({
        id: z.string().describe('The request, by its UUID.'),
        status: z.enum(approvalStatuses).describe('PENDING while more people must approve.'),
        required: z.int().describe('How many approvals it takes.'),
        effectiveAt: moment.nullable().describe('Until when it can be taken back; then it runs.'),
      })
      .describe('The request as it is now.'),
    decidedById: z.string().describe('You, by your UUID.'),
    replayed: z.boolean().describe('True where you had decided so already: nothing was done anew.'),
  })
  .meta({ id: 'DecidedTask', description: 'The task after a decision.' });

const key = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
  .describe(
    'Your own key, 1 to 255 visible ASCII characters. The same decision again answers as the first did; another one with it is a CONFLICT, and the first stands.',
  );

const input = z.object({ key, body });

/** In the names that were sent: what the body holds stands beside what headers say. */
const read = ({ id: _, idempotencyKey, ...given }: RestInput): Outcome<Decision> => {
  const found = readInput(input, { key: idempotencyKey, body: given });
  if (!found.ok)
    return refused(
      invalidInput(
        found.faults.map(({ keys: [place, ...rest], message }) =>
          place === 'key'
            ? { path: 'Idempotency-Key', message: message.replace(/^key /, 'Idempotency-Key ') }
            : { path: pathOf(rest), message },
        ),
      ),
    );
  const { decision, approval_token: token, revision, planHash, reason } = found.value.body;
  const on = approvalToken.read(token ?? '') ?? { revision: revision ?? 0, planHash: planHash ?? '' };
  return accepted({
    verdict: decision === 'approve' ? 'APPROVE' : 'REJECT',
    on,
    words: reason ?? null,
    idempotencyKey: found.value.key,
  });
};

/** The note of an approval is a comment beneath this door. */
const asReason = (fault: Fault): Fault => (fault.path === 'comment' ? { ...fault, path: 'reason' } : fault);

export const approvalRoutes = (deps: RestDeps): readonly RestRoute[] => {
  const { operations, originOf } = deps;
  return [
    {
      method: 'POST',
      path: '/approvals/{task_id}',
      id: 'decideTask',
      description:
        'Your decision on exactly the plan that you name. Only people decide, nobody on their own work; enough approvals let it run after the undo window, one rejection ends it.',
      parameters: [
        { in: 'path', name: 'task_id', field: 'id', schema: operations.approveTask.input.shape.taskId },
        { in: 'header', name: 'Idempotency-Key', field: 'idempotencyKey', schema: key },
      ],
      body,
      answers: { 200: { description: 'The task after it.', schema: decided } },
      faultsOf: (given) => faultsIn(read(given)),
      async answer(call, given) {
        const wanted = read(given);
        if (!wanted.ok) return wanted;
        const outcome = await decideOnce(deps, call, String(given['id']), wanted.value);
        if (!outcome.ok) return refused(reworded(outcome.refusal, asReason));
        const { task, approval, isReplay } = outcome.value;
        return accepted({
          status: 200,
          body: {
            ...taskJson(task, originOf()),
            decision: wanted.value.verdict === 'APPROVE' ? 'approve' : 'reject',
            approval: {
              id: approval.id,
              status: approval.status,
              required: approval.required,
              effectiveAt: approval.effectiveAt?.toISOString() ?? null,
            },
            decidedById: call.viewer.id,
            replayed: isReplay,
          } satisfies z.output<typeof decided>,
        });
      },
    },
  ];
};

const faultsIn = (outcome: Outcome<unknown>): readonly Fault[] =>
  !outcome.ok && outcome.refusal.details?.kind === 'FAULTS' ? outcome.refusal.details.faults : [];
