import { admit, type Admission, type Stopped } from '../../domain/admission.ts';
import { reviewerIdsOf, type ApprovalRequest, type Review } from '../../domain/approval-request.ts';
import type { DecideOnPlan } from '../../domain/decide-on-plan.ts';
import type { Decision, DecisionContext } from '../../domain/decision.ts';
import { grantLacks } from '../../domain/grant.ts';
import type { TakenUse } from '../../domain/grant-coverage.ts';
import type { Hold } from '../../domain/hold.ts';
import type { Plan, PlanDocument } from '../../domain/plan.ts';
import type { Principal } from '../../domain/principal.ts';
import { hasBegun } from '../../domain/run-state.ts';
import type { Run, Step } from '../../domain/run.ts';
import type { Task } from '../../domain/task.ts';
import type { Transaction } from '../../infra/database.ts';
import type { FindPrincipal } from '../../record/access-store.ts';
import type { ApprovalStore } from '../../record/approval-store.ts';
import type { PlanReader, ReadPlan } from '../../record/plan-reader.ts';
import type { PlanStore } from '../../record/plan-store.ts';
import type { DecidedOnRecord, DecisionStore } from '../../record/decision-store.ts';
import type { GrantStore } from '../../record/grant-store.ts';
import type { RunContext } from './run-context.ts';

export interface AssessDependencies {
  readonly plans: PlanStore;
  readonly decisions: DecisionStore;
  readonly approvals: ApprovalStore;
  readonly grants: Pick<GrantStore, 'findTaken'>;
  readonly planReader: PlanReader;
  readonly policy: { readonly decide: DecideOnPlan };
  readonly findPrincipal: FindPrincipal;
  /** What operators say of platforms now. Never rejects. */
  readonly readControls: () => Promise<HoldOfPlatform>;
}

/** What keeps a tenant's work from a platform. */
export type HoldOfPlatform = (tenantId: string, platform: string) => Hold | null;

/** What the record says about one task's current plan, and policy and people today: once for all of its steps. */
export interface Assessment {
  readonly plan: Plan;
  readonly decision: DecidedOnRecord | undefined;
  readonly approval: ApprovalRequest | undefined;
  readonly reviews: readonly Review[];
  /** Null where the stored bytes are not the plan. */
  readonly read: ReadPlan | null;
  /** Null where they may not act any more. */
  readonly requester: Principal | null;
  /** Null where there is nothing or nobody to ask about. */
  readonly current: Decision | null;
  /** Why the grant that let it through does so no more, to go on after "the grant"; null where it does, or none did. */
  readonly lostGrant: string | null;
  /** Those who voted and may act at all by now. */
  readonly reviewers: readonly Principal[];
  readonly holdOfPlatform: HoldOfPlatform;
}

interface PlanRecord extends Pick<Assessment, 'plan' | 'decision' | 'approval' | 'reviews'> {
  /** The use of a grant that let it through. */
  readonly taken: TakenUse | null;
}

export const unreadable: Stopped = {
  isAdmitted: false,
  end: 'FAILED',
  failure: { code: 'CONFLICT', message: 'The stored plan is not the plan that was decided on.' },
};

const nobodyAsks: Stopped = {
  isAdmitted: false,
  end: 'DENIED',
  failure: { code: 'AUTHORIZATION_FAILED', message: 'Who submitted the task may not act any more.' },
};

/** Whether a step may run by what was found out about its plan. */
export const admissionOf = (
  { task, run, steps, effects, now }: RunContext,
  {
    plan,
    decision,
    approval,
    reviews,
    read,
    requester,
    current,
    lostGrant,
    reviewers,
    holdOfPlatform,
  }: Assessment,
  step: Step,
): Admission => {
  if (!read) return unreadable;
  if (!requester || !current) return nobodyAsks;
  return admit({
    now,
    task,
    run,
    hasBegun: hasBegun(steps, effects) || isRehearsalUnderWay(read.document, run),
    step,
    steps,
    plan,
    documentHash: read.hash,
    document: read.document,
    requester,
    recorded: decision ?? null,
    current,
    // What was done is undone whatever has become of the grant.
    lostGrant: step.kind === 'UNDO' ? null : lostGrant,
    control: holdOfPlatform(step.tenantId, step.platform),
    approval: approval ?? null,
    reviews,
    reviewers,
  });
};

