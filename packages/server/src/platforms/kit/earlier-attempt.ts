import { setTimeout as sleep } from 'node:timers/promises';
import { ExecutorError } from './executor-error.ts';

/** What came of an earlier attempt, as `Reconciliation` of the contract has it. */
type Earlier<Output> =
  | { readonly kind: 'FOUND'; readonly output: Output }
  | { readonly kind: 'ABSENT' | 'UNKNOWN' };

interface Attempt {
  readonly attempt: number;
  readonly signal: AbortSignal;
}

type Look<Given, Context, Output> = (given: Given, context: Context) => Promise<Earlier<Output>>;

/** An earlier request may still be on its way, and what it did not be shown yet: so long at most, in milliseconds. */
const defaultSettleMs = 5_000;

/** Looks for what came of an earlier attempt. That there is nothing counts after a while only: it may be seen late. */
export const settled =
  <Given, Context extends Attempt, Output>(
    look: Look<Given, Context, Output>,
    settleMs: number | ((given: Given) => number) = defaultSettleMs,
  ): Look<Given, Context, Output> =>
  async (given, context) => {
    const first = await look(given, context);
    if (first.kind !== 'ABSENT') return first;
    await sleep(typeof settleMs === 'number' ? settleMs : settleMs(given), undefined, {
      signal: context.signal,
    });
    return look(given, context);
  };

/**
 * Makes an effect, unless an earlier attempt made it. Where one may have, `reconcile` has said already that it did not:
 * what cannot be told apart here was done by others, which is for the action's precondition to find. The request of an
 * earlier attempt may arrive after the look: where the target has moved by then, what moved it may be ours.
 */
export const makeOnce =
  <Given, Context extends Attempt, Output>(
    look: Look<Given, Context, Output>,
    make: (given: Given, context: Context) => Promise<Output>,
  ) =>
  async (given: Given, context: Context): Promise<Output> => {
    if (context.attempt === 1) return make(given, context);
    const earlier = await look(given, context);
    if (earlier.kind === 'FOUND') return earlier.output;
    try {
      return await make(given, context);
    } catch (error) {
      const late = hasMoved(error) ? await look(given, context) : null;
      if (late?.kind === 'FOUND') return late.output;
      throw error;
    }
  };

const hasMoved = (error: unknown): boolean =>
  error instanceof ExecutorError && error.code === 'PRECONDITION_FAILED';
