import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../../testing/postgres.ts';
import { createRecordedWork } from '../../../testing/recorded-work.ts';
import type { Database } from '../../infra/database.ts';
import { createRunStore, type Dispatch } from './run-store.ts';

const stack = new AsyncDisposableStack();
let database: Database;

beforeAll(async () => {
  database = stack.use(stack.use(await createTestDatabase()).open());
});
afterAll(() => stack.disposeAsync());

test('steps are handed over in the order in which they became ready', async () => {
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
  const handedOver: Dispatch[] = [];
  const count = await runs.relay(1_000, (rows) => {
    handedOver.push(...rows);
    return Promise.resolve();
  });
  expect(count).toBe(steps.length);
  expect(handedOver.map(({ stepId }) => stepId)).toEqual(inAnyOrder.map(({ id }) => id));
});
