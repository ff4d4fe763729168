import { expect, test, vi } from 'vitest';
import { aTask } from '../../testing/domain-samples.ts';
import { createTestDatabase } from '../../testing/postgres.ts';
import { createTaskStore } from './task-store.ts';
import { wholeTenant } from '../domain/sight.ts';

test('the time of a lock is the time at which it was had, however long others kept it', async () => {
  await using database = await createTestDatabase();
  await using db = database.open();
  await using owner = database.open({ as: 'OWNER' });
  const tasks = createTaskStore(db);
  const [id, tenantId, submittedById] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
  await db.transaction((tx) => tasks.insertNew(tx, [aTask({ id, tenantId, submittedById })]));

  const { promise: othersMayHaveIt, resolve: letGo } = Promise.withResolvers<undefined>();
  const { promise: isHeld, resolve: holds } = Promise.withResolvers<undefined>();
  const first = db.transaction(async (tx) => {
    await tasks.lock(tx, [id]);
    holds(undefined);
    await othersMayHaveIt;
    const [row] = await tx.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    return row?.now ?? new Date(NaN);
  });
  await isHeld;
  const second = db.transaction((tx) => tasks.lock(tx, [id]));
  try {
    await vi.waitFor(async () => {
      const waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'";
      expect(await owner.query(waiting, [database.name])).toHaveLength(1);
    });
  } finally {
    letGo(undefined);
  }

  const lettingGoAt = await first;
  const { now, tasks: locked } = await second;
  expect(locked.get(id)?.status).toBe('PLANNING');
  expect(now.getTime()).toBeGreaterThanOrEqual(lettingGoAt.getTime());
});

test('a search is for the text itself, wildcards of the database included', async () => {
  await using database = await createTestDatabase();
  await using db = database.open();
  const tasks = createTaskStore(db);
  const [tenantId, submittedById] = [crypto.randomUUID(), crypto.randomUUID()];
  const own = { tenantId, submittedById };
  const sure = aTask({
    ...own,
    id: crypto.randomUUID(),
    idempotencyKey: 'a',
    goal: '100% sure of C:\\x_y',
  });
  const other = aTask({ ...own, id: crypto.randomUUID(), idempotencyKey: 'b', goal: 'Anything else' });
  await db.transaction((tx) => tasks.insertNew(tx, [sure, other]));
  const found = async (search: string) =>
    (await tasks.page(wholeTenant(tenantId), { search }, 10, null)).map(({ id }) => id);
  for (const search of ['%', '_', '\\', '0% SURE', 'C:\\x_y']) expect(await found(search)).toEqual([sure.id]);
  expect(await found('x%y')).toEqual([]);
  expect(await found('else')).toEqual([other.id]);
});
