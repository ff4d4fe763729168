import type { DecisionOutcome } from '@countersign/shared';
import {
  distinctApprovals,
  standingApprovals,
  startBy,
  type ApprovalRequest,
  type Review,
} from './approval-request.ts';
import { withoutStop, type Decision } from './decision.ts';
import type { Failure } from './errors.ts';
import { countedReviews } from './eligibility.ts';
import { gate } from './gate.ts';
import { ownHands } from './hands.ts';
import type { Hold } from './hold.ts';
import type { Plan, PlanDocument, PlanDocumentStep } from './plan.ts';
import type { Principal } from './principal.ts';
import { missingWords, progressOf, wouldMeet } from './quorum.ts';
import { isCalledFor } from './fallback.ts';
import { doneNames, isDone, isGivenUp } from './run-state.ts';
import type { Run, Step } from './run.ts';
import { soakHold } from './soak.ts';
import { inWhosePlace } from './stand-in.ts';
import type { Task } from './task.ts';

/** What was decided when the plan was made; never changed since. */
export interface RecordedOutcome {
  readonly tenantId: string;
  readonly taskId: string;
  readonly revision: number;
  readonly planHash: string;
  readonly outcome: DecisionOutcome;
  readonly decidedAt: Date;
}

/** What the record says when a step is about to run, all read in the transaction that claims it. */
export interface AdmissionFacts {
  readonly now: Date;
  readonly task: Pick<
    Task,
    | 'id'
    | 'tenantId'
    | 'revision'
    | 'planHash'
    | 'submittedById'
    | 'handIds'
    | 'mode'
    | 'environment'
    | 'risk'
  >;
  /** Whether an effect of this run was intended before, or its rehearsal began: it began in time then. */
  readonly hasBegun: boolean;
  readonly run: Pick<Run, 'id' | 'tenantId' | 'taskId' | 'revision' | 'planHash' | 'deadlineAt' | 'rollback'>;
  /** The step to run, and all steps of its run. */
  readonly step: Step;
  readonly steps: readonly Step[];
  readonly plan: Pick<Plan, 'tenantId' | 'taskId' | 'revision' | 'hash'>;
  /** Hash of the plan document's bytes as they are now, computed again. */
  readonly documentHash: string;
  /** What those bytes say. */
  readonly document: PlanDocument;
  readonly requester: Pick<Principal, 'id' | 'tenantId' | 'ownerId'>;
  readonly recorded: RecordedOutcome | null;
  /** What policy says of this plan now, by the bundle in force. */
  readonly current: Decision;
  /** Why the grant that let it through does so no more, to go on after "the grant"; null where none is lost. */
  readonly lostGrant: string | null;
  /** What an operator says of the step's platform. */
  readonly control: Hold | null;
  readonly approval: ApprovalRequest | null;
  readonly reviews: readonly Review[];
  /** Those of the reviewers who may act at all by now, as they are now. */
  readonly reviewers: readonly Principal[];
}

export type AdmissionEnd = 'DENIED' | 'EXPIRED' | 'FAILED';

export type Admission =
  /** `planned` is what runs: the step as the approved bytes have it. */
  | { readonly isAdmitted: true; readonly planned: PlanDocumentStep; readonly startBy: Date | null }
  | Stopped
  | Held;

export interface Stopped {
  readonly isAdmitted: false;
  readonly end: AdmissionEnd;
  readonly failure: Failure;
}

/** It may not run now, and the question is asked again. */
export interface Held {
  readonly isAdmitted: false;
  readonly end: null;
  readonly hold: Hold;
  /** When an approval ends that the run has not begun by; null where nothing but the task's time ends it. */
  readonly startBy: Date | null;
}

const stop = (end: AdmissionEnd, code: Failure['code'], message: string): Stopped => ({
  isAdmitted: false,
  end,
  failure: { code, message },
});

/**
 * Whether exactly this step of exactly this plan may run now. Every doubt stops it: altered bytes, a hash
 * that no longer matches, a step out of its turn, a policy that says no today, an approval that is missing,
 * stale, short of people or expired. What ends it whatever policy says does so although it is held.
 */
