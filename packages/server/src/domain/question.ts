import type { ApprovalRequest } from './approval-request.ts';
import { borrowedFault, ineligibility } from './eligibility.ts';
import { refusal, type Refusal } from './errors.ts';
import type { Principal } from './principal.ts';
import type { Voter } from './stand-in.ts';
import type { Task } from './task.ts';

/** What somebody who decides asked the requester. */
export interface Question {
  readonly id: string;
  readonly tenantId: string;
  readonly approvalId: string;
  readonly askedById: string;
  readonly question: string;
  readonly askedAt: Date;
  readonly answer: string | null;
  readonly answeredById: string | null;
  readonly answeredAt: Date | null;
}

/** On one request. */
const mostQuestions = 20;

/** Why somebody may not ask about a request; null where they may. */
export const askingFault = (
  request: ApprovalRequest,
  asked: readonly Question[],
  viewer: Voter,
): Refusal | null => {
  const no = ineligibility(request, viewer) ?? borrowedFault(request, viewer);
  if (no) return no;
  if (request.status !== 'PENDING') return refusal('ALREADY_DECIDED', 'Nobody is asked about this any more.');
  return asked.length < mostQuestions
    ? null
    : refusal('NOT_IN_THIS_STATE', `${mostQuestions} questions were asked: decide, or ask for changes.`);
};

/** Who asked for a task, and who answers for them. */
export const mayAnswer = (
  task: Pick<Task, 'submittedById' | 'tenantId'>,
  requester: Pick<Principal, 'ownerId'>,
  viewer: Principal,
): boolean =>
  viewer.tenantId === task.tenantId && [task.submittedById, requester.ownerId].includes(viewer.id);
