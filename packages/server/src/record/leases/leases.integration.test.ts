import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../testing/postgres.ts';
import { createRecordedWork } from '../../../testing/recorded-work.ts';
import { until } from '../../../testing/until.ts';
import type { Database } from '../../infra/database.ts';
import { createLogger } from '../../infra/logger.ts';
import { createLeases, type Lease, type Leases } from './leases.ts';
import { createRunStore } from '../run-store.ts';

const leaseMs = 600;
const stack = new AsyncDisposableStack();
let testDatabase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testDatabase = stack.use(await createTestDatabase());
  database = stack.use(testDatabase.open());
});
afterAll(() => stack.disposeAsync());

const logger = createLogger({ level: 'silent' });
const never = new AbortController().signal;
const keeperOf = (worker: string): Leases =>
  createLeases({
    session: database.session,
    worker,
    leaseMs,
    home: '/nowhere',
    onStop: () => undefined,
    logger,
  });

const aRunningStep = async (worker: string): Promise<string> => {
  const work = createRecordedWork(database);
  const task = await work.task(await work.tenant());
  const leaseUntil = new Date(Date.now() + leaseMs);
  const [step] = await work.steps(task, [{ state: 'RUNNING', fence: 1, attempt: 1, leaseUntil, worker }]);
  if (!step) throw new Error('No step was recorded.');
  return step.id;
};
const holdOf = (leases: Leases, stepId: string): Lease =>
  leases.hold({ stepId, fence: 1, sinceMs: performance.now(), remainingMs: null }, never);
const holds = (lease: Lease): boolean => {
  try {
    lease.assertHeld();
    return true;
  } catch {
    return false;
  }
};
const leaseLeftMs = async (stepId: string): Promise<number> => {
  const [row] = await database.query<{ ms: number }>(
    'SELECT (extract(epoch FROM lease_until - now()) * 1000)::float8 AS ms FROM step WHERE id = $1',
    [stepId],
  );
  return row?.ms ?? NaN;
};

test('a hold counts no more once it was not renewed in time, aborts nothing by that, and counts again', async () => {
  const stepId = await aRunningStep('hung');
  const over = Promise.withResolvers<void>();
  const blocking = database.transaction(async (tx) => {
    await tx.query('SELECT id FROM step WHERE id = $1 FOR UPDATE', [stepId]);
    await over.promise;
  });
  await using leases = keeperOf('hung');
  await leases.present(never);
  const since = performance.now();
  using lease = holdOf(leases, stepId);
  await until(
    () => (holds(lease) ? undefined : true),
    () => 'the lease still counts as held',
  );
  expect(performance.now() - since).toBeGreaterThanOrEqual(leaseMs);
  expect(lease.signal.aborted).toBe(false);
  over.resolve();
  await blocking;
  await until(
    () => holds(lease) || undefined,
    () => 'the lease was not renewed',
  );
});

test('leases are kept while the main loop is busy, and a hold that went to another aborts', async () => {
  const stepId = await aRunningStep('busy');
  await using leases = keeperOf('busy');
  await leases.present(never);
  using lease = holdOf(leases, stepId);
  const busyUntil = performance.now() + 3 * leaseMs;
  while (performance.now() < busyUntil);
  expect(holds(lease)).toBe(true);
  expect(await leaseLeftMs(stepId)).toBeGreaterThan(0);

  await database.query('UPDATE step SET fence = 2 WHERE id = $1', [stepId]);
  await until(
    () => lease.signal.aborted || undefined,
    () => 'the lease was not lost',
  );
  expect(holds(lease)).toBe(false);
});

test('a worker is silent once its thread is gone, and is heard again after its connection broke', async () => {
  const runs = createRunStore(database);
  await aRunningStep('alive');
  const leases = keeperOf('alive');
  await leases.present(never);
  expect(await runs.findSilentWorkers()).not.toContain('alive');
  await using owner = testDatabase.open({ as: 'OWNER' });
  await owner.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'countersign leases' AND datname = current_database()`);
  await until(
    async () => !(await runs.findSilentWorkers()).includes('alive') || undefined,
    () => 'the worker has not taken its lock again',
  );
  await leases[Symbol.asyncDispose]();
  await until(
    async () => (await runs.findSilentWorkers()).includes('alive') || undefined,
    () => 'the lock of a worker that is gone is still held',
  );
});

test('who waits to be seen gives up where the process stopped before', async () => {
  await using leases = createLeases({
    session: { ...database.session, connectionString: 'postgres://127.0.0.1:1/none' },
    worker: 'unseen',
    leaseMs,
    home: '/nowhere',
    onStop: () => undefined,
    logger,
  });
  await expect(leases.present(AbortSignal.abort())).rejects.toThrow('The process stops.');
});
