import { startScratchPostgres } from '@countersign/postgres/scratch-postgres';
import { createDatabase } from '../packages/server/src/infra/database.ts';
import { createLogger } from '../packages/server/src/infra/logger.ts';
import { startBenchServer } from './bench-server.ts';
import { connect } from './client.ts';
import { submitCallLatency, type Latency } from './measures.ts';

export interface ScaleReport {
  readonly waitingSteps: number;
  readonly empty: Latency;
  readonly full: Latency;
  /** p99 of a submission while so many steps wait, by that with none. */
  readonly p99Ratio: number;
}

const submissions = 500;

/** How much longer a submission takes while so many steps of others wait. */
export const measureScale = async (waitingSteps: number): Promise<ScaleReport> => {
  await using postgres = await startScratchPostgres({ isDurable: true });
  await using server = await startBenchServer({ databaseUrl: postgres.connectionString, redisUrl: null });
  await using client = await connect(server);
  await submitCallLatency(client, submissions);
  const empty = await submitCallLatency(client, submissions);
  await fillQueue(postgres.connectionString, waitingSteps);
  const full = await submitCallLatency(client, submissions);
  return { waitingSteps, empty, full, p99Ratio: Number((full.p99Ms / empty.p99Ms).toFixed(2)) };
};

const stepsPerTask = 1_000;

/** Steps that could run and whose turn does not come: the queue takes none of them while we measure. */
const fillQueue = async (connectionString: string, count: number): Promise<void> => {
  await using owner = createDatabase({
    connectionString,
    poolSize: 1,
    statementTimeoutMs: 600_000,
    logger: createLogger({ level: 'error' }),
  });
  await owner.query(`
      INSERT INTO task (id, tenant_id, submitted_by_id, idempotency_key, request_hash, goal, actions, mode, priority,
        environment, requires_approval, tags, retry, status, revision, plan_hash, risk, created_at, updated_at)
      SELECT gen_random_uuid(), p.tenant_id, p.id, 'scale ' || n, 'hash', 'Scale', '[]', 'APPLY', 'NORMAL',
        'DEVELOPMENT', false, '{}', '{}', 'QUEUED', 1, 'hash', 'LOW', now(), now()
      FROM (SELECT id, tenant_id FROM principal WHERE type = 'HUMAN' LIMIT 1) AS p,
        generate_series(1, ${Math.ceil(count / stepsPerTask)}) AS n`);
  await owner.query(`
      INSERT INTO run (id, tenant_id, task_id, revision, plan_hash, status, created_at)
      SELECT gen_random_uuid(), tenant_id, id, 1, 'hash', 'QUEUED', now() FROM task WHERE goal = 'Scale'`);
  await owner.query(`
      INSERT INTO step (id, tenant_id, run_id, task_id, name, ordinal, phase, action_type, platform, lane, depends_on,
        state, attempt, max_attempts, fence, dispatch_epoch, dispatched_at, next_attempt_at, ready_at)
      SELECT gen_random_uuid(), run.tenant_id, run.id, run.task_id, 's' || n, n, 0, 'noop.run@1', 'noop', 'NORMAL',
        '{}', 'READY', 0, 4, 0, 1, now(), now(), now()
      FROM run JOIN task ON task.id = run.task_id, generate_series(1, ${Math.min(count, stepsPerTask)}) AS n
      WHERE task.goal = 'Scale'`);
  await owner.query(`
      INSERT INTO outbox (step_id, epoch, lane, platform, due_at, since, tenant_id, submitter_id)
      SELECT step.id, 1, step.lane, step.platform, now() + interval '1 day', now(), task.tenant_id,
        task.submitted_by_id
      FROM step JOIN task ON task.id = step.task_id WHERE task.goal = 'Scale'`);
  await owner.query('ANALYZE');
};
