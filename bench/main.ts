/**
 * Measures the product against BullMQ alone, both on the same Redis and in the same run, and prints JSON.
 * A ratio carries from machine to machine; a rate does not. `--small` is a quick look. `--scale` measures what a
 * submission costs while a million steps wait, against an empty queue, and nothing else; `--profile` what a task costs
 * on the node and in PostgreSQL, by statement.
 */
import { cpus } from 'node:os';
import { startScratchPostgres } from '@countersign/postgres/scratch-postgres';
import { startRedis } from '../packages/server/testing/redis-server.ts';
import { startBenchServer } from './bench-server.ts';
import { bullmqThroughput } from './bullmq-alone.ts';
import { connect, type BenchClient } from './client.ts';
import { measureProfile } from './profile.ts';
import { measureScale } from './scale.ts';
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

const measure = async (client: BenchClient) => {
  await runThroughput(client, counts.warmUp);
  tell('submit and run …');
  const runPerSecond = await runThroughput(client, counts.run);
  tell('submit, approve and run …');
  const approvedPerSecond = await approvedThroughput(client, counts.approved);
  tell('latency …');
  return {
    runPerSecond,
    approvedPerSecond,
    submitToDone: await submitLatency(client, counts.latency),
    approveToDone: await approveLatency(client, counts.latency),
  };
};

const benchOn = async (redisUrl: string | null) => {
  await using postgres = await startScratchPostgres({ isDurable: true });
  await using server = await startBenchServer({ databaseUrl: postgres.connectionString, redisUrl });
  await using client = await connect(server);
  return await measure(client);
};

const ratio = (perSecond: number, alone: number): number => Number((perSecond / alone).toFixed(4));

const measureAll = async (): Promise<object> => {
  await using redis = await startRedis();
  tell('BullMQ alone …');
  await bullmqThroughput(redis.url, counts.warmUp);
  const alonePerSecond = await bullmqThroughput(redis.url, counts.alone);
  tell('Countersign on Redis');
  const onRedis = await benchOn(redis.url);
  tell('Countersign on the embedded default (queues in PostgreSQL)');
  const onPostgres = await benchOn(null);

  return {
    machine: { cores: cpus().length, node: process.version },
    bullmqAlone: { perSecond: alonePerSecond },
    redis: {
      ...onRedis,
      runRatio: ratio(onRedis.runPerSecond, alonePerSecond),
      approvedRatio: ratio(onRedis.approvedPerSecond, alonePerSecond),
    },
    postgres: {
      ...onPostgres,
      runRatio: ratio(onPostgres.runPerSecond, alonePerSecond),
      approvedRatio: ratio(onPostgres.approvedPerSecond, alonePerSecond),
    },
  };
};

const measureAsked = (): Promise<object> => {
  if (process.argv.includes('--scale')) return measureScale(1_000_000 * scale);
  if (process.argv.includes('--profile')) return measureProfile(counts.run);
  return measureAll();
};
const report = await measureAsked();
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
