import { setTimeout as sleep } from 'node:timers/promises';

/** An earlier request may still be on its way, and what it did not be shown yet: so long at most, in milliseconds. */
export const defaultSettleMs = 5_000;

/** Looks for what came of an earlier attempt; that there is nothing is believed after a while only. */
export const lookUntilSettled = async <Found extends { readonly kind: string }>(
  look: () => Promise<Found>,
  settleMs: number,
  signal: AbortSignal,
): Promise<Found> => {
  const first = await look();
  if (first.kind !== 'ABSENT') return first;
  await sleep(settleMs, undefined, { signal });
  return look();
};
