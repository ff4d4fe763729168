import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { aTask } from '../../testing/domain-samples.ts';
import { createTestDatabase } from '../../testing/postgres.ts';
import type { Plan } from '../domain/plan.ts';
import { createTaskStore } from './task-store.ts';
import { createPlanStore } from './plan-store.ts';
import { wholeTenant } from '../domain/sight.ts';

const megabyte = 1024 * 1024;
const [tenantId, submittedById] = [crypto.randomUUID(), crypto.randomUUID()];

const aPlan = (parts: Partial<Plan> = {}): Plan => ({
  id: crypto.randomUUID(),
  tenantId,
  taskId: crypto.randomUUID(),
  revision: 1,
  hash: 'hash',
  document: '{}',
  presentation: { riskFactors: [], steps: [] },
  summary: 'Send one request',
  risk: 'LOW',
  likeness: '',
  kind: '',
  createdAt: new Date(0),
  ...parts,
});

const shows = (riskFactors: readonly string[]): Partial<Plan> => ({
  presentation: { riskFactors, steps: [] },
});

test.each<[title: string, parts: () => Partial<Plan>, mostAtOnce: number]>([
  ['small ones come all at once', () => ({}), 12],
  ['of large documents few come', () => ({ document: JSON.stringify('x'.repeat(megabyte)) }), 2],
  ['of those that show much few come', () => shows([randomBytes(megabyte / 2).toString('base64')]), 3],
  ['where nobody knows how much they show, few come', () => shows(['x'.repeat(megabyte)]), 4],
])('%s, and one after the other brings them all', async (_, parts, mostAtOnce) => {
  await using database = await createTestDatabase();
  await using db = database.open();
  const store = createPlanStore(db);
  const plans = Array.from({ length: 12 }, () => aPlan(parts()));
  await db.transaction(async (tx) => {
    const tasks = plans.map(({ taskId: id }) => aTask({ id, tenantId, submittedById, idempotencyKey: id }));
    await createTaskStore(db).insertNew(tx, tasks);
    store.insert(tx, plans);
  });

  const sizes: number[] = [];
  const ids: string[] = [];
  while (ids.length < plans.length) {
    const found: Plan[] = await store.findFirst(wholeTenant(tenantId), plans.slice(ids.length));
    expect(found).not.toEqual([]);
    sizes.push(found.length);
    ids.push(...found.map(({ id }) => id));
  }

  expect(ids).toEqual(plans.map(({ id }) => id));
  expect(Math.max(...sizes)).toBe(mostAtOnce);
  expect(await store.findFirst(wholeTenant(crypto.randomUUID()), plans)).toEqual([]);
});
