import type { BackupState } from '@countersign/shared';

/** A backup that the server takes, or took. */
export interface BackupRun {
  /** Of the backup too. */
  readonly id: string;
  readonly state: BackupState;
  /** The try that has it in hand: what another says counts for nothing. Null before the first. */
  readonly tryId: string | null;
  /** Of a hundred. */
  readonly progress: number;
  /** Who asked for it; null where its time had come. */
  readonly byId: string | null;
  readonly at: Date;
  /** The moment of which it holds everything. */
  readonly takenAt: Date | null;
  readonly endedAt: Date | null;
  readonly location: string | null;
  /** Of the manifest, in hex. */
  readonly sha256: string | null;
  readonly rows: bigint | null;
  readonly bytes: bigint | null;
  readonly error: string | null;
  readonly removedAt: Date | null;
}

export interface SinceBackup {
  /** Whatever came of it. */
  readonly anyMs: number | null;
  /** One that went well. */
  readonly goodMs: number | null;
}

/** After one that failed the next comes so long after it at the soonest, or as soon as one is due anyway. */
const soonestMs = 5 * 60_000;

/** How long it is until a backup is due that is taken every so often; nothing or less where it is. */
export const backupDueInMs = (everyMs: number, { anyMs, goodMs }: SinceBackup): number =>
  Math.max(everyMs - (goodMs ?? Infinity), Math.min(everyMs, soonestMs) - (anyMs ?? Infinity));

const share = { begun: 1, written: 70, checked: 99 } as const;

const between = (from: number, to: number, done: number, all: number): number =>
  all <= 0 ? to : Math.floor(from + ((to - from) * Math.min(done, all)) / all);

/** Of a hundred, where `done` of `all` tables are written. */
export const writtenProgress = (done: number, all: number): number =>
  between(share.begun, share.written, done, all);

/** Of a hundred, where `done` of `all` files were read back. */
export const checkedProgress = (done: number, all: number): number =>
  between(share.written, share.checked, done, all);

/** Which of the good ones that are still there have to go, so that `keep` of the newest stay. */
export const tooMany = <Run extends Pick<BackupRun, 'id'>>(good: readonly Run[], keep: number): Run[] =>
  good.toSorted((one, other) => (one.id < other.id ? 1 : -1)).slice(keep);
