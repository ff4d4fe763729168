import { admit, type Admission } from '../../domain/admission.ts';
import type { ApprovalRequest, Review } from '../../domain/approval.ts';
import type { Plan, PlanDocument, PlanDocumentStep } from '../../domain/plan.ts';
import { afterLoss, isInDoubt } from '../../domain/recovery.ts';
import type { Effect, Run, Step } from '../../domain/run.ts';
import type { Task } from '../../domain/task.ts';
import type { NewId } from '../../infra/ids.ts';
import type { FindPrincipal } from '../access/index.ts';
import type { ApprovalStore } from '../approvals/index.ts';
import type { Journal, JournalTransaction } from '../events/index.ts';
import type { PlanReader, PlanStore, ReadPlan } from '../planning/index.ts';
import type { DecisionStore, PolicyService, RecordedDecision } from '../policy/index.ts';
import type { TaskStore } from '../tasks/index.ts';
import { beginStep } from './begin-step.ts';
import { applyResult, loadContexts, saveContexts, stepOf, type RunContext } from './run-context.ts';
import type { RunStore } from './run-store.ts';

/** A step that this worker alone may run now, with everything its executor is given. */
export interface Claim {
  readonly task: Task;
  readonly run: Run;
  readonly step: Step;
  /** The plan's stored bytes, and of them the step: what runs is this and nothing else. */
  readonly document: PlanDocument;
  readonly planned: PlanDocumentStep;
  readonly effect: Effect;
  /** What an earlier attempt left in the ledger; null at the first. */
  readonly earlier: Effect | null;
  /** By `performance.now()`: no later than the moment from which the lease counts. */
  readonly heldSinceMs: number;
}

export type BegunStep = Omit<Claim, 'heldSinceMs'>;

export interface ClaimRequest {
  readonly stepId: string;
  readonly worker: string;
}

export interface ClaimDependencies {
  readonly journal: Journal;
  readonly tasks: TaskStore;
  readonly runs: RunStore;
  readonly plans: PlanStore;
  readonly decisions: DecisionStore;
  readonly approvals: ApprovalStore;
  readonly planReader: PlanReader;
  readonly policy: PolicyService;
  readonly findPrincipal: FindPrincipal;
  readonly newId: NewId;
  readonly leaseMs: number;
}

/** What the record says about one task's current plan. */
interface PlanRecord {
  readonly plan: Plan;
  readonly decision: RecordedDecision | undefined;
  readonly approval: ApprovalRequest | undefined;
  readonly reviews: readonly Review[];
}

type Stop = Extract<Admission, { isAdmitted: false }>;

const unreadable: Stop = {
  isAdmitted: false,
  end: 'FAILED',
  failure: { code: 'CONFLICT', message: 'The stored plan is not the plan that was decided on.' },
};

const nobodyAsks: Stop = {
  isAdmitted: false,
  end: 'DENIED',
  failure: { code: 'AUTHORIZATION_FAILED', message: 'Who submitted the task may not act any more.' },
};

/**
 * Claims steps in one transaction by the database's clock, with their effect's intent. A step that
 * may not run any more is settled in the same transaction. Null tells the worker to drop the job.
 */
export const claimSteps = (
  deps: ClaimDependencies,
  requests: readonly ClaimRequest[],
): Promise<(Claim | null)[]> => {
  const heldSinceMs = performance.now();
  return deps.journal.transaction(async (tx) => {
    const contexts = await loadContexts(
      deps,
      tx,
      requests.map(({ stepId }) => stepId),
    );
    await holdExpired(deps.runs, tx, contexts, requests);
    const records = await loadRecords(deps, tx, [...new Set(contexts.values())]);
    const claims: (BegunStep | null)[] = [];
    for (const request of requests) {
      const context = contexts.get(request.stepId);
      if (!context || !isClaimable(context, request.stepId)) claims.push(null);
      else claims.push(await claimStep(deps, tx, context, records.get(context.task.id), request));
    }
    await saveContexts(deps, tx, contexts.values());
    return claims.map((claim) => claim && { ...claim, heldSinceMs });
  });
};

/**
 * Heartbeats go past the lock on the task. So a lease that looks run out is read again under a lock that no
 * heartbeat passes: either it was extended, or nobody extends it any more.
 */
