import type { RestoreState } from '@countersign/shared';
import { refusal, type Refusal } from './errors.ts';
import { isOneHand, voteOf, type Vote } from './hands.ts';
import type { Caller } from './principal.ts';

/** A backup that somebody wants restored beside what runs. */
export interface RestoreRun {
  readonly id: string;
  readonly backupId: string;
  /** Hex, of the manifest of the backup that was asked for: another one under its id is not restored. */
  readonly sha256: string;
  readonly state: RestoreState;
  /** The try that has it in hand: what another says counts for nothing. Null before the first. */
  readonly tryId: string | null;
  /** Of a hundred. */
  readonly progress: number;
  readonly reason: string;
  /** Who asked, and whose hands could have. */
  readonly asked: Vote;
  readonly at: Date;
  /** The second person. */
  readonly approvedById: string | null;
  readonly approvedAt: Date | null;
  readonly endedAt: Date | null;
  /** The quarantined home, once it is complete. */
  readonly location: string | null;
  readonly rows: bigint | null;
  /** What people should know of what was restored. */
  readonly notes: readonly string[];
  readonly error: string | null;
}

/** What was asked for longer ago is asked for anew: the backup is another day's by then. */
const asksForMs = 24 * 60 * 60_000;

export const askEndsAt = ({ at }: Pick<RestoreRun, 'at'>): Date => new Date(at.getTime() + asksForMs);

/** Why this caller's word does not begin it; null where it does. */
export const approvalFault = (
  run: Pick<RestoreRun, 'state' | 'at' | 'asked'>,
  viewer: Caller,
  now: Date,
): Refusal | null => {
  if (viewer.type !== 'HUMAN') return peopleOnly;
  if (run.state !== 'AWAITING_APPROVAL')
    return refusal('NOT_IN_THIS_STATE', `It is ${run.state}, and waits for nobody's approval.`);
  if (now >= askEndsAt(run))
    return refusal('APPROVAL_EXPIRED', 'It was asked for more than a day ago: discard it, and ask anew.');
  if (isOneHand(run.asked, voteOf(viewer)))
    return refusal('NOT_ELIGIBLE', 'Whoever asked for it, or could have, is not the second person.');
  return null;
};

export const peopleOnly = refusal('NOT_ELIGIBLE', 'People ask for a restore, and people approve it.');

/** Nothing of it is there any more. */
export const isGone = ({ state }: Pick<RestoreRun, 'state'>): boolean =>
  state === 'FAILED' || state === 'DISCARDED';

/** Of a hundred, when a state begins. */
export const restoreProgress: Readonly<Record<Exclude<RestoreState, 'FAILED' | 'DISCARDED'>, number>> = {
  AWAITING_APPROVAL: 0,
  STAGED: 5,
  APPLYING: 30,
  VALIDATING: 70,
  COMPLETE: 100,
};
