import type { Priority } from '@countersign/shared';
import type { Held, Stopped } from '../../domain/admission.ts';
import { afterLoss, canBeFound, isInDoubt, withoutLostLook } from '../../domain/recovery.ts';
import { heldMs } from '../../domain/hold.ts';
import type { PlanDocument, PlanDocumentStep } from '../../domain/plan.ts';
import type { Json } from '../../domain/json.ts';
import { resolveReferences, takenFault, type ResolvedParams } from '../../domain/references.ts';
import type { AttemptResult, Step } from '../../domain/run.ts';
import { asksPlan } from '../../domain/settle.ts';
import { doneAs } from '../../domain/run-state.ts';
import { soakRule } from '../../domain/soak.ts';
import { canonicalJson } from '../../infra/digest.ts';
import type { NewId } from '../../infra/ids.ts';
import type { Logger } from '../../infra/logger.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import type { AskForPlan } from '../../record/save-revisions.ts';
import type { TaskStore } from '../../record/task-store.ts';
import type { Blocker, LockStore } from '../../record/lock-store.ts';
import { beginStep } from './begin-step.ts';
import type { BegunStep, Claim } from './claim.ts';
import {
  admissionOf,
  assessPlans,
  unreadable,
  type Assessment,
  type AssessDependencies,
} from './assess-plans.ts';
import { lockedBy, takeLocks } from './take-locks.ts';
import {
  applyResult,
  earlierOf,
  loadContexts,
  replaceStep,
  saveContexts,
  stepOf,
  type RunContext,
} from './run-context.ts';
import type { RunStore } from '../../record/run-store.ts';
import { undoPlanOf } from './undo-plan.ts';

export interface ClaimRequest {
  readonly stepId: string;
  /** Where room was made for it: another step than the job said it was is left alone. */
  readonly platform: string;
  readonly lane: Priority;
  readonly worker: string;
}

