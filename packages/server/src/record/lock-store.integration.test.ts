import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../testing/postgres.ts';
import { createRecordedWork } from '../../testing/recorded-work.ts';
import type { Database } from '../infra/database.ts';
import { createLockStore, type Blocker, type LockRequest } from './lock-store.ts';
import { areAboutOneThing } from '../domain/claims.ts';
import { wholeTenant } from '../domain/sight.ts';

const stack = new AsyncDisposableStack();
let database: Database;

beforeAll(async () => {
  database = stack.use(stack.use(await createTestDatabase()).open());
});
afterAll(() => stack.disposeAsync());

const startRun = async (): Promise<Omit<LockRequest, 'names'>> => {
  const work = createRecordedWork(database);
  const task = await work.task(await work.tenant());
  const [step] = await work.steps(task, [{}]);
  if (!step) throw new Error('There is no step.');
  return { tenantId: task.tenantId, taskId: task.id, runId: step.runId };
};
const take = (...requests: LockRequest[]): Promise<ReadonlyMap<string, Blocker>> =>
  database.transaction((tx) => createLockStore(database).take(tx, requests));
const end = ({ runId }: Pick<LockRequest, 'runId'>): Promise<unknown> =>
  database.query(`UPDATE run SET status = 'SUCCEEDED', finished_at = now() WHERE id = $1`, [runId]);
const held = async (): Promise<{ runId: string; name: string }[]> =>
  database.query(`SELECT run_id AS "runId", name FROM resource_lock WHERE held_since IS NOT NULL`);

test('nobody has what overlaps with what another has, nobody waits for ever, and nothing outlives its run', async () => {
  const place = fc.constantFrom(
    ...['git:a', 'git:a/main', 'git:a/main/docs', 'git:a/main#x', 'git:ab', 'git:b/main', 'k8s:web'],
    ...['git:a/main#rows=1-5', 'git:a/main#rows=5-9,columns=1-2', 'git:a/main#rows=10-20,columns=2-3'],
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uniqueArray(place, { minLength: 1, maxLength: 3 }), { maxLength: 7 }),
      async (wants) => {
        let waiting = await Promise.all(
          wants.map(async (names): Promise<LockRequest> => ({
            ...(await startRun()),
            names: names.toSorted(),
          })),
        );
        // Each round somebody ends; where all waited for each other, nobody would.
        for (let round = 0; waiting.length > 0; round += 1) {
          expect(round).toBeLessThanOrEqual(wants.length);
          const blocked = await Promise.all(waiting.map((request) => take(request)));
          const locks = await held();
          for (const one of locks)
            for (const other of locks)
              if (one.runId !== other.runId) expect(areAboutOneThing([one.name], [other.name])).toBe(false);
          const owners = waiting.filter((_, index) => blocked[index]?.size === 0);
          expect(owners.length).toBeGreaterThan(0);
          for (const owner of owners)
            expect(locks.filter(({ runId }) => runId === owner.runId)).toHaveLength(owner.names.length);
          await Promise.all(owners.map(end));
          waiting = waiting.filter((request) => !owners.includes(request));
        }
        expect(await database.query('SELECT 1 FROM resource_lock')).toEqual([]);
      },
    ),
    { numRuns: 20 },
  );
});

test('who asked first comes first, and learns who keeps it', async () => {
  const [first, second, third] = [await startRun(), await startRun(), await startRun()];
  expect(await take({ ...first, names: ['git:r/main'] })).toEqual(new Map());
  expect((await take({ ...second, names: ['git:r'] })).get(second.runId)).toMatchObject({
    taskId: first.taskId,
    name: 'git:r/main',
  });
  // Free, but for who waits for more.
  expect((await take({ ...third, names: ['git:r/other'] })).get(third.runId)).toMatchObject({
    taskId: second.taskId,
  });
  const seen = await createLockStore(database).list(wholeTenant(second.tenantId), 10);
  expect(seen).toEqual([expect.objectContaining({ name: 'git:r', taskId: second.taskId, heldSince: null })]);
  await end(first);
  expect(await take({ ...second, names: ['git:r'] }, { ...third, names: ['git:r/other'] })).toEqual(
    new Map([[third.runId, expect.objectContaining({ taskId: second.taskId })]]),
  );
  // Asked once more, it still has it.
  expect(await take({ ...second, names: ['git:r'] })).toEqual(new Map());
  await Promise.all([end(second), end(third)]);
});

test('areas of one thing that lie apart keep nobody waiting', async () => {
  const [first, second, third] = [await startRun(), await startRun(), await startRun()];
  expect(await take({ ...first, names: ['sheets:sheet:m/S#rows=1-5,columns=1-2'] })).toEqual(new Map());
  expect(await take({ ...second, names: ['sheets:sheet:m/S#rows=6-9,columns=1-2'] })).toEqual(new Map());
  const name = 'sheets:sheet:m/S#rows=4-5,columns=2-3';
  expect((await take({ ...third, names: [name] })).get(third.runId)).toMatchObject({ taskId: first.taskId });
  await end(first);
  expect(await take({ ...third, names: [name] })).toEqual(new Map());
  await Promise.all([end(second), end(third)]);
});
