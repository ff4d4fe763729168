import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { PostgresClient } from '@countersign/postgres/postgres-client';
import type { SessionSettings } from '../../infra/database.ts';
import { joinSignals } from '../../infra/joined-signal.ts';
import { isHeld, readHolds, steadyMs, type LeaseBoard, type LeaseReport } from './lease-board.ts';
import { presenceKey } from './presence.ts';

/** What the thread is started with. */
export interface LeaseThreadData {
  readonly session: SessionSettings;
  readonly worker: string;
  readonly leaseMs: number;
  readonly board: LeaseBoard;
}

const { session, worker, leaseMs, board } = workerData as LeaseThreadData;
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

/** Until the connection breaks: as long as it stands, everybody sees that this worker lives. */
const keep = async (client: PostgresClient): Promise<void> => {
  report({ kind: 'PRESENT' });
  const broken = new AbortController();
  client.once('end', () => {
    broken.abort();
  });
  using over = joinSignals(stop.signal, broken.signal);
  while (!over.signal.aborted) {
    await renew(client);
    await sleep(leaseMs / 3, undefined, { signal: over.signal }).catch(() => undefined);
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
port.close();
