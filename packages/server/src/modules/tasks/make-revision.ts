import { takeIn } from '../../domain/intake.ts';
import { isUndecided, type MadeDecision, type PolicySubject } from '../../domain/decision.ts';
import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';
import { eventOf, type NewEvent } from '../../domain/events.ts';
import type { Plan, PlanDocument } from '../../domain/plan.ts';
import type { Principal } from '../../domain/principal.ts';
import type { PlannedTask, Task, TaskRequest } from '../../domain/task.ts';
import type { Clock } from '../../infra/clock.ts';
import type { NewId } from '../../infra/ids.ts';
import type { PrepareActions, PreparedWorkflow } from '../../platforms/index.ts';
import type { Planner } from './planner.ts';
import type { RecordedDecision } from '../../record/decision-store.ts';
import { effectDigest, type Remembered } from '../../record/rejection-store.ts';
import type { NewRevision } from '../../record/save-revisions.ts';

export interface RevisionDependencies {
  readonly prepareActions: PrepareActions;
  readonly planner: Planner;
  readonly policy: {
    /** Of the rules and data as they were last seen. */
    bundleHash(): string;
    decide(document: PlanDocument, subject: PolicySubject, now: Date): Promise<MadeDecision>;
  };
  readonly clock: Clock;
  readonly newId: NewId;
}

/** The identity and history of the task that a revision is made for. */
export type TaskFrame = Omit<
  Task,
  keyof TaskRequest | 'status' | 'planHash' | 'risk' | 'updatedAt' | 'error'
>;

/** A revision that is to be made of a task. */
export interface WantedRevision {
  readonly frame: TaskFrame;
  readonly request: TaskRequest;
  readonly workflow: PreparedWorkflow;
  readonly requester: Principal;
  /** Aborts when nobody waits for it any more. */
  readonly signal: AbortSignal;
  /** What is to be recorded before it. */
  readonly firstEvents?: (task: Task) => readonly NewEvent[];
}

/** With what its plan's bytes say. */
export interface MadeRevision extends NewRevision {
  readonly document: PlanDocument;
}

/** Plans and decides one revision of a task. Nothing is written yet. */
export const makeRevision = async (
  { planner, policy, clock, newId }: RevisionDependencies,
  { frame, request, workflow, requester, signal, firstEvents = () => [] }: WantedRevision,
): Promise<Outcome<MadeRevision>> => {
  const made = await planner.plan({
    tenantId: frame.tenantId,
    taskId: frame.id,
    revision: frame.revision,
    requester,
    request,
    workflow,
    policyBundle: policy.bundleHash(),
    signal,
  });
  if (!made.ok) return made;
  const { plan, document } = made.value;
  const now = clock.now();
  const task: PlannedTask = {
    ...request,
    // Last: a task that is planned again comes as its own request, with the revision that it had.
    ...frame,
    status: 'PLANNING',
    // Where its targets are, whatever was claimed.
    environment: document.environment,
    planHash: plan.hash,
    risk: plan.risk,
    error: null,
    updatedAt: now,
  };
  const decided = await policy.decide(document, { ...request, requester }, now);
  if (isUndecided(decided.decision)) return refused(noVerdict);
  const intake = takeIn(task, document, decided.decision, requester, now, newId);
  return accepted({
    intake,
    plan,
    remembered: intake.approval && rememberedOf(document, decided, requester),
    document,
    decision: recorded(task, decided, now, newId()),
    events: [...firstEvents(task), plannedEvent(task, plan, now), decidedEvent(task, decided, now)],
  });
};

/** People may ask again for what was rejected; agents and services may once policy has forgotten it. */
const rememberedOf = (
  document: PlanDocument,
  { decision: { approval } }: MadeDecision,
  { type, tenantId }: Principal,
): Remembered | null =>
  approval && approval.rememberRejectionMs > 0 && type !== 'HUMAN'
    ? { tenantId, digest: effectDigest(document), forMs: approval.rememberRejectionMs }
    : null;

/** That the engine cannot answer is no verdict: nothing is recorded, and the key stays free. */
export const noVerdict = refusal(
  'DEPENDENCY_FAILED',
  'The policy engine cannot answer now, so nothing was decided and nothing stored. Try again with the same key.',
  { retryAfterMs: 5_000 },
);

const recorded = (
  task: PlannedTask,
  decided: MadeDecision,
  decidedAt: Date,
  id: string,
): RecordedDecision => ({
  id,
  tenantId: task.tenantId,
  taskId: task.id,
  revision: task.revision,
  planHash: task.planHash,
  outcome: decided.decision.outcome,
  reasons: decided.decision.reasons,
  bundleHash: decided.bundleHash,
  input: decided.input,
  inputHash: decided.inputHash,
  context: decided.context,
  holds: decided.decision.holds ?? [],
  decidedAt,
});

const plannedEvent = (task: PlannedTask, plan: Plan, now: Date): NewEvent =>
  eventOf(task, now)('task.planned', `Revision ${plan.revision}: ${plan.summary}`, {
    revision: plan.revision,
    planHash: plan.hash,
    risk: plan.risk,
  });

const decidedEvent = (
  task: PlannedTask,
  { decision, bundleHash, inputHash }: MadeDecision,
  now: Date,
): NewEvent => {
  const words = {
    ALLOW: 'Policy allows it',
    REQUIRE_APPROVAL: 'Policy asks for approval',
    DENY: 'Policy denies it',
  };
  return eventOf(task, now)('policy.decided', words[decision.outcome], {
    outcome: decision.outcome,
    rules: decision.reasons.map(({ rule }) => rule),
    planHash: task.planHash,
    bundleHash,
    inputHash,
  });
};
