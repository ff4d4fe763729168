import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { startScratchPostgres } from '@countersign/postgres/scratch-postgres';
import WebSocket from 'ws';
import { startBenchServer, type BenchServer } from './bench-server.ts';
import { connect } from './client.ts';
import { percentiles, runThroughput, submitOne, type Latency } from './measures.ts';

interface Paced extends Latency {
  readonly wantedPerSecond: number;
  readonly deliveriesPerSecond: number;
  readonly missing: number;
}

/** Opened at the same time: more that have not said who they are is refused. */
const openedAtOnce = 100;
const settlingMs = 3_000;
/** Whatever is not there by then is missing. */
const patienceMs = 30_000;

/**
 * Live events to many sockets, each with the same subscription: how long after its time an event is there, at so many
 * deliveries a second and more.
 */
export const measureFanout = async (socketCount: number, seconds: number): Promise<object> => {
  await using postgres = await startScratchPostgres({ isDurable: true });
  await using server = await startBenchServer({ databaseUrl: postgres.connectionString, redisUrl: null });
  await using client = await connect(server);
  await runThroughput(client, 200);
  const listeners = await openListeners(server, socketCount);
  await submitOne(client, false);
  await sleep(settlingMs);
  const eventsPerTask = listeners.delays().length / socketCount;
  const paced: Paced[] = [];
  for (const wantedPerSecond of [30_000, 60_000, 90_000, 120_000]) {
    const everyMs = (1_000 * eventsPerTask * socketCount) / wantedPerSecond;
    await sleep(settlingMs);
    listeners.begin();
    const startedAt = performance.now();
    let tasks = 0;
    const taken: Promise<unknown>[] = [];
    while (performance.now() - startedAt < seconds * 1_000) {
      taken.push(submitOne(client, false));
      tasks += 1;
      await sleep(Math.max(0, startedAt + tasks * everyMs - performance.now()));
    }
    await Promise.all(taken);
    const expected = tasks * eventsPerTask * socketCount;
    await listeners.untilHeard(expected);
    const delays = listeners.delays();
    paced.push({
      wantedPerSecond,
      deliveriesPerSecond: Math.round((1_000 * delays.length) / listeners.lastedMs()),
      missing: expected - delays.length,
      ...percentiles(delays),
    });
  }
  listeners.close();
  return { sockets: socketCount, paced };
};

const subscribingTo = (filter: string): string =>
  JSON.stringify({
    id: 'events',
    type: 'subscribe',
    payload: { query: `subscription { events${filter} { seq type at taskId summary } }` },
  });
const atMark = Buffer.from('"at":"');
const timeLength = '2026-01-01T00:00:00.000Z'.length;

/** Sockets that hear every event, or those of a filter; so many of them, beside, that never read what comes. */
export const openListeners = async (
  { url, approverKey }: BenchServer,
  count: number,
  { slowCount = 0, filter = '' } = {},
) => {
  let delays: number[] = [];
  let [firstAt, lastAt] = [0, 0];
  const hear = (data: Buffer): void => {
    const place = data.indexOf(atMark);
    if (place < 0) return;
    const from = place + atMark.length;
    delays.push(Date.now() - Date.parse(data.toString('latin1', from, from + timeLength)));
    lastAt = performance.now();
    firstAt ||= lastAt;
  };
  const open = async (): Promise<WebSocket> => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(
      JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${approverKey}` } }),
    );
    await once(socket, 'message');
    socket.on('message', hear);
    socket.send(subscribingTo(filter));
    return socket;
  };
  const sockets: WebSocket[] = [];
  while (sockets.length < count) {
    const some = Math.min(openedAtOnce, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: some }, open))));
  }
  const slow = await Promise.all(Array.from({ length: slowCount }, open));
  slow.forEach((socket) => {
    socket.pause();
  });
  return {
    begin(): void {
      delays = [];
      firstAt = 0;
    },
    async untilHeard(count: number): Promise<void> {
      const until = performance.now() + patienceMs;
      while (delays.length < count && performance.now() < until) await sleep(50);
    },
    delays: () => delays,
    lastedMs: () => lastAt - firstAt,
    close(): void {
      for (const socket of [...sockets, ...slow]) socket.terminate();
    },
  };
};
