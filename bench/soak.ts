import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { startScratchPostgres } from '@countersign/postgres/scratch-postgres';
import { startBenchServer } from './bench-server.ts';
import { connect, type BenchClient } from './client.ts';
import { runThroughput, submitSome } from './measures.ts';

const everyMs = 500;
const perRound = 10;
const sampleEveryMs = 5_000;
/** Whatever is not done by then, after the last was submitted, is lost. */
const patienceMs = 60_000;
/** Of memory at the end, by that in the second quarter of the time: what it warms up to, it has by then. */
const flatRatio = 1.15;

/**
 * A modest pace for long, half of the tasks with an approval: whether every task comes to its end, and whether the
 * server holds no more at the end than early on. Ends with 1 where it does not.
 */
export const measureSoak = async (minutes: number): Promise<object> => {
  await using postgres = await startScratchPostgres({ isDurable: true });
  await using server = await startBenchServer({ databaseUrl: postgres.connectionString, redisUrl: null });
  await using client = await connect(server);
  await runThroughput(client, 500);
  const following = follow(client);
  const memory: number[] = [];
  const sampling = setInterval(() => {
    void rssMbOf(server.pid).then((mb) => memory.push(mb));
  }, sampleEveryMs);
  const startedAt = performance.now();
  const lastsMs = minutes * 60_000;
  for (let round = 0; performance.now() - startedAt < lastsMs; round += 1) {
    const asks = round % 2 === 1;
    const taken = await submitSome(client, perRound, asks);
    taken.forEach(({ id }) => {
      following.expect(id);
    });
    if (asks) await client.approve(taken);
    await sleep(Math.max(0, startedAt + (round + 1) * everyMs - performance.now()));
  }
  await following.untilDone(patienceMs);
  clearInterval(sampling);
  const quarters = [0, 1, 2, 3].map((quarter) => medianOf(memory, quarter));
  const ratio = Number(((quarters[3] ?? Number.NaN) / (quarters[1] ?? Number.NaN)).toFixed(3));
  const lost = following.open();
  const isFlat = ratio <= flatRatio;
  if (lost > 0 || !isFlat) process.exitCode = 1;
  return {
    minutes,
    tasks: following.expected(),
    lost,
    rssMbByQuarter: quarters,
    lastBySecond: ratio,
    isFlat,
  };
};

const medianOf = (samples: readonly number[], quarter: number): number => {
  const [from, to] = [quarter, quarter + 1].map((place) => Math.floor((samples.length * place) / 4));
  const sorted = samples.slice(from, to).toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN);
};

const rssMbOf = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
};

/** Which of the tasks that are expected to succeed have not yet: one may be told of before its call is answered. */
const follow = (client: BenchClient) => {
  const open = new Set<string>();
  const early = new Set<string>();
  let expected = 0;
  client.onSucceeded((id) => {
    if (!open.delete(id)) early.add(id);
  });
  return {
    expected: () => expected,
    open: () => open.size,
    expect(id: string): void {
      expected += 1;
      if (!early.delete(id)) open.add(id);
    },
    async untilDone(mostMs: number): Promise<void> {
      const until = performance.now() + mostMs;
      while (open.size > 0 && performance.now() < until) await sleep(100);
    },
  };
};
