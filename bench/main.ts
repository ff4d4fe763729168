/**
 * Measures the product, everything of it on, and beside it in the same run what others offer: BullMQ alone, DBOS and
 * Restate, each with a task of one step that does nothing. Prints JSON. A ratio carries from machine to machine; a
 * rate does not. `--small` is a quick look. Instead of all that, `--scale` measures what
 * lists, counts, searches, metrics, submissions and approvals take with 300,000 tasks that are finished and 30,000 that
 * wait, against an empty installation (`--scale=10m` with ten million); `--profile` what a task costs on the node and in PostgreSQL, by
 * statement; `--doors` what a submission takes by REST and MCP, of what it takes by GraphQL; `--fanout` live events to
 * a thousand sockets; `--overload [SECONDS]` what five times as much as it can do does to it; `--soak [MINUTES]` whether memory is flat and nothing lost, for an hour where nothing is said;
 * `--decisions` how many decisions policy makes in process, and `--audit` how many entries of the record are verified,
 * each on one core; `--restore [EVENTS]` how long 100,000 events take to stand again from a backup.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { startScratchPostgres } from '@countersign/postgres/scratch-postgres';
import { startRedis } from '../packages/server/testing/redis-server.ts';
import { startBenchServer } from './bench-server.ts';
import { bullmqOnPostgres, bullmqOnRedis } from './bullmq-alone.ts';
import { connect, type BenchClient } from './client.ts';
import { startDbos } from './dbos.ts';
import { measureDecisions } from './decisions.ts';
import { measureDoors } from './doors.ts';
import { measureFanout } from './fanout.ts';
import { measureOverload } from './overload.ts';
import { measurePeer, type Measured, type Peer } from './peer.ts';
import { measureProfile } from './profile.ts';
import { startRestate } from './restate.ts';
import { measureRestore } from './restore.ts';
import { measureScale, scaleSizeOf } from './scale.ts';
import { measureSoak } from './soak.ts';
import { measureVerification } from './verification.ts';
import { approvedThroughput, approveLatency, runThroughput, submitLatency } from './measures.ts';

const scale = process.argv.includes('--small') ? 0.2 : 1;
const counts = {
  warmUp: 1_000 * scale,
  run: 10_000 * scale,
  approved: 5_000 * scale,
  alone: 50_000 * scale,
  latency: 200 * scale,
};
const tell = (text: string): void => void process.stderr.write(`${text}\n`);

const measure = async (client: BenchClient): Promise<Measured> => {
  await runThroughput(client, counts.warmUp);
  tell('  submit and run …');
  const runPerSecond = await runThroughput(client, counts.run);
  tell('  submit, approve and run …');
  const approvedPerSecond = await approvedThroughput(client, counts.approved);
  tell('  latency …');
  return {
    runPerSecond,
    approvedPerSecond,
    submitToDone: await submitLatency(client, counts.latency),
    approveToDone: await approveLatency(client, counts.latency),
  };
};

const benchPeer = async (name: string, start: () => Promise<Peer>): Promise<Measured> => {
  tell(name);
  await using peer = await start();
  return await measurePeer(peer, {
    warmUp: counts.warmUp / 2,
    run: counts.run / 4,
    approved: counts.approved / 4,
    latency: counts.latency,
  });
};

const benchOn = async (redisUrl: string | null): Promise<Measured & { doors: object }> => {
  await using postgres = await startScratchPostgres({ isDurable: true });
  await using server = await startBenchServer({ databaseUrl: postgres.connectionString, redisUrl });
  await using client = await connect(server);
  const measured = await measure(client);
  tell('doors …');
  return { ...measured, doors: await measureDoors(server, counts.latency) };
};

const doorsAlone = async (): Promise<object> => {
  await using postgres = await startScratchPostgres({ isDurable: true });
  await using server = await startBenchServer({ databaseUrl: postgres.connectionString, redisUrl: null });
  return await measureDoors(server, counts.latency);
};

const benchDbos = async (): Promise<Measured> => {
  await using postgres = await startScratchPostgres({ isDurable: true });
  return await benchPeer('DBOS on the same PostgreSQL', () => startDbos(postgres.connectionString));
};

const benchBullmq = async (): Promise<{ redis: number; postgres: number }> => {
  await using redis = await startRedis();
  await using postgres = await startScratchPostgres({ isDurable: true });
  tell('BullMQ alone');
  await bullmqOnRedis(redis.url, counts.warmUp);
  await bullmqOnPostgres(postgres.connectionString, counts.warmUp);
  return {
    redis: await bullmqOnRedis(redis.url, counts.alone),
    postgres: await bullmqOnPostgres(postgres.connectionString, counts.run / 2),
  };
};

const ratio = (one: number, other: number): number => Number((one / other).toFixed(3));

/** Of rates, more than 1 is faster; of times, less than 1. */
const beside = (ours: Measured, theirs: Measured) => ({
  run: ratio(ours.runPerSecond, theirs.runPerSecond),
  approved: ratio(ours.approvedPerSecond, theirs.approvedPerSecond),
  submitToDoneP50: ratio(ours.submitToDone.p50Ms, theirs.submitToDone.p50Ms),
  approveToDoneP50: ratio(ours.approveToDone.p50Ms, theirs.approveToDone.p50Ms),
});

