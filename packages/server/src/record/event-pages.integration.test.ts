import { anEvent } from '../../testing/events.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../testing/postgres.ts';
import { until } from '../../testing/until.ts';
import type { Database, Transaction } from '../infra/database.ts';
import { newId } from '../infra/ids.ts';
import { appendEvents, readEventPage } from './event-store.ts';
import { wholeTenant } from '../domain/sight.ts';

const stack = new AsyncDisposableStack();
let database: Database;
let elsewhere: Database;

beforeAll(async () => {
  database = stack.use(stack.use(await createTestDatabase()).open());
  elsewhere = stack.use(stack.use(await createTestDatabase()).open());
});
afterAll(() => stack.disposeAsync());

const appendIn = (tx: Transaction, tenantId: string, summary: string): void => {
  appendEvents(tx, [anEvent(tenantId, { summary })]);
};
const append = (tenantId: string, summary: string): Promise<void> =>
  database.transaction((tx) => {
    appendIn(tx, tenantId, summary);
  });

const summaries = async (tenantId: string, newestFirst: boolean): Promise<string[]> =>
  (await readEventPage(database, { sight: wholeTenant(tenantId), newestFirst, limit: 10 })).map(
    ({ summary }) => summary,
  );

const becomes = (tenantId: string, newestFirst: boolean, expected: readonly string[]): Promise<true> =>
  until(
    async () => String(await summaries(tenantId, newestFirst)) === String(expected) || undefined,
    async () => `the page shows ${String(await summaries(tenantId, newestFirst))}`,
  );

/** A transaction that stays open after its work, until the function that this gives is called. */
const keepOpen = async (
  where: Database,
  work: (tx: Transaction) => unknown,
): Promise<() => Promise<void>> => {
  const [worked, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const transaction = where.transaction(async (tx) => {
    await work(tx);
    await tx.query('SELECT');
    worked.resolve();
    await over.promise;
  });
  await Promise.race([worked.promise, transaction]);
  return () => {
    over.resolve();
    return transaction;
  };
};

test('whoever reads onwards waits for an older transaction, and then meets its events in their place', async () => {
  const tenantId = newId();
  await append(tenantId, 'first');
  await becomes(tenantId, false, ['first']);
  const end = await keepOpen(database, (tx) => {
    appendIn(tx, tenantId, 'slow');
  });
  await append(tenantId, 'quick');
  expect(await summaries(tenantId, false)).toEqual(['first']);
  expect(await summaries(tenantId, true)).toEqual(['quick', 'first']);
  await end();
  await becomes(tenantId, false, ['first', 'slow', 'quick']);
  expect(await summaries(tenantId, true)).toEqual(['quick', 'slow', 'first']);
});

test('whoever reads back from the newest sees what is committed, whatever another database is busy with', async () => {
  const tenantId = newId();
  const end = await keepOpen(elsewhere, (tx) => tx.query('SELECT pg_current_xact_id()'));
  await append(tenantId, 'first');
  expect(await summaries(tenantId, true)).toEqual(['first']);
  expect(await summaries(tenantId, false)).toEqual([]);
  await end();
  await becomes(tenantId, false, ['first']);
});
