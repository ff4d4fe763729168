import { isWhollyShown } from '../../domain/diff.ts';
import { toCarriable } from '../../domain/json.ts';
import { shownOf, type PlanDocument, type PlanDocumentStep } from '../../domain/plan.ts';
import { stepsToLookAt, type SeenTargets } from '../../domain/target-watch.ts';
import { joinSignals } from '../../infra/joined-signal.ts';
import type { Logger } from '../../infra/logger.ts';
import type { ExecutorFailure, PreparedAction, PrepareAction } from '../../platforms/index.ts';
import { isStepShownAsPlanned } from '../../record/shown-digest.ts';

export interface LookDependencies {
  readonly prepare: PrepareAction;
  /** What an executor's exception says in the catalogue's words. */
  readonly describeError: (thrown: unknown) => ExecutorFailure;
  /** In [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
}

/** Platforms that are not asked again for now, with how long that holds. */
export type Resting = Map<string, number>;

/** What came of looking at the targets of one plan. */
export interface Looked {
  /** Where what would be done now is not what people were shown. */
  readonly moved: readonly PlanDocumentStep[];
  readonly seen: SeenTargets;
  /** Milliseconds until it is worth another look, where some could not be looked at now; null where all were. */
  readonly retryAfterMs: number | null;
  /** Whether all that can be looked at was. */
  readonly isWhole: boolean;
}

/** A look that takes longer says nothing. */
const lookMs = 5_000;
/** A platform that gave no answer is left alone for so long. */
const restMs = 10_000;

/** Looks at what a plan would change: cheaply, without planning it, as far as platforms let themselves be asked now. */
export const lookAtTargets = async (
  deps: LookDependencies,
  document: PlanDocument,
  before: SeenTargets,
  resting: Resting,
  signal: AbortSignal,
): Promise<Looked> => {
  const moved: PlanDocumentStep[] = [];
  const seen = new Map(Object.entries(before));
  let retryAfterMs: number | null = null;
  const { steps, areAll } = stepsToLookAt(document.steps, deps.random());
  for (const step of steps) {
    const restsMs = resting.get(step.platform);
    if (restsMs !== undefined) {
      retryAfterMs = Math.max(retryAfterMs ?? 0, restsMs);
      continue;
    }
    try {
      const look = await lookAtStep(deps, document, step, seen.get(step.name), signal);
      if (look === 'MOVED') moved.push(step);
      else if (look) seen.set(step.name, look.precondition);
    } catch (error) {
      if (signal.aborted) throw error;
      const { failure } = deps.describeError(error);
      const pauseMs = failure.retryAfterMs ?? restMs;
      resting.set(step.platform, pauseMs);
      retryAfterMs = Math.max(retryAfterMs ?? 0, pauseMs);
      deps.logger.debug({ err: error, taskId: document.taskId, step: step.name }, 'a target cannot be seen');
    }
  }
  const isWhole = areAll && retryAfterMs === null;
  return { moved, seen: Object.fromEntries(seen), retryAfterMs, isWhole };
};

/** Null where it is as it was seen; as it is now, where it moved and the effect did not. */
const lookAtStep = async (
  { prepare, logger }: LookDependencies,
  { tenantId, requester }: PlanDocument,
  step: PlanDocumentStep,
  seen: PlanDocumentStep['precondition'] | undefined,
  caller: AbortSignal,
): Promise<'MOVED' | Pick<PlanDocumentStep, 'precondition'> | null> => {
  const prepared = prepare(step.action, step.params, step.name);
  // What earlier steps put out is not known yet.
  if (!prepared.ok || prepared.action.references.length > 0) return null;
  using looking = joinSignals(AbortSignal.timeout(lookMs), caller);
  const call = {
    signal: looking.signal,
    tenantId,
    principalId: `${requester.id} again`,
    priority: 'LOW' as const,
    logger,
  };
  const isAsSeen = await prepared.action.watch({ ...call, precondition: seen ?? step.precondition });
  if (isAsSeen !== false) return null;
  return await sameEffect(prepared.action, step, call);
};

/** As a worker does right before it calls: to the byte what people were shown is the same effect. */
const sameEffect = async (
  action: PreparedAction,
  step: PlanDocumentStep,
  call: Parameters<PreparedAction['plan']>[0],
): Promise<'MOVED' | Pick<PlanDocumentStep, 'precondition'>> => {
  if (!action.showsWholeEffect) return 'MOVED';
  const planned = await action.plan(call);
  if (!planned.ok) {
    if (planned.refusal.retriable) throw new Error(planned.refusal.message);
    return 'MOVED';
  }
  const now = toCarriable(planned.value);
  const shown = shownOf(action.traits, { ...now, precondition: step.precondition });
  return isWhollyShown(now) && isStepShownAsPlanned(shown, step)
    ? { precondition: now.precondition }
    : 'MOVED';
};
