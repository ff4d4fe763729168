import type { ActionCategory, IdempotencyCapability } from '@countersign/shared';
import { z } from 'zod';
import { aDocument, aDocumentStep, anEffect, aRun, aStep, aTask } from './domain-samples.ts';
import { createTestExecutors } from './test-executors.ts';
import { accepted } from '../src/domain/errors.ts';
import type { Json } from '../src/domain/json.ts';
import { shownOf } from '../src/domain/plan.ts';
import type { PlannedAction } from '../src/domain/planned-action.ts';
import type { Effect, Footing } from '../src/domain/run.ts';
import { createLogger, type Logger } from '../src/infra/logger.ts';
import {
  describeError,
  ExecutorError,
  type ActionExecutor,
  type ExecutorLogger,
  type GuardName,
  type Reconciliation,
} from '../src/platforms/index.ts';
import { isStepShownAsPlanned, stepDigest } from '../src/record/shown-digest.ts';
import type { Claim } from '../src/modules/execution/claim.ts';
import type { Lease } from '../src/record/leases/leases.ts';
import type { PerformDependencies } from '../src/modules/execution/attempt.ts';
import { performStep } from '../src/modules/execution/perform-step.ts';

export interface Script {
  readonly category?: ActionCategory;
  readonly idempotency?: IdempotencyCapability;
  /** Default: succeeds with nothing. */
  readonly apply?: (logger: ExecutorLogger, precondition: Json, attempt: number) => Json;
  readonly showsWholeEffect?: boolean;
  /** Default: whatever is not shown is as foreseen. */
  readonly isAsForeseen?: (foreseen: Json, found: Json) => boolean;
  /** What else is seen on the target as it is now. */
  readonly now?: Partial<PlannedAction>;
  /** Default: the target can be looked at. */
  readonly look?: () => void;
  readonly verify?: () => void;
  /** Default: the action leaves no mark to look for. */
  readonly reconcile?: () => Reconciliation<Json>;
}

const silent = createLogger({ level: 'silent' });

/** What is seen of the action on a target in this state. */
const seenAt = (precondition: string): PlannedAction => ({
  summary: 'Do it',
  targets: [],
  precondition,
  diffs: [],
  findings: [],
});

/** An action type of its own for each case, with a note of what was called. */
const executorOf = (script: Script, calls: string[]): ActionExecutor<unknown, Json> => ({
  traits: {
    name: 'script.run',
    version: 1,
    platform: 'script',
    category: script.category ?? 'WRITE',
    idempotency: script.idempotency ?? 'NONE',
    reversible: true,
    budget: { timeMs: 5_000, network: 'NONE' },
  },
  description: 'Does what a test says.',
  input: z.looseObject({}),
  plan: async () => {
    script.look?.();
    return accepted({ ...seenAt('now'), ...script.now });
  },
  ...(script.showsWholeEffect ? { showsWholeEffect: true } : {}),
  isAsForeseen: script.isAsForeseen ?? (() => true),
  apply: async (_input, { logger, precondition, attempt }) => {
    calls.push(precondition === 'now' ? 'apply-now' : 'apply');
    return script.apply?.(logger, precondition, attempt) ?? null;
  },
  verify: async () => {
    calls.push('verify');
    script.verify?.();
  },
  ...(script.reconcile
    ? {
        reconcile: async () => {
          calls.push('reconcile');
          return script.reconcile?.() ?? { kind: 'ABSENT' };
        },
      }
    : {}),
});

export interface Given {
  readonly earlier?: Effect['state'];
  /** Whether a restore may have lost that attempt. */
  readonly isOfLostPast?: boolean;
  readonly mayBeReplaced?: boolean;
  /** By default the second, where there was an earlier one. */
  readonly attempt?: number;
  readonly maxAttempts?: number;
  readonly mode?: 'NOOP' | 'APPLY';
  readonly action?: string;
  readonly lease?: Partial<Lease>;
  readonly logger?: Logger;
  /** Whether an earlier step changes the same thing. */
  readonly isAfter?: boolean;
  /** What an earlier attempt kept. */
  readonly standsOn?: Footing | null;
  readonly keepFooting?: PerformDependencies['keepFooting'];
  readonly looks?: number;
  readonly keepCalled?: PerformDependencies['keepCalled'];
}

export const perform = async (
  script: Script,
  {
    earlier,
    isOfLostPast = false,
    mayBeReplaced = false,
    attempt = earlier ? 2 : 1,
    maxAttempts = 4,
    mode = 'APPLY',
    action = 'script.run@1',
    lease = {},
    logger = silent,
    isAfter = false,
    standsOn = null,
    keepFooting = async () => true,
    looks = 0,
    keepCalled = async () => true,
  }: Given = {},
) => {
  const calls: string[] = [];
  await using executors = createTestExecutors({
    moreExecutors: [executorOf(script, calls)],
    guards: { readBackDelaysMs: [] },
  });
  const { prepare } = executors;
  const retry = { maxRetries: 3, initialDelayMs: 400, backoffMultiplier: 2, maxDelayMs: 10_000 };
  const found = prepare(action, {}, '');
  const seen = found.ok ? stepDigest(shownOf(found.action.traits, seenAt('planned'))) : 'nothing';
  const planned = aDocumentStep({
    action,
    precondition: 'planned',
    shown: seen,
    ...(isAfter ? { after: ['before'] } : {}),
  });
  const claim: Claim = {
    // What a row of the task says does not matter: the plan's bytes do.
    task: aTask({ mode: 'APPLY' }),
    run: aRun(),
    step: aStep('a', { attempt, maxAttempts, standsOn, looks }),
    document: aDocument({ mode, retry, steps: [planned] }),
    planned,
    params: planned.params,
    effect: mode === 'NOOP' ? null : anEffect('a'),
    earlier: earlier ? { state: earlier, isOfLostPast, mayBeReplaced } : null,
    precondition: standsOn?.precondition ?? planned.precondition,
    undone: null,
    heldSinceMs: 0,
    remainingMs: null,
    startBy: null,
  };
  const held: Lease = {
    signal: new AbortController().signal,
    isOverdue: false,
    halt: null,
    assertHeld: () => undefined,
    [Symbol.dispose]: () => undefined,
    ...lease,
  };
  const deps: PerformDependencies = {
    prepare,
    describeError,
    isShownAsPlanned: isStepShownAsPlanned,
    keepFooting,
    keepCalled: (step) => {
      calls.push('kept');
      return keepCalled(step);
    },
    random: () => 0.5,
    logger,
  };
  return { result: await performStep(deps, claim, held, null), calls: calls.join(' ') };
};

export const fails = (code: ExecutorError['code'], effect: 'NONE' | 'UNKNOWN') => (): never => {
  throw new ExecutorError(code, 'As planned.', { effect });
};
export const stops =
  (code: ExecutorError['code'], guard: GuardName = 'CIRCUIT_BREAKER') =>
  (): never => {
    throw new ExecutorError(code, 'Not now.', { effect: 'NONE', guard, retryAfterMs: 7_000 });
  };
export const found = (): Reconciliation<Json> => ({ kind: 'FOUND', output: 'found' });
export const notFound = (): Reconciliation<Json> => ({ kind: 'ABSENT' });
export const unclear = (): Reconciliation<Json> => ({ kind: 'UNKNOWN' });
