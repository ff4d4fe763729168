import { expect, test } from 'vitest';
import { aTask } from '../../testing/domain-samples.ts';
import { createTestDatabase } from '../../testing/postgres.ts';
import { createCellCipher } from '../infra/cell-cipher.ts';
import type { ActionRequest } from '../domain/task.ts';
import { createDispatchQueries } from './dispatch-queries.ts';
import { createTaskStore } from './task-store.ts';

const anAction = (name: string, more: Pick<ActionRequest, 'targets'> = {}): ActionRequest => ({
  name,
  type: 'mock.action',
  params: {},
  dependsOn: [],
  ...more,
});

test('what is still to be planned is counted by its steps, without a look into what is encrypted', async () => {
  await using database = await createTestDatabase();
  await using db = database.open({ cells: createCellCipher([{ name: 'one', hex: '11'.repeat(32) }]) });
  const tasks = createTaskStore(db);
  const [tenantId, submittedById] = [crypto.randomUUID(), crypto.randomUUID()];
  const asking = (actions: readonly ActionRequest[], more = {}) =>
    aTask({
      tenantId,
      submittedById,
      idempotencyKey: crypto.randomUUID(),
      id: crypto.randomUUID(),
      actions,
      ...more,
    });
  const targets = [{ name: 'web-01' }, { name: 'web-02' }, { name: 'web-03' }];
  const grows = asking([anAction('a')]);
  const others = [
    asking([anAction('a', { targets }), anAction('b')]),
    asking([anAction('a')], { mode: 'PLAN' }),
    asking([anAction('a')], { priority: 'HIGH' }),
  ];
  await db.transaction((tx) => tasks.insertNew(tx, [grows, ...others]));

  await using blind = database.open({ cells: createCellCipher([{ name: 'other', hex: '22'.repeat(32) }]) });
  const count = (limit = 100) =>
    createDispatchQueries(blind).countWaiting({ id: submittedById, tenantId }, 'NORMAL', limit);
  expect(await count()).toBe(1 + 3 + 1);
  await db.transaction((tx) => {
    tasks.update(tx, [{ ...grows, actions: [anAction('a', { targets })] }]);
  });
  expect(await count()).toBe(3 + 3 + 1);
});
