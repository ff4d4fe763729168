import { serverClock } from '../../../graphql/server-clock.ts';
import type { TaskMode, TaskStatus } from '@countersign/shared';
import type { Decided, DecisionAct, DecisionSubject } from './decide.ts';
import { endingOf, outcomeWords } from '../outcome-words.ts';

type NotedApproval = Pick<
  NonNullable<Decided['approval']>,
  'status' | 'required' | 'given' | 'effectiveAt' | 'viewerCanWithdraw' | 'reviews' | 'decoy'
>;

/** A decision that the server took, to be told of in passing. */
export interface DecisionNote {
  readonly act: DecisionAct;
  readonly subject: DecisionSubject;
  /** What the decision left. Others go on deciding, so newer news of it is asked for first. */
  readonly approval: NotedApproval | null;
  /** By the server's clock, in milliseconds. */
  readonly shownFromMs: number;
}

/** What a note says at the moment. */
export interface NoteReading {
  readonly words: string;
  readonly shownUntilMs: number;
  readonly canUndo: boolean;
  /** When it runs unless it is undone; null where no clock is running. */
  readonly runsAtMs: number | null;
}

/** The task behind the request, as far as it is known. */
export interface NotedTask {
  readonly status: TaskStatus;
  readonly mode: TaskMode;
  readonly updatedAt: string;
}

const runsForMs = 60_000;

const shortMs = 5_000;
const givenMs = 10_000;

export const noteFor = (
  act: DecisionAct,
  subject: DecisionSubject,
  approval: Decided['approval'],
  nowMs: number = serverClock.now(),
): DecisionNote => ({ act, subject, approval, shownFromMs: nowMs });

/** Reads a note by the newest that is known of its request. */
export const readNote = (
  { act, approval: decided, shownFromMs }: DecisionNote,
  nowMs: number,
  approval: NotedApproval | null = decided,
  task: NotedTask | null = null,
): NoteReading => {
  const reading = (words: string, forMs = shortMs, canUndo = false): NoteReading => ({
    words,
    shownUntilMs: shownFromMs + forMs,
    canUndo,
    runsAtMs: null,
  });
  const undone = 'Undone. Nothing ran.';
  if (decided?.decoy)
    return reading(
      act === 'approve'
        ? 'You approved a decoy. It could run nothing: its change was not what its goal said.'
        : 'Well caught: that was a decoy, and it could run nothing.',
      runsForMs,
    );
  if (act === 'withdraw') return reading(undone);
  if (act === 'reject') return reading('Rejected. Nothing ran.');
  if (approval?.status === 'PENDING') {
    const missing = Math.max(1, approval.required - approval.given);
    // Their approval no longer stands: they took it back somewhere else.
    if (!approval.viewerCanWithdraw) return reading(undone, givenMs);
    return reading(`Approved. ${missing} more needed.`, givenMs, true);
  }
  if (approval && approval.status !== 'APPROVED') {
    return reading(`${outcomeWords(approval)}. Nothing ran.`, givenMs);
  }
  const runsAtMs = approval?.effectiveAt ? Date.parse(approval.effectiveAt) : shownFromMs;
  // What still runs is waited for.
  const ending = task && endingOf(task);
  if (ending)
    return {
      ...reading(`Approved, and ${ending.clause}.`),
      shownUntilMs: Date.parse(task.updatedAt) + givenMs,
    };
  if (runsAtMs <= nowMs) return reading('Approved. It runs now.', runsAtMs - shownFromMs + runsForMs);
  const secondsLeft = Math.max(0, Math.ceil((runsAtMs - nowMs) / 1_000));
  return {
    words: `Approved. Runs in ${secondsLeft} s.`,
    shownUntilMs: runsAtMs + runsForMs,
    canUndo: approval?.viewerCanWithdraw ?? false,
    runsAtMs,
  };
};