export const admit = (facts: AdmissionFacts): Admission => {
  const { now, run, recorded, current, approval, control } = facts;
  const planned = plannedOf(facts);
  if (!isWhole(facts))
    return stop('FAILED', 'CONFLICT', 'The stored plan is not the plan that was decided on.');
  if (!planned || !isStepOf(planned, facts)) {
    return stop('FAILED', 'CONFLICT', 'The stored step is not a step of the plan that was decided on.');
  }
  if (!isItsTurn(planned, facts)) {
    return stop('FAILED', 'CONFLICT', 'A step that must come first has not succeeded.');
  }
  const isUndo = facts.step.kind === 'UNDO';
  // The time of the task ends what it does, never the undoing of that.
  if (!isUndo && run.deadlineAt !== null && now >= run.deadlineAt)
    return stop('FAILED', ...overtaken(facts.step));
  if (!recorded || !isDecisionOnPlan(recorded, facts)) {
    return stop('DENIED', 'POLICY_DENIED', 'There is no policy decision about this plan.');
  }
  if (recorded.outcome === 'DENY') return stop('DENIED', 'POLICY_DENIED', 'Policy denied this plan.');
  const isAllowed = recorded.outcome === 'ALLOW' && current.outcome !== 'REQUIRE_APPROVAL';
  const mayBeFree = isAllowed && facts.lostGrant === null && !approval;
  const fault = mayBeFree ? null : approvalFault(facts, recorded);
  const answer = gate({
    now,
    decision: isUndo && run.rollback?.isUnderStop ? withoutStop(current) : current,
    approval: mayBeFree ? 'NONE' : fault ? 'MISSING' : 'GIVEN',
    control,
  });
  switch (answer.kind) {
    case 'DENY':
      return stop('DENIED', 'POLICY_DENIED', answer.reason);
    case 'ASK':
      return fault ?? askedOf(facts);
    case 'HOLD':
      return {
        isAdmitted: false,
        end: null,
        hold: answer.hold,
        startBy: startByOf(facts, recorded),
      };
    case 'ALLOW': {
      const soak = soakHold(facts.document, facts.step, now);
      if (soak) return { isAdmitted: false, end: null, hold: soak, startBy: null };
      return { isAdmitted: true, planned, startBy: startByOf(facts, recorded) };
    }
  }
};

/** The step of the approved bytes that runs, or that is undone: by no other name than theirs. */
const plannedOf = ({ document, step }: AdmissionFacts): PlanDocumentStep | undefined => {
  const name = step.kind === 'UNDO' ? step.undoes : step.name;
  return document.steps.find((planned) => planned.name === name);
};

const overtaken = (step: Step): [Failure['code'], string] => [
  'EXECUTION_TIMEOUT',
  `The time of the task was over before this step could start.${holdWords(step)}`,
];

const holdWords = ({ hold }: Step): string => (hold ? ` It was held: ${hold.reason}` : '');

/** The bytes are those that were decided on, and every record names them and agrees with what they say. */
const isWhole = ({ task, run, plan, document, documentHash, requester }: AdmissionFacts): boolean =>
  documentHash === plan.hash &&
  plan.hash === task.planHash &&
  plan.hash === run.planHash &&
  [plan, run, document].every((part) => isOfRevision(part, task)) &&
  document.requester.id === task.submittedById &&
  document.requester.id === requester.id &&
  requester.tenantId === task.tenantId &&
  document.mode === task.mode &&
  document.environment === task.environment &&
  document.risk === task.risk;

const isOfRevision = (
  part: { readonly tenantId: string; readonly taskId: string; readonly revision: number },
  task: AdmissionFacts['task'],
): boolean => part.tenantId === task.tenantId && part.taskId === task.id && part.revision === task.revision;

const isStepOf = (planned: PlanDocumentStep, { step, run, task }: AdmissionFacts): boolean =>
  (step.kind === 'UNDO'
    ? planned.undo === 'COMPENSATE' && run.rollback !== null
    : step.ordinal === planned.ordinal &&
      step.kind === (planned.kind ?? 'ACTION') &&
      step.fallbackFor === (planned.fallbackFor ?? null) &&
      run.rollback === null) &&
  step.actionType === planned.action &&
  step.runId === run.id &&
  step.taskId === task.id &&
  step.tenantId === task.tenantId;

/** By the approved bytes, whatever a row says of its own state. */
const isItsTurn = (planned: PlanDocumentStep, { steps, step, document }: AdmissionFacts): boolean => {
  const done = doneNames(steps);
  if (step.kind !== 'UNDO')
    return planned.dependsOn.every((name) => done.has(name)) && isCalledFor(step, steps);
  // What was built upon it goes first, as far as it can go.
  const place = planned.fallbackFor ?? planned.name;
  const upon = document.steps.filter((other) => other.undo && other.dependsOn.includes(place));
  const isItselfDone = steps.some((other) => other.name === planned.name && isDone(other));
  return isItselfDone && upon.every(({ name }) => !canStillBeUndone(name, steps));
};

/** Where a person has said that it stays, it cannot. */
const canStillBeUndone = (name: string, steps: readonly Step[]): boolean =>
  steps.some((step) => step.name === name && isDone(step) && step.resolution === null) &&
  !steps.some((step) => step.undoes === name && isGivenUp(step));

const isDecisionOnPlan = (recorded: RecordedOutcome, { task, plan }: AdmissionFacts): boolean =>
  isOfRevision(recorded, task) && recorded.planHash === plan.hash;

