import { z } from 'zod';
import { accepted, refusal, refused, type Outcome } from '../../../domain/errors.ts';
import type { Caller } from '../../../domain/principal.ts';
import { id } from '../../../modules/inputs.ts';
import { decideOnce, type Decision, type DecidedOnce } from '../decide-once.ts';
import { ownInput } from '../own-input.ts';
import type { RestDeps } from '../rest-deps.ts';
import type { RestCall, RestRoute } from '../rest-route.ts';
import { moment } from '../../shared/task-json.ts';

const userId = z
  .string()
  .min(1)
  .max(200)
  .describe('You, by your UUID or name: who decides is known by their key, and another name is refused.');
const approvalId = id.describe('The request, by its UUID; it is about one plan.');

const told = {
  approvalId: z.string().describe('The request.'),
  actionId: z.string().describe('The task whose plan it is about, by its UUID.'),
  timestamp: moment.describe('When it was decided; now, while others must approve too.'),
};

const approvedSchema = z
  .strictObject({
    status: z.enum(['approved', 'pending']).describe('pending while more people must approve.'),
    ...told,
    approvedBy: z.string().describe('You, by your UUID.'),
  })
  .meta({ id: 'ApprovedAction', description: 'What your approval came to.' });

const rejectedSchema = z
  .strictObject({
    status: z.literal('rejected').describe('It ends the task.'),
    ...told,
    rejectedBy: z.string().describe('You, by your UUID.'),
    reason: z.string().describe('What you said.'),
  })
  .meta({ id: 'RejectedAction', description: 'What your rejection came to.' });

const approval = z
  .strictObject({ userId, reason: z.string().max(4_000).nullish().describe('For the record.') })
  .meta({ id: 'ActionApproval', description: 'Your approval.' });
const rejection = z
  .strictObject({
    userId,
    reason: z.string().max(4_000).describe('Why, in at least ten characters of words.'),
  })
  .meta({ id: 'ActionRejection', description: 'Your rejection.' });

/** Nobody decides in another's name. */
const notYou = refused(
  refusal('AUTHORIZATION_FAILED', 'userId names somebody else than the key that you call with.'),
);
const isViewer = ({ id: own, name }: Caller, given: string): boolean =>
  given.toLowerCase() === own || given === name;

export const actionApprovalRoutes = (deps: RestDeps): readonly RestRoute[] => {
  const { operations } = deps;
  const decide = async (
    call: RestCall,
    given: { readonly id: string; readonly userId: string; readonly reason?: string | null | undefined },
    verdict: Decision['verdict'],
  ): Promise<Outcome<DecidedOnce>> => {
    if (!isViewer(call.viewer, given.userId)) return notYou;
    const found = await operations.approval.execute(call, { id: given.id });
    if (!found.ok) return found;
    if (!found.value) return refused(refusal('RESOURCE_NOT_FOUND', 'There is no such request.'));
    const { taskId, revision, planHash } = found.value;
    return decideOnce(deps, call, taskId, {
      verdict,
      on: { revision, planHash },
      words: given.reason ?? null,
    });
  };
  const toldOf = ({ approval: request, task }: DecidedOnce) => ({
    approvalId: request.id,
    actionId: task.id,
    timestamp: (request.resolvedAt ?? task.updatedAt).toISOString(),
  });
  const approve = ownInput(approval.extend({ id: approvalId }));
  const reject = ownInput(rejection.extend({ id: approvalId }));
  const at = { in: 'path', name: 'id', field: 'id', schema: approvalId } as const;
  return [
    {
      method: 'POST',
      path: '/api/approvals/{id}/approve',
      id: 'approveAction',
      description: operations.approveTask.description,
      parameters: [at],
      body: approval,
      answers: { 200: { description: 'Your approval.', schema: approvedSchema } },
      faultsOf: approve.faultsOf,
      async answer(call, input) {
        const given = approve.read(input);
        if (!given.ok) return given;
        const decided = await decide(call, given.value, 'APPROVE');
        if (!decided.ok) return decided;
        const isPending = decided.value.approval.status === 'PENDING';
        const body: z.output<typeof approvedSchema> = {
          status: isPending ? 'pending' : 'approved',
          ...toldOf(decided.value),
          approvedBy: call.viewer.id,
        };
        return accepted({ status: 200, body });
      },
    },
    {
      method: 'POST',
      path: '/api/approvals/{id}/reject',
      id: 'rejectAction',
      description: operations.rejectTask.description,
      parameters: [at],
      body: rejection,
      answers: { 200: { description: 'Your rejection.', schema: rejectedSchema } },
      faultsOf: reject.faultsOf,
      async answer(call, input) {
        const given = reject.read(input);
        if (!given.ok) return given;
        const decided = await decide(call, given.value, 'REJECT');
        if (!decided.ok) return decided;
        const body: z.output<typeof rejectedSchema> = {
          status: 'rejected',
          ...toldOf(decided.value),
          rejectedBy: call.viewer.id,
          reason: given.value.reason,
        };
        return accepted({ status: 200, body });
      },
    },
  ];
};
