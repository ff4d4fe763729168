import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../../testing/postgres.ts';
import { createRecordedWork } from '../../../testing/recorded-work.ts';
import { until } from '../../../testing/until.ts';
import type { Database } from '../../infra/database.ts';
import { createLogger } from '../../infra/logger.ts';
import { createLeases } from './leases.ts';
import { createRunStore } from './run-store.ts';

const leaseMs = 600;
const stack = new AsyncDisposableStack();
let database: Database;

beforeAll(async () => {
  database = stack.use(stack.use(await createTestDatabase()).open());
});
afterAll(() => stack.disposeAsync());

test('a hold is lost in time although the statement that would extend it hangs', async () => {
  const work = createRecordedWork(database);
  const task = await work.task(await work.tenant());
  const [step] = await work.steps(task, [
    { state: 'RUNNING', fence: 1, attempt: 1, leaseUntil: new Date(Date.now() + leaseMs) },
  ]);
  if (!step) throw new Error('No step was recorded.');
  const over = Promise.withResolvers<void>();
  const blocking = database.transaction(async (tx) => {
    await tx.query('SELECT id FROM step WHERE id = $1 FOR UPDATE', [step.id]);
    await over.promise;
  });
  await using leases = createLeases(createRunStore(database), leaseMs, createLogger({ level: 'silent' }));
  const held = { stepId: step.id, fence: 1, sinceMs: performance.now(), remainingMs: null };
  using lease = leases.hold(held, new AbortController().signal);
  await until(
    () => Promise.resolve(lease.signal.aborted || undefined),
    () => 'the lease still counts as held',
  );
  expect(performance.now() - held.sinceMs).toBeGreaterThanOrEqual(leaseMs);
  expect(() => {
    lease.assertHeld();
  }).toThrow('lost');
  over.resolve();
  await blocking;
});