/** A rehearsal leaves no effect to tell by, and may take the word of the run's row: it calls nobody. */
const isRehearsalUnderWay = ({ mode }: PlanDocument, { startedAt }: Run): boolean =>
  mode === 'NOOP' && startedAt !== null;

/**
 * By task id; a task without a plan is left out. All are assessed at once, so that a policy engine that does not
 * answer keeps the tasks locked no longer than one question takes.
 */
export const assessPlans = async (
  deps: AssessDependencies,
  tx: Transaction,
  contexts: readonly RunContext[],
  holdOfPlatform: HoldOfPlatform,
): Promise<ReadonlyMap<string, Assessment>> => {
  if (contexts.length === 0) return new Map();
  const records = await loadRecords(deps, tx, contexts);
  return new Map(
    await Promise.all(
      contexts.flatMap(({ task, now }) => {
        const record = records.get(task.id);
        return record ? [assess(deps, task, record, now, holdOfPlatform)] : [];
      }),
    ),
  );
};

const assess = async (
  { planReader, findPrincipal, policy }: AssessDependencies,
  task: Task,
  record: PlanRecord,
  now: Date,
  holdOfPlatform: HoldOfPlatform,
): Promise<readonly [string, Assessment]> => {
  const read = planReader.read(record.plan);
  const { taken, ...known } = record;
  const found = { ...known, read, holdOfPlatform };
  const requester = read && (await findPrincipal(task.submittedById));
  if (!requester) return [task.id, { ...found, requester, current: null, lostGrant: null, reviewers: [] }];
  const [made, reviewers] = await Promise.all([
    policy.decide(read.document, { ...task, requester }, now, { taken }),
    Promise.all(reviewerIdsOf(record.reviews).map(findPrincipal)),
  ]);
  const lostGrant = record.decision && isGranted(record.decision) ? lostBy(taken, made.decision, now) : null;
  return [
    task.id,
    {
      ...found,
      requester,
      current: made.decision,
      lostGrant,
      reviewers: reviewers.filter((each) => each !== null),
    },
  ];
};

/** Whoever writes to the database may write anything here. */
const isGranted = ({ context }: DecidedOnRecord): boolean =>
  Boolean((context as DecisionContext | null)?.grant);

/** Where rules ask nobody by now, nothing is lost with the grant. */
const lostBy = (taken: TakenUse | null, { grant, outcome }: Decision, now: Date): string | null => {
  const lacks = taken && grantLacks(taken.grant, now);
  if (lacks !== null) return lacks;
  return grant || outcome === 'ALLOW' ? null : 'does not cover it any more';
};

const loadRecords = async (
  deps: AssessDependencies,
  tx: Transaction,
  contexts: readonly RunContext[],
): Promise<Map<string, PlanRecord>> => {
  const keys = contexts.map(({ task }) => ({ taskId: task.id, revision: task.revision }));
  const [plans, decisions, approvals] = await Promise.all([
    deps.plans.find(tx, keys),
    deps.decisions.findDecided(tx, keys),
    deps.approvals.find(tx, keys),
  ]);
  const reviews =
    approvals.length === 0
      ? []
      : await deps.approvals.findReviews(
          tx,
          approvals.map(({ id }) => id),
        );
  const granted = decisions.filter(isGranted);
  const taken = granted.length === 0 ? [] : await deps.grants.findTaken(tx, granted);
  return new Map(
    plans.map((plan) => {
      const approval = approvals.find(({ taskId }) => taskId === plan.taskId);
      return [
        plan.taskId,
        {
          plan,
          decision: decisions.find(({ taskId }) => taskId === plan.taskId),
          approval,
          reviews: reviews.filter(({ approvalId }) => approvalId === approval?.id),
          taken: taken.find(({ use }) => use.taskId === plan.taskId && use.planHash === plan.hash) ?? null,
        },
      ];
    }),
  );
};
