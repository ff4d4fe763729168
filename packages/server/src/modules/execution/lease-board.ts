/** What the keeper of leases and its thread say to each other; what is urgent is on a board that both see. */
export type LeaseOrder =
  | { readonly kind: 'HOLD'; readonly slot: number; readonly stepId: string; readonly fence: number }
  | { readonly kind: 'RELEASE'; readonly slot: number }
  | { readonly kind: 'STOP' };

export type LeaseReport =
  | { readonly kind: 'PRESENT' }
  | { readonly kind: 'ABSENT'; readonly reason: string }
  | { readonly kind: 'LOST'; readonly slot: number }
  /** The thread has forgotten it: its slot may be given to another step. */
  | { readonly kind: 'RELEASED'; readonly slot: number };

/** On the board: the step is another attempt's by now. */
export const lostForGood = -1;

/** Milliseconds of a clock that never jumps and that all threads share. `performance.now()` begins anew in each. */
export const steadyMs = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000;