const holdExpired = async (
  runs: RunStore,
  tx: JournalTransaction,
  contexts: ReadonlyMap<string, RunContext>,
  requests: readonly ClaimRequest[],
): Promise<void> => {
  const expired = requests.flatMap(({ stepId }) => {
    const context = contexts.get(stepId);
    return context && stepOf(context, stepId).state === 'RUNNING' && isClaimable(context, stepId)
      ? [stepId]
      : [];
  });
  if (expired.length === 0) return;
  for (const step of await runs.lockSteps(tx, expired)) {
    const context = contexts.get(step.id);
    if (context) context.steps = context.steps.map((other) => (other.id === step.id ? step : other));
  }
};

const claimStep = async (
  deps: ClaimDependencies,
  tx: JournalTransaction,
  context: RunContext,
  record: PlanRecord | undefined,
  { stepId, worker }: ClaimRequest,
): Promise<BegunStep | null> => {
  const step = stepOf(context, stepId);
  const mayHaveActed = mayActUnknown(context, record, step);
  const lost = step.state === 'RUNNING' ? afterLoss(context.run, context.steps, step, mayHaveActed) : null;
  if (lost) {
    applyResult(tx, context, stepId, lost);
    return null;
  }
  const read = record ? deps.planReader.read(record.plan) : null;
  const admission = record && read ? await admissionOf(deps, context, record, read, step) : unreadable;
  if (!read || !admission.isAdmitted) {
    const { end, failure } = admission.isAdmitted ? unreadable : admission;
    applyResult(tx, context, stepId, { kind: 'REFUSED', failure, end, isEffectUnknown: mayHaveActed });
    return null;
  }
  return beginStep(deps, tx, context, stepId, worker, read.document, admission.planned);
};

/** A step of a run that is being ended is only taken up where its worker was lost, to say how it ended. */
export const isClaimable = ({ task, run, now, ...context }: RunContext, stepId: string): boolean => {
  const step = context.steps.find(({ id }) => id === stepId);
  if (!step || (task.status !== 'QUEUED' && task.status !== 'RUNNING')) return false;
  if (step.state === 'READY') return run.cancelRequestedAt === null && step.nextAttemptAt <= now;
  return step.state === 'RUNNING' && step.leaseUntil !== null && step.leaseUntil < now;
};

/** Whether the platform may hold an effect of an earlier attempt that nobody has confirmed. */
const mayActUnknown = (
  { task, effects }: RunContext,
  record: PlanRecord | undefined,
  step: Step,
): boolean => {
  const effect = effects.get(step.id);
  const onlyReads = record?.plan.presentation.steps[step.ordinal]?.category === 'READ';
  return effect !== undefined && isInDoubt(effect) && task.mode !== 'NOOP' && !onlyReads;
};

const admissionOf = async (
  deps: ClaimDependencies,
  { task, run, steps, now }: RunContext,
  { plan, decision, approval, reviews }: PlanRecord,
  { document, hash }: ReadPlan,
  step: Step,
): Promise<Admission> => {
  const requester = await deps.findPrincipal(task.submittedById);
  if (!requester) return nobodyAsks;
  const { decision: current } = await deps.policy.decide(document, { ...task, requester });
  return admit({
    now,
    task,
    run,
    step,
    steps,
    plan,
    documentHash: hash,
    document,
    requester,
    recorded: decision ?? null,
    current,
    approval: approval ?? null,
    reviews,
  });
};

const loadRecords = async (
  deps: ClaimDependencies,
  tx: JournalTransaction,
  contexts: readonly RunContext[],
): Promise<Map<string, PlanRecord>> => {
  const keys = contexts.map(({ task }) => ({ taskId: task.id, revision: task.revision }));
  const [plans, decisions, approvals] = await Promise.all([
    deps.plans.find(tx, keys),
    deps.decisions.find(tx, keys),
    deps.approvals.find(tx, keys),
  ]);
  const reviews =
    approvals.length === 0
      ? []
      : await deps.approvals.findReviews(
          tx,
          approvals.map(({ id }) => id),
        );
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
        },
      ];
    }),
  );
};
