import type { Priority } from '@countersign/shared';
import { accepted, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ChangedLines, LinesQuery } from '../../domain/diff.ts';
import { isDeepStrictEqual } from 'node:util';
import type { WaitBounds } from '../../domain/queue.ts';
import type { PlannedAction } from '../../domain/planned-action.ts';
import { amended, classifyError, type ExecutorError } from '../kit/executor-error.ts';
import {
  createExecutorHealth,
  createPlatformRecord,
  type OwnHealthMonitor,
  type PlatformRecord,
} from './executor-health.ts';
import {
  actionTypeOf,
  type ActionExecutor,
  type AnyExecutor,
  type ApplyCall,
  type LinesCall,
  type PlanCall,
  type Reconciliation,
} from './executor.ts';
import { createGuardedRun, type GuardedRunDeps } from './guarded-run.ts';
import { hiddenTextFindings } from './hidden-text.ts';
import {
  createPlatformGuard,
  defaultPlatformLimits,
  type Place,
  type PlatformLimits,
} from './platform-guard.ts';
import { defaultReadBackDelaysMs, readBack } from './read-back.ts';

export interface GuardsConfig {
  /** Per platform, over `defaultPlatformLimits`. */
  readonly platforms?: Readonly<Record<string, Partial<PlatformLimits>>>;
  /** By lane, how long a call waits for its place at most. Default: as the lanes' own. */
  readonly waitBoundsMs?: WaitBounds;
  /** The waits between looks at an effect that a platform does not show yet. */
  readonly readBackDelaysMs?: readonly number[];
}

/**
 * The only callers of executors. Every call passes, in this order: kill switch, operator, rate limit, circuit
 * breaker, bulkhead, time budget, egress. All but `plan` throw `ExecutorError` and nothing else.
 */
export interface ExecutorGuards {
  readonly plan: <Input>(
    executor: ActionExecutor<Input, Json>,
    input: Input,
    call: PlanCall,
  ) => Promise<Outcome<PlannedAction>>;
  readonly apply: <Input, Output extends Json>(
    executor: ActionExecutor<Input, Output>,
    input: Input,
    call: ApplyCall,
  ) => Promise<Output>;
  /**
   * Looks again for some seconds where the platform does not show the effect yet. An error's `effect` is always
   * UNKNOWN: the effect was made, and could not be confirmed.
   */
  readonly verify: <Input, Output extends Json>(
    executor: ActionExecutor<Input, Output>,
    input: Input,
    output: Output,
    call: ApplyCall,
  ) => Promise<void>;
  /** Whether the target is as the plan found it; null where the executor cannot tell cheaply. Throws where it cannot now. */
  readonly watch: <Input, Output extends Json>(
    executor: ActionExecutor<Input, Output>,
    input: Input,
    call: LinesCall,
  ) => Promise<boolean | null>;
  /** Null where the executor has no such lines. */
  readonly lines: <Input, Output extends Json>(
    executor: ActionExecutor<Input, Output>,
    input: Input,
    query: LinesQuery,
    call: LinesCall,
  ) => Promise<ChangedLines | null>;
  /** Null where the executor cannot undo. */
  readonly compensate: <Input, Output extends Json>(
    executor: ActionExecutor<Input, Output>,
    input: Input,
    output: Output,
    call: ApplyCall,
  ) => Promise<Json>;
  /** Null where the executor leaves no mark to look for. */
  readonly reconcile: <Input, Output extends Json>(
    executor: ActionExecutor<Input, Output>,
    input: Input,
    call: ApplyCall,
  ) => Promise<Reconciliation<Output> | null>;
  /**
   * Leave for a call to this platform, now or once there is room; whoever holds the place hands it in with its
   * calls. Null for a platform that nothing here acts on.
   */
  readonly enter: EnterPlatform;
  /** Closes all circuit breakers of a platform. */
  readonly resetBreakers: (platform: string) => void;
  readonly health: OwnHealthMonitor;
  readonly records: ReadonlyMap<string, PlatformRecord>;
}

export type EnterPlatform = (
  platform: string,
  lane: Priority,
  signal: AbortSignal,
  submitterId: string,
) => Place | Promise<Place> | null;

export interface GuardsDeps extends GuardedRunDeps {
  readonly executors: readonly AnyExecutor[];
  /** Of the guards that these replace: a platform whose limits stay keeps all that was counted of it. */
  readonly before?: ReadonlyMap<string, PlatformRecord>;
}

