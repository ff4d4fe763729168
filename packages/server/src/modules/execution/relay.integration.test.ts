import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../../testing/postgres.ts';
import { createRecordedWork } from '../../../testing/recorded-work.ts';
import type { Database } from '../../infra/database.ts';
import { createRunStore } from '../../record/run-store.ts';

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
  const taken = await runs.takeDue(1_000);
  expect(taken.map(({ stepId }) => stepId)).toEqual(inAnyOrder.map(({ id }) => id));
  await runs.putBack(taken);
  expect(await runs.takeDue(1_000)).toEqual(taken);
});
