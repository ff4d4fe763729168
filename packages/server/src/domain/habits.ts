import type { DecoyResult, Verdict } from '@countersign/shared';

/** One decision, as it tells how carefully it was made. */
export interface MadeDecisionOf {
  readonly reviewerId: string;
  readonly verdict: Verdict;
  /** How long the reviewer had it before them; where nobody knows, how long it was there at all. */
  readonly tookMs: number;
  /** Whether the change itself was on screen to its end; null where nobody knows. */
  readonly hasViewed: boolean | null;
}

/** One decoy, by whoever ended it. */
export interface EndedDecoyOf {
  readonly reviewerId: string;
  readonly result: DecoyResult;
  readonly tookMs: number;
}

/** How somebody decides. */
export interface Habits {
  readonly reviewerId: string;
  readonly approvals: number;
  readonly rejections: number;
  readonly medianMs: number;
  /** Of their approvals, those within two seconds: 0 to 1. */
  readonly hastyShare: number;
  /** Of their approvals of which it is known, those without the change on screen; null where of none. */
  readonly unviewedShare: number | null;
  /** Decoys that they caught, and that they approved. No decision of theirs is among them. */
  readonly decoysCaught: number;
  readonly decoysApproved: number;
  /** How long they took over a decoy; null where they met none. */
  readonly decoyMedianMs: number | null;
  /** Whether it looks as if they approved whatever comes. */
  readonly isSign: boolean;
}

export const hastyMs = 2_000;
/** Fewer approvals than this say nothing about anybody. */
const fewest = 10;
/** One decoy may have met somebody at a bad moment. */
const fewestDecoys = 2;
const signShare = 0.5;

const medianOf = (numbers: readonly number[]): number => {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 0 ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper;
};

const shareOf = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** How each of them decides, whoever has most signs of not looking first. */
export const habitsOf = (
  decisions: readonly MadeDecisionOf[],
  decoys: readonly EndedDecoyOf[] = [],
): readonly Habits[] => {
  const made = Map.groupBy(decisions, ({ reviewerId }) => reviewerId);
  const met = Map.groupBy(decoys, ({ reviewerId }) => reviewerId);
  return [...new Set([...made.keys(), ...met.keys()])]
    .map((id) => habitsOfOne(id, made.get(id) ?? [], met.get(id) ?? []))
    .toSorted(
      (a, b) =>
        Number(b.isSign) - Number(a.isSign) || b.hastyShare - a.hastyShare || b.approvals - a.approvals,
    );
};

const habitsOfOne = (
  reviewerId: string,
  theirs: readonly MadeDecisionOf[],
  decoys: readonly EndedDecoyOf[],
): Habits => {
  const approvals = theirs.filter(({ verdict }) => verdict === 'APPROVE');
  const known = approvals.filter(({ hasViewed }) => hasViewed !== null);
  const hastyShare = shareOf(approvals.filter(({ tookMs }) => tookMs < hastyMs).length, approvals.length);
  const unviewed = known.filter(({ hasViewed }) => hasViewed === false).length;
  const unviewedShare = known.length === 0 ? null : shareOf(unviewed, known.length);
  const decoysApproved = decoys.filter(({ result }) => result === 'APPROVED').length;
  return {
    reviewerId,
    approvals: approvals.length,
    rejections: theirs.filter(({ verdict }) => verdict === 'REJECT').length,
    medianMs: medianOf(theirs.map(({ tookMs }) => tookMs)),
    hastyShare,
    unviewedShare,
    decoysCaught: decoys.filter(({ result }) => result === 'CAUGHT').length,
    decoysApproved,
    decoyMedianMs: decoys.length === 0 ? null : medianOf(decoys.map(({ tookMs }) => tookMs)),
    isSign:
      isSignOf(approvals.length, fewest, hastyShare) ||
      isSignOf(known.length, fewest, unviewedShare ?? 0) ||
      isSignOf(decoys.length, fewestDecoys, shareOf(decoysApproved, decoys.length)),
  };
};

const isSignOf = (count: number, least: number, share: number): boolean =>
  count >= least && share >= signShare;
