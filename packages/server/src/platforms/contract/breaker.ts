import type { BreakerState } from '@countersign/shared';

export interface BreakerLimits {
  /** Failures in a row that open it. */
  readonly opensAt: number;
  readonly probeAfterMs: number;
}

/** What a call said of the platform: well, unwell, or nothing. */
export type Verdict = 'WELL' | 'UNWELL' | 'NOTHING';

/** One circuit breaker. It measures by the monotonic clock, so that a clock that is set back parks nobody. */
export interface Breaker {
  readonly state: BreakerState;
  readonly failureCount: number;
  /** Milliseconds until a call is let through again; 0 where one may go now. Null while it is closed. */
  waitMs(): number | null;
  /** Lets a call through, the probing one included; whoever begins tells how it ended. Only where `waitMs` lets it. */
  begin(): (verdict: Verdict) => void;
}

/** While a probe is out, somebody else may ask again after this. */
const probingMs = 1_000;

export const createBreaker = ({ opensAt, probeAfterMs }: BreakerLimits, onChange: () => void): Breaker => {
  let state: BreakerState = 'CLOSED';
  let failureCount = 0;
  let openedAt = 0;
  const become = (next: BreakerState): void => {
    if (next === 'OPEN') openedAt = performance.now();
    if (next === 'CLOSED') failureCount = 0;
    state = next;
    onChange();
  };
  const fail = (): void => {
    failureCount += 1;
    if (state === 'CLOSED' && failureCount >= opensAt) become('OPEN');
    else onChange();
  };
  const endProbe = (verdict: Verdict): void => {
    if (verdict === 'UNWELL') failureCount += 1;
    become(verdict === 'WELL' ? 'CLOSED' : 'OPEN');
  };
  return {
    get state() {
      return state;
    },
    get failureCount() {
      return failureCount;
    },
    waitMs() {
      if (state === 'CLOSED') return null;
      return state === 'HALF_OPEN' ? probingMs : Math.max(0, openedAt + probeAfterMs - performance.now());
    },
    begin() {
      if (state !== 'CLOSED') {
        become('HALF_OPEN');
        return endProbe;
      }
      return (verdict) => {
        // Of a call from before it opened, only that the platform is well is news; the probe finds that out too.
        if (verdict === 'UNWELL') fail();
        else if (verdict === 'WELL' && state === 'CLOSED' && failureCount > 0) become('CLOSED');
      };
    },
  };
};
