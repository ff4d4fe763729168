import { mostCounted } from '@countersign/shared';
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
    await vi.waitFor(
      async () => {
        const waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'";
        expect(await owner.query(waiting, [database.name])).toHaveLength(1);
      },
      { timeout: 20_000 },
    );
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

test('a count ends where nobody is told more, and what is found does not', async () => {
  await using database = await createTestDatabase();
  await using owner = database.open({ as: 'OWNER' });
  const tasks = createTaskStore(owner);
  const [id, tenantId, submittedById] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
  await owner.transaction((tx) => tasks.insertNew(tx, [aTask({ id, tenantId, submittedById, goal: 'One' })]));
  const sight = wholeTenant(tenantId);
  const more = async (count: number): Promise<void> => {
    await owner.query(
      `INSERT INTO task SELECT (jsonb_populate_record(task, jsonb_build_object('id', uuidv7(), 'idempotency_key', uuidv7(), 'goal', 'More'))).*
         FROM task, generate_series(1, $2::int) WHERE id = $1`,
      [id, count],
    );
  };
  await more(mostCounted - 2);
  expect(await tasks.count(sight, {})).toBe(mostCounted - 1);
  await more(5);
  expect(await tasks.count(sight, {})).toBe(mostCounted);
  expect(await tasks.count(sight, { search: 'MORE' })).toBe(mostCounted);
  expect(await tasks.count(sight, { search: 'ONE' })).toBe(1);
});

test('a search reads the goals of its own tenant, however many others have', async () => {
  await using database = await createTestDatabase();
  await using owner = database.open({ as: 'OWNER' });
  const [own, other] = [crypto.randomUUID(), crypto.randomUUID()];
  for (const [tenantId, goal, count] of [
    [own, 'Turn the key', 2_000],
    [other, 'Restart the shop', 10_000],
  ] as const) {
    const id = crypto.randomUUID();
    const task = aTask({ id, tenantId, submittedById: crypto.randomUUID(), goal });
    await owner.transaction((tx) => createTaskStore(owner).insertNew(tx, [task]));
    await owner.query(
      `INSERT INTO task SELECT (jsonb_populate_record(task, jsonb_build_object('id', uuidv7(), 'idempotency_key', uuidv7()))).*
         FROM task, generate_series(2, $2::int) WHERE id = $1`,
      [id, count],
    );
  }
  await owner.query('ANALYZE task, task_goal');
  let plan = '';
  const explained = createTaskStore({
    ...owner,
    history: {
      ...owner.history,
      async query(text, values) {
        const rows = await owner.history.query<object>(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
        plan = JSON.stringify(rows);
        return [];
      },
    },
  });
  await explained.count(wholeTenant(own), { search: 'SHOP' });
  const read = [...plan.matchAll(/"(?:Actual Rows|Rows Removed by [A-Za-z ]+)":(\d+)/g)].map(([, rows]) =>
    Number(rows),
  );
  expect(read.length).toBeGreaterThan(2);
  expect(Math.max(...read)).toBeLessThanOrEqual(2_000);
}, 60_000);
