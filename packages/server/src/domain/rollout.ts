import type { Environment, GateReaction } from '@countersign/shared';
import type { JsonObject } from './json.ts';
import type { PlanPhase } from './plan.ts';
import type { Fault } from './refusal-details.ts';

/** How an action goes over many targets: a canary, then waves, each looked at before the next one begins. */
export interface RolloutRequest {
  /** Targets of the first phase. */
  readonly canary: number;
  /** Of all targets, how many each later phase holds at most; at least one. */
  readonly batchPercent: number;
  /** From the end of a phase's last step until its gates look. */
  readonly soakMs: number;
  /** How many targets of a phase may fail, and the rollout goes on; never all of them. */
  readonly errorBudget: number;
  /** Left out where nothing looks. */
  readonly gate?: GateRequest;
}

/** What looks at each target of a phase: an action that only reads. */
export interface GateRequest {
  readonly type: string;
  /** The target's own params are merged over these, those that the action type knows. */
  readonly params: JsonObject;
  /** JSON Schema of the output that lets the rollout go on. */
  readonly expect: JsonObject;
  readonly onFail: GateReaction;
}

export const rolloutLimits = {
  /** Targets of one task. */
  targets: 500,
  /** Targets of one phase, which wait for all of the phase before. */
  phase: 100,
  /** Of all targets, what a phase may hold at most in production, and the policy says the same. */
  productionPercent: 20,
} as const;

export interface RolloutPhase extends PlanPhase {
  /** Places of its targets in the caller's list. */
  readonly places: readonly number[];
}

const sizeOf = (targets: number, percent: number): number =>
  Math.max(1, Math.floor((targets * percent) / 100));

/** `Canary`, `Wave 1`, `Wave 2` … Numbers are from 1. */
export const phasesOf = (targets: number, rollout: RolloutRequest): RolloutPhase[] => {
  const { canary, batchPercent, soakMs, errorBudget, gate } = rollout;
  const batch = sizeOf(targets, batchPercent);
  const phases: RolloutPhase[] = [];
  for (let first = 0; first < targets;) {
    const size = Math.min(phases.length === 0 ? canary : batch, targets - first);
    phases.push({
      number: phases.length + 1,
      name: phases.length === 0 ? 'Canary' : `Wave ${phases.length}`,
      soakMs,
      // A phase in which every gate fails never counts as one that went well.
      errorBudget: Math.min(errorBudget, size - 1),
      onFail: gate?.onFail ?? 'PAUSE',
      places: Array.from({ length: size }, (_, index) => first + index),
    });
    first += size;
  }
  return phases;
};

/** What keeps an action from being rolled out so; `path` is where it stands in the caller's input. */
export const rolloutFaults = (
  targets: number,
  { canary, batchPercent }: RolloutRequest,
  environment: Environment,
  path: string,
): Fault[] => {
  const { productionPercent, phase } = rolloutLimits;
  const faults: Fault[] = [];
  if (environment !== 'PRODUCTION') {
    const message = `must make phases of at most ${phase} of the ${targets} targets`;
    if (canary > phase) faults.push({ path: `${path}.rollout.canary`, message });
    if (sizeOf(targets, batchPercent) > phase) faults.push({ path: `${path}.rollout.batchPercent`, message });
    return faults;
  }
  const most = sizeOf(targets, productionPercent);
  if (canary > most) {
    const message = `must be at most ${most}: in production no phase holds more than ${productionPercent} % of the ${targets} targets`;
    faults.push({ path: `${path}.rollout.canary`, message });
  }
  if (batchPercent > productionPercent) {
    const message = `must be at most ${productionPercent} in production`;
    faults.push({ path: `${path}.rollout.batchPercent`, message });
  }
  return faults;
};

/** "Canary 1, then 4 waves of 8 and one of 7" */
export const rolloutInWords = (sizes: readonly number[]): string => {
  const [canary = 0, ...waves] = sizes;
  const counts = [...Map.groupBy(waves, (size) => size)].map(([size, same]) => {
    if (same.length === 1) return `one wave of ${size}`;
    return `${same.length} waves of ${size}`;
  });
  return `Canary ${canary}${counts.length > 0 ? `, then ${counts.join(' and ')}` : ''}`;
};
