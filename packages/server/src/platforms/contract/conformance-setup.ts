import type { ErrorCode } from '../../domain/error-catalogue.ts';
import type { Json } from '../../domain/json.ts';
import type { Egress } from '../../infra/egress.ts';
import type { EffectCertainty } from '../kit/executor-error.ts';
import type { ActionExecutor } from './executor.ts';

export interface ReceivedRequest {
  readonly method: string;
  /** As the caller wrote it. */
  readonly url: string;
}

/** A platform that stands ready for one case, and the means to look at it and to disturb it. */
export interface ConformanceWorld<Input, Output extends Json> extends AsyncDisposable {
  readonly executor: ActionExecutor<Input, Output>;
  readonly egress: Egress;
  /** Params of one effect that the platform as it stands accepts. */
  readonly params: Json;
  /** Everything of the platform that an effect could change, as one text. */
  readonly fingerprint: () => Promise<string>;
  /** Every request that the platform got so far; null for one that is not reached by HTTP. */
  readonly received: (() => readonly ReceivedRequest[]) | null;
  /** How often the effect of `params` stands at the platform. */
  readonly countEffects: () => Promise<number>;
  /** What undoing brings back, as one text. Asked of an executor that can `compensate`. */
  readonly restorable?: () => Promise<string>;
}

export interface ConformanceFailure<World> {
  readonly name: string;
  readonly arrange: (world: World) => Promise<void>;
  readonly code: ErrorCode;
  readonly effect: EffectCertainty;
  readonly retriable: boolean;
  /** What the platform says of how long to wait. Default: it says nothing. */
  readonly retryAfterMs?: number;
}

/** Before `apply`: the platform will claim an effect that it does not make. Or after: it loses it. */
export interface ConformanceLie<World> {
  readonly when: 'BEFORE_APPLY' | 'AFTER_APPLY';
  readonly arrange: (world: World) => Promise<void>;
}

/** What is asked of one executor. Null says that the case cannot exist for it, and why is for its test to say. */
export interface ConformanceSetup<
  Input,
  Output extends Json,
  World extends ConformanceWorld<Input, Output> = ConformanceWorld<Input, Output>,
> {
  readonly createWorld: () => Promise<World>;
  /** What one apply adds to `countEffects`: 0 for reads and for what leaves no trace. */
  readonly effectsPerApply: 0 | 1;
  /** Changes what the plan saw. */
  readonly drift: ((world: World) => Promise<void>) | null;
  readonly lie: ConformanceLie<World> | null;
  /** The next look sees what was there before the last write. */
  readonly lateRead: ((world: World) => Promise<void>) | null;
  /** Makes the next apply take far longer than anybody waits: best once its effect is made, on a line gone dead. */
  readonly stall: ((world: World) => Promise<void>) | null;
  readonly failures: readonly ConformanceFailure<World>[];
}
