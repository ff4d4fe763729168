import { setTimeout as sleep } from 'node:timers/promises';
import { refusal, type Refusal } from '../../domain/errors.ts';
import type { PlanDocumentStep, ShownStep } from '../../domain/plan.ts';
import { isInDoubt, type EarlierEffect } from '../../domain/recovery.ts';
import type { Effect, Footing, Step } from '../../domain/run.ts';
import { isPassingError } from '../../infra/database-errors.ts';
import type { Logger } from '../../infra/logger.ts';
import type {
  ApplyCall,
  ExecutorFailure,
  ExecutorLogger,
  Place,
  PreparedAction,
  PrepareAction,
  StoppableWork,
} from '../../platforms/index.ts';
import type { Lease } from '../../record/leases/leases.ts';
import type { Claim } from './claim.ts';

export interface PerformDependencies {
  readonly prepare: PrepareAction;
  /** Whether people were shown exactly this of a step. */
  readonly isShownAsPlanned: (shown: ShownStep, planned: PlanDocumentStep) => boolean;
  /** Keeps what the step runs on before it is called; false where the step is not this attempt's any more. */
  readonly keepFooting: (step: Pick<Step, 'id' | 'tenantId' | 'fence'>, footing: Footing) => Promise<boolean>;
  /** Keeps that the step is about to be called, where it has only looked so far; false where it is not this attempt's any more. */
  readonly keepCalled: (step: Pick<Step, 'id' | 'fence'>) => Promise<boolean>;
  /** What an executor's exception says in the catalogue's words. */
  readonly describeError: (thrown: unknown) => ExecutorFailure;
  /** In [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
}

/**
 * One attempt under way. `isInDoubt`: the platform may hold an effect of ours that nobody has confirmed.
 * `hasCalled`: this attempt asked for the effect itself; before that, no failure of its can mean one.
 * `hasAnswer`: the platform answered that call.
 */
export interface Attempt {
  readonly claim: Claim;
  readonly lease: Lease;
  readonly action: PreparedAction;
  /** As people were shown it: the same, unless earlier steps put out some of its params. */
  readonly foreseen: PreparedAction;
  call: ApplyCall;
  /** `isInDoubt` as it was at the beginning, before anybody looked. */
  readonly wasInDoubt: boolean;
  isInDoubt: boolean;
  hasCalled: boolean;
  hasAnswer: boolean;
}

/** The attempt as it begins, with what its calls carry. */
export const begin = (
  { logger }: PerformDependencies,
  claim: Claim,
  { idempotencyKey }: Effect,
  lease: Lease,
  place: Place | null,
  action: PreparedAction,
  foreseen: PreparedAction,
): Attempt => {
  const { task, step, undone, precondition } = claim;
  const earlier = earlierOf(claim);
  const mayHaveActed = earlier !== null && isInDoubt(earlier) && action.traits.category !== 'READ';
  return {
    claim,
    lease,
    action,
    foreseen,
    wasInDoubt: mayHaveActed,
    isInDoubt: mayHaveActed,
    hasCalled: false,
    hasAnswer: false,
    call: {
      signal: lease.signal,
      tenantId: task.tenantId,
      priority: task.priority,
      taskId: task.id,
      stepId: step.id,
      // A halt gives the step its attempt back, and not what the platform may have done in it.
      attempt: mayHaveActed ? Math.max(2, step.attempt) : step.attempt,
      idempotencyKey,
      precondition,
      ...(undone?.since === undefined ? {} : { since: undone.since }),
      ...(place ? { place } : {}),
      work: workOf(claim),
      logger: speakingOf({ taskId: task.id, stepId: step.id }, logger),
    },
  };
};

const workOf = ({ task, run, step }: Claim): StoppableWork => ({
  environment: task.environment,
  agentId: task.submittedById,
  risk: task.risk,
  isUnderStop: step.kind === 'UNDO' && run.rollback?.isUnderStop === true,
});

/**
 * What it runs on is kept before anything is called: where nothing is kept, no attempt has called. Of one that a restore
 * lost nothing could be kept.
 */
export const earlierOf = ({ planned, step, undone, earlier }: Claim): EarlierEffect | null =>
  planned.after && !undone && !step.standsOn && !earlier?.isOfLostPast ? null : earlier;

/** Most steps say nothing, and a child of the logger would be made for each of them. */
const speakingOf = (subject: object, logger: Logger): ExecutorLogger => ({
  debug: (fields, message) => logger.debug({ ...fields, ...subject }, message),
  info: (fields, message) => logger.info({ ...fields, ...subject }, message),
  warn: (fields, message) => logger.warn({ ...fields, ...subject }, message),
  error: (fields, message) => logger.error({ ...fields, ...subject }, message),
});

const keepAgainMs = 250;

/**
 * Keeps something of the step before it is called. While the record cannot take it, the attempt waits for as long as the
 * step is its own: a database that is away for a moment costs no attempt.
 */
export const keepFirst = async (
  { lease, claim }: Pick<Attempt, 'lease' | 'claim'>,
  keep: (step: Step) => Promise<boolean>,
): Promise<void> => {
  for (;;) {
    try {
      if (!(await keep(claim.step))) throw new NotCalled(notOurs);
      lease.assertHeld();
      return;
    } catch (error) {
      if (!isPassingError(error)) throw error;
      lease.assertHeld();
      await sleep(keepAgainMs, undefined, { signal: lease.signal });
    }
  }
};

const notOurs = refusal('CONFLICT', "The step is not this attempt's any more.");

/**
 * The action was not called. That nobody can look at the target now says nothing about it: it costs an attempt, and no
 * plan that people approved.
 */
export class NotCalled extends Error {
  override readonly name = 'NotCalled';
  readonly result: ExecutorFailure;
  constructor({ code, message, retriable, retryAfterMs }: Refusal) {
    super(message);
    const failure = { code, message, retriable, ...(retryAfterMs === null ? {} : { retryAfterMs }) };
    this.result = { failure, effect: 'NONE', isRetriable: retriable, guard: null };
  }
}
