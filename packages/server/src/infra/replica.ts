import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseUnreachableError, isPassingError, isStatementTooLong } from './database-errors.ts';
import { databaseOrigin } from './database-origin.ts';
import type { Logger } from './logger.ts';
import { startLoop } from './loop.ts';
import type { StatementRunner } from './statement-runner.ts';

/** Where the past is read: by single statements, and by several of one transaction that only read. */
export interface History extends StatementRunner {
  /** `work` may be done twice: what a replica leaves half way is read again from the primary. */
  transaction<T>(work: (tx: StatementRunner) => Promise<T>): Promise<T>;
}

export interface ReplicaState {
  /** What is wrong with it, for an operator; null where it is used. */
  trouble(): string | null;
  /** How far it is behind the primary; null where that is not known. */
  lagMs(): number | null;
  /** Of this process: how many reads of the past each of them has answered. */
  reads(): { readonly replica: number; readonly primary: number };
}

export interface Replica extends ReplicaState, AsyncDisposable {
  readonly history: History;
}

export interface ReplicaOptions {
  readonly replica: History;
  /** A connection that long reads do not keep waiting. */
  readonly watched: History;
  readonly primary: StatementRunner;
  /** The primary's connections for reports. */
  readonly reports: History;
  /** `replica.example.com:5432/countersign` */
  readonly place: string;
  readonly logger: Logger;
}

/** What was committed before now is before this place of the primary's log. */
const askPlace = `SELECT (pg_current_wal_flush_lsn() - '0/0')::int8 AS place, clock_timestamp() AS at,
  ('x' || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8))::bit(32)::int8 AS timeline,
  ${databaseOrigin} AS origin`;

const askReplayed = `SELECT pg_is_in_recovery() AS "isStandby", (pg_last_wal_replay_lsn() - '0/0')::int8 AS place,
  pg_last_xact_replay_timestamp() AS at, now() AS now, (SELECT timeline_id::int8 FROM pg_control_checkpoint()) AS timeline,
  ${databaseOrigin} AS origin`;

interface Place {
  readonly place: bigint;
  readonly at: Date;
  readonly timeline: bigint;
  readonly origin: string;
}

interface Replayed {
  readonly isStandby: boolean;
  readonly place: bigint | null;
  /** When the last change that it has was committed, by the primary's clock. */
  readonly at: Date | null;
  /** What statements of this transaction take for now. */
  readonly now: Date;
  readonly timeline: bigint;
  readonly origin: string;
}

/** It answers, and cannot be read instead of the primary. */
class UnfitReplicaError extends Error {
  override readonly name = 'UnfitReplicaError';
}

/** Somebody else found out that it is not to be read. */
class LostReplicaError extends UnfitReplicaError {}

/** It has not got yet what was committed before it was asked. */
class ReplicaBehindError extends Error {
  override readonly name = 'ReplicaBehindError';
  readonly lagMs: number | null;
  constructor(lagMs: number | null) {
    super('The replica is behind.');
    this.lagMs = lagMs;
  }
}

/** What is committed without waiting for the disk gets there within 200 ms, and the rest sooner. */
const patienceMs = 300;
const pollMs = 3;
const watchEveryMs = 1_000;
/** A moment behind is no trouble. */
const behindMs = 10_000;

/**
 * Reads of the past from a streaming replica that has all that the primary had committed when it was asked; from
 * the primary where that takes too long, or there is no such replica.
 */
export const createReplica = (options: ReplicaOptions): Replica => {
  const { replica, watched, primary, reports, logger } = options;
  const reads = { replica: 0, primary: 0 };
  const standing = createStanding(options);

  const orElse = async <T>(
    work: (tx: StatementRunner) => Promise<T>,
    onPrimary: () => Promise<T>,
  ): Promise<T> => {
    const place = standing.isUsed() ? await placeOf(primary).catch(() => null) : null;
    if (place)
      try {
        const answer = await standing.unlessLost(onceReplayed(replica, place, work));
        reads.replica += 1;
        return answer;
      } catch (error) {
        if (!isOfReplica(error)) throw error;
        standing.note(error);
      }
    reads.primary += 1;
    return onPrimary();
  };

  const watch = async (): Promise<number> => {
    const place = await placeOf(primary).catch((error: unknown) => {
      // While the primary is away, nothing was learnt of the replica.
      if (!isPassingError(error)) standing.note(unfitBy('the primary does not tell its place', error));
    });
    if (!place) return watchEveryMs;
    await onceReplayed(watched, place, async () => undefined).then(() => {
      standing.note(null);
    }, standing.note);
    return watchEveryMs;
  };
  const loop = startLoop({ name: 'replica', round: watch, idleMs: watchEveryMs, logger });
  loop.wake();
  return {
    history: {
      query: <Row extends object>(text: string, values?: readonly unknown[]) =>
        orElse(
          (tx) => tx.query<Row>(text, values),
          () => reports.query<Row>(text, values),
        ),
      transaction: (work) => orElse(work, () => reports.transaction(work)),
    },
    trouble: standing.trouble,
    lagMs: standing.lagMs,
    reads: () => ({ ...reads }),
    [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose](),
  };
};