const stillUndoable = stop('FAILED', 'CONFLICT', 'The undo window is still open.');

const askedOf = ({ lostGrant }: AdmissionFacts): Stopped =>
  stop(
    'DENIED',
    'HITL_REQUIRED',
    lostGrant === null
      ? 'A person must approve this plan, and nobody has.'
      : `A person must approve this plan: the grant that let it through ${lostGrant}.`,
  );

/** Why people's word does not cover this step now; null where it does. */
const approvalFault = (facts: AdmissionFacts, recorded: RecordedOutcome): Stopped | null => {
  const { approval, task, now, requester } = facts;
  if (!approval) return askedOf(facts);
  const isBound =
    isOfRevision(approval, task) &&
    approval.planHash === facts.plan.hash &&
    approval.excludedIds.includes(requester.id);
  if (!isBound) return stop('FAILED', 'CONFLICT', 'The approval is for another plan.');
  if (approval.status !== 'APPROVED') {
    return stop('DENIED', 'HITL_REQUIRED', `The approval is ${approval.status.toLowerCase()}.`);
  }
  if (approval.effectiveAt === null || now < approval.effectiveAt) {
    return stillUndoable;
  }
  const last = lastStart(facts, recorded);
  if (!facts.hasBegun && last !== null && now >= last) {
    const message = `The approval expired before the run could begin.${holdWords(facts.step)}`;
    return stop('EXPIRED', 'APPROVAL_EXPIRED', message);
  }
  if (facts.reviews.some(({ approvalId, verdict }) => approvalId === approval.id && verdict === 'REJECT')) {
    return stop('DENIED', 'HITL_REQUIRED', 'Somebody rejected this plan.');
  }
  const required = Math.max(1, approval.required, facts.current.approval?.required ?? 1);
  const isAskedForPasskey = [approval.stepUp, facts.current.approval?.stepUp].includes('REQUIRED');
  const given = othersReviews(facts, approval).filter(
    ({ verdict, passkeyId }) => verdict !== 'APPROVE' || !isAskedForPasskey || passkeyId !== null,
  );
  const votes = distinctApprovals(countedReviews(approval, given, facts.reviewers), facts.plan.hash);
  const { open } = progressOf(approval, votes);
  const today = facts.current.approval;
  const wouldDo =
    !today || wouldMeet(today, inWhosePlace(approval.stages, votes, today.escalation?.group ?? null));
  if (votes.length >= required && !open && wouldDo) {
    const times = votes.map(({ at }) => at.getTime());
    return now.getTime() < Math.max(...times) + approval.undoWindowMs ? stillUndoable : null;
  }
  const missing = open && votes.length >= required ? ` It waits for ${missingWords(open)}.` : '';
  const lost =
    standingApprovals(given, facts.plan.hash).size > votes.length
      ? ' Others came from people who may not decide any more.'
      : '';
  return stop('DENIED', 'HITL_REQUIRED', `${votes.length} of ${required} approvals stand.${missing}${lost}`);
};

/** Until when a run must begin that has not; null where nothing but the task's time ends it. */
const startByOf = (facts: AdmissionFacts, recorded: RecordedOutcome): Date | null =>
  facts.hasBegun ? null : lastStart(facts, recorded);

/** Until when an approved run may begin; null where no approval says so. */
const lastStart = (facts: AdmissionFacts, recorded: RecordedOutcome): Date | null =>
  facts.approval?.effectiveAt
    ? startBy(todaysTerms(facts.approval, facts, recorded), facts.approval.effectiveAt)
    : null;

/** However long the request says it lasts, today's terms count from the decision. */
const todaysTerms = (
  { expiresAt, startWithinMs }: ApprovalRequest,
  { current: { approval: terms } }: AdmissionFacts,
  { decidedAt }: RecordedOutcome,
): Pick<ApprovalRequest, 'expiresAt' | 'startWithinMs'> =>
  terms
    ? {
        expiresAt: new Date(Math.min(expiresAt.getTime(), decidedAt.getTime() + terms.expiresInMs)),
        startWithinMs: Math.min(startWithinMs, terms.startWithinMs),
      }
    : { expiresAt, startWithinMs };

/**
 * The votes on this request of those whose own work it is not. An approval counts that was given before the
 * request expired; what was taken back later is taken back.
 */
const othersReviews = (
  { reviews, task, requester }: AdmissionFacts,
  approval: ApprovalRequest,
): readonly Review[] => {
  const excluded = new Set([...approval.excludedIds, ...ownHands(requester, task.handIds)]);
  return reviews.filter(
    ({ approvalId, tenantId, reviewerId, verdict, at }) =>
      approvalId === approval.id &&
      tenantId === task.tenantId &&
      (verdict !== 'APPROVE' || at < approval.expiresAt) &&
      !excluded.has(reviewerId),
  );
};
