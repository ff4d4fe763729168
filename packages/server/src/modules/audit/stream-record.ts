import { randomUUID } from 'node:crypto';
import type { Clock } from '../../infra/clock.ts';
import { endsWithin } from '../../infra/ending-stack.ts';
import type { LogSink } from '../../infra/log/log-outlet.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { AuditStreamStore, StreamedEntry } from '../../record/audit-stream-store.ts';

/** What a process knows of the sending, for its health and its metrics. */
export interface StreamWatch {
  /** How long the oldest entry that was not sent has waited for it. */
  lagMs(): Promise<number>;
  /** What is wrong, in words; null where nothing is. */
  trouble(): Promise<string | null>;
}

const lateAfterMs = 60_000;

export const createStreamWatch = (
  store: Pick<AuditStreamStore, 'oldestUnsent'>,
  name: string,
  clock: Clock,
): StreamWatch => {
  const lagMs = async (): Promise<number> => {
    const at = await store.oldestUnsent(name);
    return at === null ? 0 : Math.max(0, clock.now().getTime() - at.getTime());
  };
  return {
    lagMs,
    async trouble() {
      const ms = await lagMs();
      return ms > lateAfterMs
        ? `The receiver of the record's entries lacks those of the last ${Math.round(ms / 1_000)} s.`
        : null;
    },
  };
};

export interface RecordStreamDependencies {
  readonly store: AuditStreamStore;
  /** The receiver's address. */
  readonly name: string;
  /** Takes JSON, and says where a connection was closed. */
  readonly open: (onClose: () => void) => LogSink;
  /** Everything up to here is known to have happened. */
  readonly readTo: () => bigint;
  /** What was written so long ago to a connection that still stands has arrived. Default half a minute. */
  readonly settleMs?: number;
  readonly logger: Logger;
}

const idleMs = 1_000;
const entriesAtOnce = 100;
/** A connection that ends sooner after a write may never have had it. */
const bornMs = 500;
const patienceMs = 10_000;
const leaseMs = 3 * patienceMs;

const lineOf = ({ seq, at, ...entry }: StreamedEntry): string =>
  JSON.stringify({ seq: String(seq), at: at.toISOString(), ...entry });

/** What was written to a connection, and of that, what has arrived: a receiver of syslog says nothing back. */
const createProgress = (settleMs: number) => {
  /** The last entry that was sent on this connection; null where sending begins anew after what has arrived. */
  let position: bigint | null = null;
  let arrived = -1n;
  let connection = 0;
  let onTheirWay: readonly { readonly seq: bigint; readonly at: number }[] = [];
  return {
    rewind(): void {
      position = null;
      onTheirWay = [];
      connection += 1;
    },
    /** Another number after each break. */
    connection: (): number => connection,
    /**
     * Gives after which entry to go on, of those before which have arrived, and to which the connection has borne them:
     * a receiver refuses whom it does not know only after that has spoken.
     */
    next(kept: bigint): Readonly<Record<'position' | 'arrived' | 'borne', bigint>> {
      if (position === null) arrived = position = kept;
      const settledBy = performance.now() - settleMs;
      const borneBy = performance.now() - Math.min(settleMs, bornMs);
      let borne = arrived;
      for (const { seq, at } of onTheirWay) {
        if (at <= settledBy) arrived = seq;
        if (at <= borneBy) borne = seq;
      }
      onTheirWay = onTheirWay.filter(({ at }) => at > settledBy);
      return { position, arrived, borne: borne > arrived ? borne : arrived };
    },
    sent(seq: bigint): void {
      position = seq;
      onTheirWay = [...onTheirWay, { seq, at: performance.now() }];
    },
  };
};

/** Hands entries to the receiver, and says once that it takes none, and once that it does again. */
const createSending = (sink: LogSink, receiver: string, logger: Logger) => {
  let isAway = false;
  return async (entries: readonly StreamedEntry[]): Promise<void> => {
    try {
      if (!(await endsWithin(patienceMs, sink.write(entries.map(lineOf)))))
        throw new Error('It takes nothing.');
    } catch (error) {
      sink.close();
      if (!isAway) logger.warn({ err: error, receiver }, 'entries of the record are not taken; they wait');
      isAway = true;
      throw error;
    }
    if (isAway) logger.info({ receiver }, 'entries of the record are taken again');
    isAway = false;
  };
};

/**
 * Sends every entry of the record, in order and at least once, from whichever process comes first. Where a connection
 * breaks, what was written to it lately is sent again.
 */
export const startRecordStream = ({
  store,
  name,
  open,
  readTo,
  settleMs = 30_000,
  logger,
}: RecordStreamDependencies): AsyncDisposable => {
  const lease = randomUUID();
  const progress = createProgress(settleMs);
  const sink = open(progress.rewind);
  const send = createSending(sink, name, logger);

  const round = async (): Promise<number> => {
    const kept = await store.claim(name, lease, leaseMs);
    if (kept === null) {
      progress.rewind();
      return idleMs;
    }
    const { position, arrived, borne } = progress.next(kept);
    const entries = await store.read(position, readTo(), entriesAtOnce);
    const last = entries.at(-1)?.seq;
    if (last !== undefined) {
      const connection = progress.connection();
      await send(entries).catch((error: unknown) => {
        progress.rewind();
        throw error;
      });
      // It broke since: whatever was written to it is sent anew.
      if (connection !== progress.connection()) return idleMs;
      progress.sent(last);
    }
    await store.save(name, lease, arrived, borne);
    return entries.length === entriesAtOnce ? 0 : idleMs;
  };
  const loop = startLoop({ name: 'record stream', round, idleMs, logger });
  return {
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      sink.close();
      await store.release(name, lease);
    },
  };
};