/** Whether the primary may well do what failed here. */
const isOfReplica = (error: unknown): boolean =>
  error instanceof UnfitReplicaError ||
  error instanceof ReplicaBehindError ||
  (isPassingError(error) && !isStatementTooLong(error));

const placeOf = async (primary: StatementRunner): Promise<Place> => {
  const [place] = await primary.query<Place>(askPlace);
  if (!place) throw new Error('The database did not tell its place.');
  return place;
};

/**
 * Does the work in a transaction that sees all before a place. Looked at within it: behind one address there may be
 * several replicas.
 */
const onceReplayed = async <T>(
  replica: History,
  place: Place,
  work: (tx: StatementRunner) => Promise<T>,
): Promise<T> => {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = await replica.transaction(async (tx) => {
      const lack = lackOf(await readReplayed(tx), place);
      return lack ? { lack } : { value: await work(tx) };
    });
    if (!found.lack) return found.value;
    if (performance.now() > deadline) throw found.lack;
    await sleep(pollMs);
  }
};

const readReplayed = async (tx: StatementRunner): Promise<Replayed> => {
  try {
    const [seen] = await tx.query<Replayed>(askReplayed);
    if (seen) return seen;
  } catch (error) {
    throw isPassingError(error) ? error : unfitBy('it does not tell its place', error);
  }
  throw new UnfitReplicaError('it does not tell its place');
};

const unfitBy = (what: string, error: unknown): UnfitReplicaError =>
  new UnfitReplicaError(`${what}: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });

/** Why the replica cannot answer yet; null where it can. @throws UnfitReplicaError where it never will. */
const lackOf = (seen: Replayed, place: Place): Error | null => {
  const fault = faultOf(seen, place);
  if (fault !== null) throw new UnfitReplicaError(fault);
  if (seen.place === null || seen.place < place.place)
    return new ReplicaBehindError(seen.at && Math.max(0, place.at.getTime() - seen.at.getTime()));
  const lateMs = place.at.getTime() - seen.now.getTime();
  // Statements that read up to now would leave out what has just happened.
  return lateMs > 0 ? new UnfitReplicaError(`its clock is ${lateMs} ms behind the primary's`) : null;
};

/** Places of one log say nothing of another's: that of another server, or one that went on after another end. */
const faultOf = (seen: Replayed, place: Place): string | null => {
  if (seen.origin !== place.origin) return 'it is a copy of another database';
  if (!seen.isStandby) return 'it is no standby';
  if (seen.timeline !== place.timeline)
    return `it follows timeline ${seen.timeline} of the log and the primary is on ${place.timeline}`;
  return null;
};

/** How the replica was when somebody last asked it. */
const createStanding = ({ place, logger }: Pick<ReplicaOptions, 'place' | 'logger'>) => {
  let last: unknown = new UnfitReplicaError('it was not asked yet');
  const waiting = new Set<(lost: LostReplicaError) => void>();

  const trouble = (): string | null => {
    if (last === null) return null;
    if (!(last instanceof ReplicaBehindError)) return `${sentenceOf(last, place)} ${fromPrimary}`;
    if (last.lagMs !== null && last.lagMs < behindMs) return null;
    const far = last.lagMs === null ? '' : `${Math.round(last.lagMs / 1_000)} s `;
    return `The replica at ${place} is ${far}behind. ${fromPrimary}`;
  };
  return {
    isUsed: () => last === null,
    trouble,
    lagMs: () => (last === null ? 0 : last instanceof ReplicaBehindError ? last.lagMs : null),
    /** Rejects once the replica is used no more: whoever waits for it then would wait for long. */
    async unlessLost<T>(answer: Promise<T>): Promise<T> {
      // One of each read's own: what lives longer would keep every answer.
      const { promise, reject } = Promise.withResolvers<never>();
      waiting.add(reject);
      try {
        return await Promise.race([answer, promise]);
      } finally {
        waiting.delete(reject);
      }
    },
    note(error: unknown): void {
      const was = trouble();
      // It was given up for another reason, which is what was said of it last.
      if (error instanceof LostReplicaError) return;
      last = error;
      const now = trouble();
      if (now !== null && was === null) logger.warn({ reason: now }, 'the replica is not used');
      if (now === null && was !== null) logger.info('history is read from the replica');
      if (error === null || error instanceof ReplicaBehindError) return;
      for (const reject of waiting) reject(new LostReplicaError());
    },
  };
};

const fromPrimary = 'History is read from the primary.';

const sentenceOf = (error: unknown, place: string): string =>
  error instanceof DatabaseUnreachableError
    ? error.message
    : `The replica at ${place} cannot be used: ${error instanceof Error ? error.message.replace(/\.$/, '') : String(error)}.`;
