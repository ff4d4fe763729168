import type { BreakerState } from '@countersign/shared';

export interface CircuitBreakerState {
  readonly state: BreakerState;
  /** Platform failures in a row. */
  readonly failureCount: number;
  /** The count at which it opens. */
  readonly opensAt: number;
  /** When a call is let through again; null unless open. */
  readonly nextProbeAt: Date | null;
}

const severity: Record<BreakerState, number> = { OPEN: 2, HALF_OPEN: 1, CLOSED: 0 };

/** The one in most trouble first. */
export const byTrouble = (one: CircuitBreakerState, other: CircuitBreakerState): number =>
  severity[other.state] - severity[one.state] || other.failureCount - one.failureCount;
