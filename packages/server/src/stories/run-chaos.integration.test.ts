import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { createChaos, sized, type Chaos } from '../../testing/chaos.ts';
import { findFaults } from '../../testing/faults/checker.ts';
import { gatherEvidence, type Evidence } from '../../testing/faults/evidence.ts';
import { createOperator } from '../../testing/faults/operator.ts';
import { someTask } from '../../testing/faults/work.ts';
import { startRedis, type RedisServer } from '../../testing/redis-server.ts';
import { startRestartablePostgres, type RestartablePostgres } from '../../testing/restartable-postgres.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { WorkerProcess } from '../../testing/worker-process.ts';
import type { Task } from '../domain/task.ts';

const leaseMs = 1_500;
const rounds = sized(4, 500);
const tasksPerRound = sized(8, 40);
const timeoutMs = sized(300_000, 14_400_000);

/** One way in which what the product stands on fails it. */
type Fault = () => Promise<unknown>;

interface Ground {
  readonly redis: RedisServer;
  readonly postgres: RestartablePostgres;
}

const faultsOf = (world: World, chaos: Chaos, workers: WorkerProcess[], { redis, postgres }: Ground) => {
  const restart = async (end: (worker: WorkerProcess) => Promise<void>): Promise<void> => {
    const ended = chaos.pick(workers);
    await end(ended);
    workers[workers.indexOf(ended)] = await world.startsWorker();
  };
  return {
    kill: () => restart((worker) => worker.kill()),
    stop: () => restart(async (worker) => expect(await worker.stops()).toBe(0)),
    freeze: async () => {
      const worker = chaos.pick(workers);
      worker.stop();
      await chaos.moment(leaseMs * 1.1, leaseMs * 1.6);
      worker.continue();
    },
    amnesia: async () => {
      const client = new Redis(redis.url);
      await client.flushall();
      client.disconnect();
    },
    crash: async () => {
      await postgres.kill();
      await postgres.start();
    },
    cut: () =>
      world.owner.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'countersign' AND pid <> pg_backend_pid()`,
      ),
    platform: () =>
      world.ledger.behaves({
        failures: [
          { kind: 'RESET', when: 'AFTER' },
          { kind: 'STATUS', status: 503, when: 'BEFORE', times: 2 },
          { kind: 'STATUS', status: chaos.pick([403, 500]), when: 'BEFORE' },
          { kind: 'RESET', when: 'BEFORE' },
        ],
      }),
  } satisfies Record<string, Fault>;
};

/** What a person is told whose database is away. */
const isOfConnection =
  /terminat|connection|ECONN|DatabaseUnreachable|shutting down|starting up|recovery mode/i;

/** Whatever chance says. */
const always = ['kill', 'crash'] as const;

/** How often what happened, for whoever reads along. */
const told = ({ tasks, events, entries }: Evidence): string => {
  const counts = [...tasks.map(({ status }) => status), ...events.map(({ type }) => type)];
  const lines = [...Map.groupBy(counts, (each) => each)].map(([each, all]) => `${each} ${all.length}`);
  return `${entries.length} calls; ${lines.join(', ')}`;
};

test(
  'workflows and rollouts under kills, freezes, cuts, amnesia and meddling people: every promise holds',
  async () => {
    const chaos = createChaos('runs under faults');
    await using ground = new AsyncDisposableStack();
    const [redis, postgres] = await Promise.all([startRedis(), startRestartablePostgres()]);
    ground.use(redis);
    ground.use(postgres);
    await using world = await createWorld({
      backend: 'redis',
      redisUrl: redis.url,
      database: postgres,
      leaseMs,
      background: 'KEEPERS',
      logLevel: 'fatal',
      lanes: { NORMAL: { slots: 8 } },
      ledger: { latencyMs: 15 },
    });
    const workers = [await world.startsWorker(), await world.startsWorker()];
    const strike = faultsOf(world, chaos, workers, { redis, postgres });
    const operator = createOperator(world, chaos);
    const tasks: Task[] = [];
    const surprises: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const submitted = await world.agent.submitsMany(
        Array.from({ length: tasksPerRound }, () => someTask(chaos)),
      );
      tasks.push(...submitted);
      for (const task of submitted.filter(({ status }) => status === 'AWAITING_APPROVAL')) {
        if (chaos.random() < 0.9) await world.approver.approves(task);
        else await world.approver.rejects(task);
      }
      const name =
        always[round] ??
        chaos.pick(['kill', 'kill', 'stop', 'freeze', 'amnesia', 'cut', 'crash', 'platform'] as const);
      await chaos.moment(20, 200);
      const meddling = Array.from({ length: 8 }, async () => {
        await chaos.moment(0, 400);
        await operator.meddles(submitted).catch((error: unknown) => surprises.push(String(error)));
      });
      await Promise.all([strike[name](), ...meddling]);
    }
    await operator.bringsToRest();
    expect(surprises.filter((surprise) => !isOfConnection.test(surprise))).toEqual([]);
    const evidence = await gatherEvidence(world);
    process.stdout.write(`${told(evidence)}\n`);
    expect(evidence.tasks).toHaveLength(rounds * tasksPerRound);
    expect(findFaults(evidence)).toEqual([]);
  },
  timeoutMs,
);
