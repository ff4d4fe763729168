import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { PostgresClient } from '@countersign/postgres/postgres-client';
import type { SessionSettings } from '../../infra/database.ts';
import { joinSignals } from '../../infra/joined-signal.ts';
import {
  isHeld,
  nextClaim,
  oldestClaim,
  readHolds,
  steadyMs,
  type BoardEntry,
  type LeaseBoard,
  type LeaseReport,
} from './lease-board.ts';
import { createStopFile } from '../stop-file.ts';
import { presenceKey } from './presence.ts';
import { createStopRound } from './stop-round.ts';

/** What the thread is started with. */
export interface LeaseThreadData {
  readonly session: SessionSettings;
  readonly worker: string;
  readonly leaseMs: number;
  readonly board: LeaseBoard;
  /** Where the file lies that stops this process. */
  readonly home: string;
}

const { session, worker, leaseMs, board, home } = workerData as LeaseThreadData;
const stopFile = createStopFile(home);
const port = parentPort;
if (!port) throw new Error('The leases are kept by a thread of its own.');

const stop = new AbortController();
const report = (message: LeaseReport): void => {
  port.postMessage(message);
};
// The only thing that it is ever told.
port.once('message', () => {
  stop.abort();
});

const connect = async (socket: Socket): Promise<PostgresClient> => {
  const client = new PostgresClient({
    ...session,
    stream: () => socket,
    application_name: 'countersign leases',
    keepAlive: true,
    connectionTimeoutMillis: Math.max(leaseMs, 1_000),
    query_timeout: Math.max(leaseMs, 1_000),
  });
  await client.connect();
  // A machine that is gone without a word is noticed by the server within seconds, and our lock is free.
  await client.query(
    'SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3',
  );
  await client.query(`SELECT pg_advisory_lock(${presenceKey('$1::text')})`, [worker]);
  return client;
};

/** One statement for all leases, in an order in which none waits for one that waits for it. */
const renew = async (client: PostgresClient): Promise<void> => {
  const asked = readHolds(board).sort((one, other) => (one.stepId < other.stepId ? -1 : 1));
  if (asked.length === 0) return;
  const at = steadyMs();
  const { rows } = await client.query<{ id: string; fence: number }>(
    `UPDATE step SET lease_until = now() + $3 * interval '1 millisecond'
     FROM unnest($1::uuid[], $2::int[]) AS h(id, fence)
     WHERE step.id = h.id AND step.fence = h.fence AND step.state = 'RUNNING' RETURNING step.id, step.fence`,
    [asked.map(({ stepId }) => stepId), asked.map(({ fence }) => fence), leaseMs],
  );
  const kept = new Set(rows.map(({ id, fence }) => `${id} ${fence}`));
  for (const entry of asked.filter((held) => isHeld(board, held))) {
    if (kept.has(`${entry.stepId} ${entry.fence}`)) board.renewedAt[entry.slot] = at;
    else {
      board.lost[entry.slot] = entry.hold;
      report({ kind: 'LOST', hold: entry.hold });
    }
  }
};

const halt = (entry: BoardEntry, reason: string): void => {
  if (board.halted[entry.slot] === entry.hold || !isHeld(board, entry)) return;
  board.halted[entry.slot] = entry.hold;
  report({ kind: 'HALTED', hold: entry.hold, reason });
};

const haltByFile = (): void => {
  const reason = stopFile();
  if (reason !== null) for (const entry of readHolds(board)) halt(entry, reason);
};

/** How soon a kill switch is seen. */
const stopRoundMs = 250;

/** The file is looked at also where the database cannot be asked. */
const fileWatch = setInterval(haltByFile, stopRoundMs);

const lookForStops = createStopRound(worker, () => nextClaim(board));

const watchStops = async (client: PostgresClient, over: AbortSignal): Promise<void> => {
  while (!over.aborted) {
    // First: what was claimed by then is in hand below, or was.
    const claimedBefore = oldestClaim(board);
    const held = new Map(readHolds(board).map((entry) => [entry.stepId, entry]));
    const { halted, acks } = await lookForStops(client, [...held.keys()], claimedBefore);
    for (const ack of acks) report({ kind: 'ACKNOWLEDGED', ack });
    for (const { stepId, reason } of halted) {
      const entry = held.get(stepId);
      if (entry) halt(entry, reason);
    }
    await sleep(stopRoundMs, undefined, { signal: over }).catch(() => undefined);
  }
};

const keepLeases = async (client: PostgresClient, over: AbortSignal): Promise<void> => {
  while (!over.aborted) {
    await renew(client);
    await sleep(leaseMs / 3, undefined, { signal: over }).catch(() => undefined);
  }
};

/** Until the connection breaks: as long as it stands, everybody sees that this worker lives. */
const keep = async (client: PostgresClient): Promise<void> => {
  report({ kind: 'PRESENT' });
  const broken = new AbortController();
  client.once('end', () => {
    broken.abort();
  });
  using over = joinSignals(stop.signal, broken.signal);
  try {
    await Promise.all([keepLeases(client, over.signal), watchStops(client, over.signal)]);
  } finally {
    // Whichever of them failed, the other ends with it.
    broken.abort();
  }
};

const retryMs = 200;

while (!stop.signal.aborted) {
  const socket = new Socket();
  try {
    await keep(await connect(socket));
  } catch (error) {
    report({ kind: 'ABSENT', reason: error instanceof Error ? error.message : String(error) });
    await sleep(retryMs, undefined, { signal: stop.signal }).catch(() => undefined);
  } finally {
    // Without a goodbye: a server that does not answer is not waited for, and one that does sees that we are gone.
    socket.destroy();
  }
}
clearInterval(fileWatch);
port.close();