export const createGuards = (config: GuardsConfig, deps: GuardsDeps): ExecutorGuards => {
  const platforms = createPlatformRecords(config, deps.executors, deps.before);
  const run = createGuardedRun(platforms, deps);
  const delaysMs = config.readBackDelaysMs ?? defaultReadBackDelaysMs;
  return {
    plan: (executor, input, call) =>
      run(executor, input, call, 'PLAN', (context) => executor.plan(input, context)).then(
        withHiddenText,
        (error: unknown) => refused(planRefusal(classifyError(error), call)),
      ),
    watch: createWatch(run),
    lines: async (executor, input, query, call) =>
      run(
        executor,
        input,
        call,
        'PLAN',
        async (context) => (await executor.lines?.(input, query, context)) ?? null,
      ),
    apply: (executor, input, call) =>
      run(executor, input, call, 'APPLY', (context) => executor.apply(input, context)),
    verify: async (executor, input, output, call) => {
      try {
        await run(executor, input, call, 'VERIFY', (context) =>
          readBack(() => executor.verify(input, output, context), delaysMs, context.signal),
        );
      } catch (error) {
        throw amended(classifyError(error), { effect: 'UNKNOWN' });
      }
    },
    compensate: async (executor, input, output, call) => {
      if (!executor.compensate) return null;
      return run(
        executor,
        input,
        call,
        'COMPENSATE',
        async (context) => (await executor.compensate?.(input, output, context)) ?? null,
      );
    },
    reconcile: async (executor, input, call) => {
      if (!executor.reconcile) return null;
      try {
        return await run(
          executor,
          input,
          call,
          'RECONCILE',
          async (context) => (await executor.reconcile?.(input, context)) ?? null,
        );
      } catch (error) {
        throw amended(classifyError(error), { effect: 'UNKNOWN' });
      }
    },
    enter: (platform, lane, signal, submitterId) =>
      platforms.get(platform)?.guard.enter(lane, signal, submitterId) ?? null,
    resetBreakers: (platform) => platforms.get(platform)?.guard.breakers.reset(),
    ...{ health: createExecutorHealth(platforms), records: platforms },
  };
};

const createWatch =
  (run: ReturnType<typeof createGuardedRun>): ExecutorGuards['watch'] =>
  async (executor, input, call) => {
    const { watch } = executor;
    if (!watch) return null;
    try {
      return await run(executor, input, call, 'WATCH', (context) => watch(input, context));
    } catch (error) {
      if (goneCodes.has(classifyError(error).code)) return false;
      throw error;
    }
  };

/** What looking at a target says that is not there any more. */
const goneCodes: ReadonlySet<string> = new Set(['PRECONDITION_FAILED', 'RESOURCE_NOT_FOUND']);

const withHiddenText = (planned: Outcome<PlannedAction>): Outcome<PlannedAction> => {
  if (!planned.ok) return planned;
  const { diffs, findings } = planned.value;
  return accepted({ ...planned.value, findings: [...findings, ...hiddenTextFindings(diffs)] });
};

const createPlatformRecords = (
  config: GuardsConfig,
  executors: readonly AnyExecutor[],
  before: ReadonlyMap<string, PlatformRecord> = new Map(),
): ReadonlyMap<string, PlatformRecord> => {
  const names = new Set(executors.map(({ traits }) => traits.platform));
  return new Map(
    [...names].map((platform) => {
      const own = executors.filter(({ traits }) => traits.platform === platform);
      const limits = {
        ...defaultPlatformLimits,
        ...config.platforms?.[platform],
        ...(config.waitBoundsMs && { waitBoundsMs: config.waitBoundsMs }),
      };
      const known = before.get(platform);
      const kept = known && isDeepStrictEqual(known.limits, limits) ? known : null;
      const types = own.map(({ traits }) => actionTypeOf(traits));
      if (kept && isDeepStrictEqual(kept.actionTypes, types)) return [platform, kept];
      const guard = kept?.guard ?? createPlatformGuard(platform, limits);
      return [platform, createPlatformRecord(guard, limits, types)];
    }),
  );
};

const planRefusal = (error: ExecutorError, call: PlanCall): Refusal => {
  // With a cause it is an exception that nobody foresaw, unless who asked has stopped it; without, the executor's own word.
  if (error.code === 'DEPENDENCY_FAILED' && error.cause !== undefined && !call.signal.aborted) {
    call.logger.error({ err: error }, 'an executor failed while planning');
    return refusal('INTERNAL_ERROR', 'This action could not be planned.');
  }
  return refusal(error.code, error.message, {
    ...(error.retryAfterMs === null ? {} : { retryAfterMs: error.retryAfterMs }),
    retriable: error.retriable,
  });
};