export interface ClaimDependencies extends AssessDependencies {
  readonly journal: Journal;
  readonly tasks: TaskStore;
  readonly runs: RunStore;
  readonly locks: LockStore;
  readonly askForPlan: AskForPlan;
  readonly newId: NewId;
  readonly leaseMs: number;
  /** When the installation was restored, the last time; null where it never was. */
  readonly restoredAt: Date | null;
  /** In [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
}

/**
 * Claims steps in one transaction by the database's clock, with their effect's intent. A step that
 * may not run any more is settled in the same transaction. Null tells the worker to drop the job.
 */
export const claimSteps = async (
  deps: ClaimDependencies,
  requests: readonly ClaimRequest[],
): Promise<(Claim | null)[]> => {
  // Before there is a transaction: whoever waits for this holds no connection.
  const holdOfPlatform = await deps.readControls();
  const heldSinceMs = performance.now();
  return deps.journal.transaction(async (tx) => {
    const contexts = await loadContexts(
      deps,
      tx,
      requests.map(({ stepId }) => stepId),
    );
    await holdExpired(deps.runs, tx, contexts, requests);
    const assessments = await assessPlans(deps, tx, contextsToClaim(contexts, requests), holdOfPlatform);
    const blockers = await takeLocks(deps.locks, tx, contexts, assessments, requests);
    const claims = requests.map((request) => {
      const context = contexts.get(request.stepId);
      if (!context || !isClaimable(context, request.stepId) || !isAsRequested(context, request)) return null;
      return claimStep(deps, tx, context, assessments.get(context.task.id), blockers, request);
    });
    saveContexts(deps, tx, contexts.values());
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

const contextsToClaim = (
  contexts: ReadonlyMap<string, RunContext>,
  requests: readonly ClaimRequest[],
): RunContext[] => {
  const wanted = new Set<RunContext>();
  for (const { stepId } of requests) {
    const context = contexts.get(stepId);
    if (context && isClaimable(context, stepId)) wanted.add(context);
  }
  return [...wanted];
};

const claimStep = (
  deps: ClaimDependencies,
  tx: JournalTransaction,
  context: RunContext,
  assessment: Assessment | undefined,
  blockers: ReadonlyMap<string, Blocker>,
  { stepId, worker }: ClaimRequest,
): BegunStep | null => {
  const step = withoutLostLook(stepOf(context, stepId));
  replaceStep(context, step);
  const mayHaveActed = mayActUnknown(deps, context, assessment, step);
  const looksFirst = mayHaveActed && tellsWhatCame(assessment, step);
  const lost =
    step.state === 'RUNNING' ? afterLoss(context.run, context.steps, step, mayHaveActed, looksFirst) : null;
  if (lost) {
    applyResult(tx, withPlan(deps, context, assessment, step, lost), stepId, lost);
    return null;
  }
  const admission = assessment ? admissionOf(context, assessment, step) : unreadable;
  if (!assessment?.read || !admission.isAdmitted) {
    const stop = admission.isAdmitted ? unreadable : admission;
    const result = resultOf(deps, context, step, stop, mayHaveActed);
    applyResult(tx, withPlan(deps, context, assessment, step, result), stepId, result);
    return null;
  }
  const { document } = assessment.read;
  const given = paramsOf(context, document, admission.planned);
  if (!given.ok) {
    const { message } = given;
    const result: AttemptResult = mayHaveActed
      ? { kind: 'UNKNOWN', failure: { code: 'OUTCOME_UNKNOWN', message } }
      : 'hasDrifted' in given
        ? { kind: 'DRIFTED', failure: { code: 'PRECONDITION_FAILED', message } }
        : { kind: 'FAILED', failure: { code: 'SCHEMA_VALIDATION_FAILED', message } };
    applyResult(tx, withPlan(deps, context, assessment, step, result), stepId, result);
    return null;
  }
  const blocker = blockers.get(context.run.id);
  if (blocker) {
    const { startBy } = admission;
    const held: Held = { isAdmitted: false, end: null, hold: lockedBy(blocker, context), startBy };
    applyResult(tx, context, stepId, resultOf(deps, context, step, held, mayHaveActed));
    return null;
  }
  const earlier = earlierOf(context, step, assessment.plan.createdAt);
  const claimed = { stepId, worker, looksFirst };
  const begun = beginStep(deps, tx, context, claimed, document, admission.planned, given.params);
  return { ...begun, earlier, startBy: admission.startBy };
};

const tellsWhatCame = (assessment: Assessment | undefined, { kind, ordinal }: Step): boolean => {
  const shown = kind === 'ACTION' ? assessment?.plan.presentation.steps[ordinal] : undefined;
  return shown !== undefined && canBeFound(shown.category, shown.idempotency);
};

/** A NOOP puts out nothing that could be taken. */
const paramsOf = (
  { steps }: RunContext,
  { mode }: PlanDocument,
  { params, takes }: PlanDocumentStep,
): ResolvedParams | { readonly ok: false; readonly message: string; readonly hasDrifted: true } => {
  if (mode === 'NOOP') return { ok: true, params };
  const outputOf = (from: string) => doneAs(steps, from)?.output ?? undefined;
  const fault = takes ? takenFault(params, takes, outputOf, isSameJson) : null;
  return fault === null
    ? resolveReferences(params, outputOf)
    : { ok: false, message: fault, hasDrifted: true };
};

const isSameJson = (one: Json, other: Json): boolean => canonicalJson(one) === canonicalJson(other);

/** Where what comes of it depends on the plan: most steps that are claimed run, and nothing does. */
const withPlan = (
  { newId }: ClaimDependencies,
  context: RunContext,
  assessment: Assessment | undefined,
  step: Step,
  result: AttemptResult,
): RunContext => {
  if (assessment && asksPlan(context.run, context.steps, step, result))
    context.plan ??= undoPlanOf(assessment.plan, newId);
  return context;
};

/** For good, or for as long as it is held. */
const resultOf = (
  { random, logger }: ClaimDependencies,
  { now, task }: RunContext,
  step: Step,
  stopped: Stopped | Held,
  isEffectUnknown: boolean,
): AttemptResult => {
  if (stopped.end !== null) {
    return { kind: 'REFUSED', failure: stopped.failure, end: stopped.end, isEffectUnknown };
  }
  const { hold, startBy } = stopped;
  logger.debug({ taskId: task.id, stepId: step.id, hold }, 'a step is held');
  const waitedMs = now.getTime() - (step.readyAt ?? now).getTime();
  // Nobody ends a soak before its time.
  const isSoak = hold.rule === soakRule && hold.until !== null;
  const askedInMs = isSoak ? Date.parse(hold.until) - now.getTime() : heldMs(hold, waitedMs, now, random());
  return {
    kind: 'HELD',
    hold,
    failure: { code: 'POLICY_DENIED', message: hold.reason, retriable: true },
    delayMs: askedInMs,
    ...(startBy && { startBy: startBy.toISOString() }),
    isEffectUnknown,
    ...(step.state === 'RUNNING' ? { isAttemptSpent: true } : {}),
  };
};

const isAsRequested = (context: RunContext, { stepId, platform, lane }: ClaimRequest): boolean => {
  const step = stepOf(context, stepId);
  return step.platform === platform && step.lane === lane;
};

/** A step of a run that is being ended is only taken up where its worker was lost, to say how it ended. */
export const isClaimable = ({ task, run, now, ...context }: RunContext, stepId: string): boolean => {
  const step = context.steps.find(({ id }) => id === stepId);
  if (!step || run.pause !== null || (task.status !== 'QUEUED' && task.status !== 'RUNNING')) return false;
  if (step.state === 'READY') return run.cancelRequestedAt === null && step.nextAttemptAt <= now;
  return step.state === 'RUNNING' && step.leaseUntil !== null && step.leaseUntil < now;
};

/**
 * Whether the platform may hold an effect of an earlier attempt that nobody has confirmed. Only what was planned
 * can take the doubt away: a row that says otherwise cannot.
 */
const mayActUnknown = (
  { planReader: reader }: ClaimDependencies,
  context: RunContext,
  assessment: Assessment | undefined,
  step: Step,
): boolean => {
  const earlier = earlierOf(context, step);
  if (!earlier || !isInDoubt(earlier)) return false;
  const document = assessment ? reader.readAsShown(assessment.plan) : null;
  if (!assessment || !document) return true;
  const isItself = document.steps[step.ordinal]?.name === step.name;
  const onlyReads = isItself && assessment.plan.presentation.steps[step.ordinal]?.category === 'READ';
  return document.mode !== 'NOOP' && !onlyReads;
};
