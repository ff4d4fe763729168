import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../../testing/postgres.ts';
import { createRecordedWork } from '../../../testing/recorded-work.ts';
import type { Database } from '../../infra/database.ts';
import { newId } from '../../infra/ids.ts';
import { createRunStore } from '../../record/run-store.ts';
import { jobId } from './relay.ts';

const stack = new AsyncDisposableStack();
let database: Database;

beforeAll(async () => {
  database = stack.use(stack.use(await createTestDatabase()).open());
});
afterAll(() => stack.disposeAsync());

test('steps are handed over in the order in which they became ready, also where the queue did not take them at first', async () => {
  const work = createRecordedWork(database);
  const runs = createRunStore(database);
  const task = await work.task(await work.tenant());
  const steps = await work.steps(
    task,
    Array.from({ length: 200 }, () => ({ state: 'READY' as const, dispatchEpoch: 1 })),
  );
  const inAnyOrder = steps.toSorted((a, b) => a.id.slice(-6).localeCompare(b.id.slice(-6)));
  await database.transaction((tx) => {
    runs.dispatch(tx, inAnyOrder);
  });
  const taken = await runs.takeDue([{ lane: task.priority, room: 1_000 }]);
  expect(taken.map(({ stepId }) => stepId)).toEqual(inAnyOrder.map(({ id }) => id));
  await runs.putBack(taken);
  expect(await runs.takeDue([{ lane: task.priority, room: 1_000 }])).toEqual(taken);
});

test('of a lane everybody gets a share: tenants first, and within a tenant those who submitted', async () => {
  const work = createRecordedWork(database);
  const runs = createRunStore(database);
  const [crowded, other] = [await work.tenant(), await work.tenant()];
  const queues = async (tenantId: string, count: number): Promise<string> => {
    const submittedById = newId();
    const task = await work.task(tenantId, { submittedById, priority: 'LOW' });
    const steps = await work.steps(
      task,
      Array.from({ length: count }, () => ({ state: 'READY' as const, dispatchEpoch: 1 })),
    );
    await database.transaction((tx) => {
      runs.dispatch(tx, steps);
    });
    return submittedById;
  };
  const greedy = await queues(crowded, 150);
  const modest = await queues(crowded, 3);
  const late = await queues(other, 40);
  const seen: string[] = [];
  const counts = (): number[] =>
    [greedy, modest, late].map((id) => seen.filter((submitter) => submitter === id).length);
  const take = async (room: number): Promise<number> => {
    const taken = await runs.takeDue([
      { lane: 'LOW', room },
      { lane: 'CRITICAL', room },
    ]);
    seen.push(...taken.map(({ submitterId }) => submitterId));
    return taken.length;
  };
  await take(12);
  expect(counts()).toEqual([3, 3, 6]);
  await take(20);
  expect(counts()).toEqual([13, 3, 16]);
  while ((await take(64)) > 0);
  expect(counts()).toEqual([150, 3, 40]);
});

test('what is laid aside comes back as a job of another name, since the one before may still be in its slot', async () => {
  const work = createRecordedWork(database);
  const runs = createRunStore(database);
  const task = await work.task(await work.tenant(), { priority: 'HIGH' });
  const steps = await work.steps(task, [{ state: 'READY', dispatchEpoch: 1 }]);
  await database.transaction((tx) => {
    runs.dispatch(tx, steps);
  });
  const take = () => runs.takeDue([{ lane: 'HIGH', room: 10 }]);
  const callBack = () => runs.callBack('HIGH', steps[0]?.platform ?? '', 10);
  const names = new Set<string>();
  for (let round = 0; round < 3; round += 1) {
    const [dispatch, ...others] = await take();
    if (!dispatch) throw new Error('Nothing came back.');
    expect(others).toEqual([]);
    names.add(jobId(dispatch));
    expect(await database.transaction((tx) => runs.findDispatched(tx, [dispatch.stepId]))).toMatchObject([
      { dispatchEpoch: dispatch.epoch },
    ]);
    // Whoever is told twice lays it aside once.
    for (let times = 0; times < 2; times += 1) await runs.shelve([{ ...dispatch, comesAfterMs: 600_000 }]);
    expect(await take()).toEqual([]);
    expect(await callBack()).toBe(1);
  }
  expect(names.size).toBe(3);
});