const measureAll = async (): Promise<object> => {
  const bullmq = await benchBullmq();
  const dbos = await benchDbos();
  const restate = await benchPeer('Restate', startRestate);
  tell('Countersign on Redis');
  await using redis = await startRedis();
  const onRedis = await benchOn(redis.url);
  tell('Countersign on the embedded default (queues in PostgreSQL)');
  const onPostgres = await benchOn(null);
  const ratiosOf = (ours: Measured) => ({
    dbos: beside(ours, dbos),
    restate: beside(ours, restate),
    bullmqOnRedis: ratio(ours.runPerSecond, bullmq.redis),
    bullmqOnPostgres: ratio(ours.runPerSecond, bullmq.postgres),
  });
  return {
    bullmqAlonePerSecond: bullmq,
    dbos,
    restate,
    redis: onRedis,
    postgres: onPostgres,
    ratios: { redis: ratiosOf(onRedis), postgres: ratiosOf(onPostgres) },
  };
};

const measureAsked = (): Promise<object> => {
  const size = process.argv.find((word) => /^--scale(=|$)/.test(word));
  if (size) return measureScale(scaleSizeOf(size.split('=')[1]), tell);
  const soak = process.argv.indexOf('--soak');
  if (soak > 0) return measureSoak(Number(process.argv[soak + 1] ?? 60));
  const restored = process.argv.indexOf('--restore');
  if (restored > 0) return measureRestore(Number(process.argv[restored + 1] ?? 100_000));
  const overload = process.argv.indexOf('--overload');
  if (overload > 0) return measureOverload(Number(process.argv[overload + 1] ?? 60), tell);
  if (process.argv.includes('--decisions')) return measureDecisions(counts.run);
  if (process.argv.includes('--audit')) return measureVerification(counts.alone);
  if (process.argv.includes('--fanout')) return measureFanout(1_000, 10);
  if (process.argv.includes('--doors')) return doorsAlone();
  if (process.argv.includes('--profile')) return measureProfile(counts.run);
  return measureAll();
};

const machine = {
  processor: cpus()[0]?.model,
  cores: availableParallelism(),
  memoryGb: Math.round(totalmem() / 2 ** 30),
  node: process.version,
};
/** As it stands, with a mark where something is not committed. */
const commitOf = (): string =>
  execFileSync('git', ['describe', '--always', '--dirty'], {
    encoding: 'utf8',
    cwd: import.meta.dirname,
  }).trim();
const report = { at: new Date().toISOString(), commit: commitOf(), machine, ...(await measureAsked()) };
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
