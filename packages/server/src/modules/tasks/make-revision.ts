import type { DecideOnPlan } from '../../domain/decide-on-plan.ts';
import { takeIn } from '../../domain/intake.ts';
import { isUndecided, type GrantUse, type MadeDecision } from '../../domain/decision.ts';
import type { UsedGrant } from '../../domain/grant.ts';
import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';
import { eventOf, type NewEvent } from '../../domain/events.ts';
import type { Plan, PlanDocument } from '../../domain/plan.ts';
import type { Principal } from '../../domain/principal.ts';
import type { TrackRecord, TriedIn } from '../../domain/track-record.ts';
import type { PlannedTask, Task, TaskRequest } from '../../domain/task.ts';
import type { Clock } from '../../infra/clock.ts';
import type { NewId } from '../../infra/ids.ts';
import { logAbout } from '../../infra/logger.ts';
import { inSpan, markFailed } from '../../infra/tracing.ts';
import type { PrepareActions, PreparedWorkflow } from '../../platforms/index.ts';
import { likenessOfWorkflow } from './likeness-of-workflow.ts';
import type { Planner } from './planner.ts';
import type { RecordedDecision } from '../../record/decision-store.ts';
import { effectDigest, type Remembered } from '../../record/rejection-store.ts';
import type { NewRevision, WantedGrant } from '../../record/save-revisions.ts';

/** People answer for what they submit themselves; what an agent planned for them is an agent's work. */
const isScored = ({ type }: Principal, { agent }: TaskRequest): boolean => type !== 'HUMAN' || agent !== null;

export interface RevisionDependencies {
  readonly prepareActions: PrepareActions;
  readonly planner: Planner;
  readonly policy: {
    /** Of the rules and data that decide for a tenant, as they were last seen. */
    bundleHash(tenantId: string): string;
    readonly decide: DecideOnPlan;
  };
  /** What a requester has behind them. Never rejects. */
  readonly recordOf: (
    wanted: Pick<Plan, 'tenantId' | 'likeness' | 'kind'> & {
      readonly principalId: string;
      readonly tried?: readonly TriedIn[] | undefined;
    },
  ) => Promise<TrackRecord | null>;
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
  /** Where the same plan ran well, where that is known already. */
  readonly tried?: readonly TriedIn[];
  /** Aborts when nobody waits for it any more; left out where that cannot be known. */
  readonly signal?: AbortSignal | undefined;
  /** What is to be recorded before it. */
  readonly firstEvents?: (task: Task) => readonly NewEvent[];
}

/** With what its plan's bytes say. */
export interface MadeRevision extends NewRevision {
  readonly document: PlanDocument;
}

/** Plans and decides one revision of a task. Nothing is written yet. */
export const makeRevision = (
  deps: RevisionDependencies,
  wanted: WantedRevision,
): Promise<Outcome<MadeRevision>> => {
  const { id, revision, traceparent } = wanted.frame;
  const attributes = { 'countersign.task.id': id, 'countersign.revision': revision };
  return inSpan('plan task', { parent: traceparent, attributes }, async (span) => {
    const made = await logAbout({ taskId: id }, () => planAndDecide(deps, wanted));
    if (made.ok) span.setAttribute('countersign.decision', made.value.decision.outcome);
    else markFailed(span, made.refusal.code);
    return made;
  });
};

const planAndDecide = async (
  { planner, policy, recordOf, clock, newId }: RevisionDependencies,
  { frame, request, workflow, requester, tried, signal, firstEvents = () => [] }: WantedRevision,
): Promise<Outcome<MadeRevision>> => {
  const { tenantId } = frame;
  const { likeness, kind } = likenessOfWorkflow(workflow);
  // Beside the planning: nobody waits for it.
  const behind = isScored(requester, request)
    ? recordOf({ tenantId, principalId: requester.id, likeness, kind, tried })
    : null;
  const made = await planner.plan({
    tenantId,
    taskId: frame.id,
    revision: frame.revision,
    requester,
    request,
    workflow,
    policyBundle: policy.bundleHash(frame.tenantId),
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
  const scoring = behind && { record: await behind };
  const subject = { ...request, requester, handIds: frame.handIds };
  const decided = await policy.decide(document, subject, now, { scoring });
  if (isUndecided(decided.decision)) return refused(noVerdict);
  const first = [...firstEvents(task), plannedEvent(task, plan, now)];
  return accepted(revisionOf({ task, plan, document, requester, first, now, newId }, decided, null));
};

/** What a revision is made of besides what was decided on it. */
interface Planned {
  readonly task: PlannedTask;
  readonly plan: Plan;
  readonly document: PlanDocument;
  readonly requester: Principal;
  readonly first: readonly NewEvent[];
  readonly now: Date;
  readonly newId: NewId;
}

const revisionOf = (planned: Planned, decided: MadeDecision, use: UsedGrant | null): MadeRevision => {
  const { task, plan, document, requester, first, now, newId } = planned;
  const { decision } = decided;
  const intake = takeIn(task, document, decision, requester, now, newId);
  return {
    intake,
    plan,
    remembered: intake.approval && rememberedOf(document, decided, requester),
    document,
    decision: recorded(task, decided, now, newId()),
    // What is only planned uses nothing.
    grant: decision.grant && task.mode !== 'PLAN' ? wanted(planned, decided, decision.grant) : null,
    use,
    events: [
      ...first,
      decidedEvent(task, decided, now),
      ...(use && decision.grant ? [usedEvent(task, decision.grant, now)] : []),
    ],
  };
};

const wanted = (planned: Planned, decided: MadeDecision, { grantId, takes }: GrantUse): WantedGrant => ({
  wish: { grantId, takes },
  settled: (use) => revisionOf(planned, decided.granted(use), use && usedBy(planned, use)),
});

const usedBy = ({ task, newId, now }: Planned, { grantId, takes, taken }: GrantUse): UsedGrant => ({
  id: newId(),
  tenantId: task.tenantId,
  grantId,
  taskId: task.id,
  revision: task.revision,
  planHash: task.planHash,
  takes,
  number: taken,
  at: now,
});

const usedEvent = (task: PlannedTask, { grantId, by, takes, taken, uses }: GrantUse, now: Date): NewEvent =>
  eventOf(task, now)('grant.used', `Let through by the grant of ${by}: ${taken} of ${uses} uses are taken`, {
    grantId,
    revision: task.revision,
    planHash: task.planHash,
    takes,
    number: taken,
    uses,
  });

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
  { decision, context, bundleHash, inputHash }: MadeDecision,
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
    ...(context.quality && { score: context.quality.total }),
    ...(decision.grant ? { grantId: decision.grant.grantId } : {}),
  });
};
