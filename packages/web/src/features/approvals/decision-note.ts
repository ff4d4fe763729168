import { serverClock } from '../../graphql/server-clock.ts';
import type { Decided, DecisionAct, DecisionSubject } from './decide.ts';

/** What came of a decision, told in passing. */
export interface DecisionNote {
  readonly subject: DecisionSubject;
  readonly words: string;
  /** By the server's clock, in milliseconds. */
  readonly shownFromMs: number;
  readonly shownUntilMs: number;
  /** Until then the decision can be taken back; null where it cannot. */
  readonly undoUntilMs: number | null;
}

const shortMs = 5_000;
const givenMs = 10_000;

/** The note for a decision that the server took. */
export const noteFor = (
  act: DecisionAct,
  subject: DecisionSubject,
  approval: Decided['approval'],
  nowMs: number = serverClock.now(),
): DecisionNote => {
  const note = (words: string, untilMs: number, canUndo: boolean): DecisionNote => ({
    subject,
    words,
    shownFromMs: nowMs,
    shownUntilMs: untilMs,
    undoUntilMs: canUndo ? untilMs : null,
  });
  if (act === 'withdraw') return note('Taken back. Nothing ran.', nowMs + shortMs, false);
  if (act === 'reject') return note('Rejected. Nothing ran.', nowMs + shortMs, false);
  if (approval?.status === 'PENDING') {
    const missing = Math.max(1, approval.required - approval.given);
    return note(`Approved. ${missing} more needed.`, nowMs + givenMs, approval.viewerCanWithdraw);
  }
  const effectiveAtMs = approval?.effectiveAt ? Date.parse(approval.effectiveAt) : nowMs;
  return effectiveAtMs > nowMs
    ? note('Approved.', effectiveAtMs, true)
    : note('Approved. It runs now.', nowMs + shortMs, false);
};
