import type { Environment } from '@countersign/shared';

/** What came of somebody's work within the window, counted from the log. */
export interface TrackCounts {
  readonly succeeded: number;
  readonly failed: number;
  readonly rolledBack: number;
  readonly needsAttention: number;
  /** Requests that people ended. */
  readonly approved: number;
  readonly rejected: number;
  /** Feedback that counts, the sum of its ratings from 1 to 5, and how much of it found fault. */
  readonly rated: number;
  readonly stars: number;
  readonly faults: number;
}

/** Where the same plan ran well when it ran last, whoever ran it. */
export interface TriedIn {
  readonly environment: Environment;
  /** Successes in a row. */
  readonly runs: number;
  readonly taskId: string;
}

/** What the record knows of a plan's requester and of plans like it. */
export interface TrackRecord {
  /** Of all that they submitted. */
  readonly all: TrackCounts;
  /** Of what had the same kinds of action. */
  readonly like: TrackCounts;
  readonly tried: readonly TriedIn[];
}

export const noCounts: TrackCounts = {
  succeeded: 0,
  failed: 0,
  rolledBack: 0,
  needsAttention: 0,
  approved: 0,
  rejected: 0,
  rated: 0,
  stars: 0,
  faults: 0,
};

/** What is older counts no more. */
export const trackWindowDays = 90;

export const runsOf = ({ succeeded, failed, rolledBack, needsAttention }: TrackCounts): number =>
  succeeded + failed + rolledBack + needsAttention;
