import { expect, test } from 'vitest';
import { createTestDatabase } from '../../testing/postgres.ts';
import { createRateLimits, defaultRateLimits } from '../doors/http/rate-limits.ts';
import { createRateCountStore } from './rate-count-store.ts';

test('two processes that tell each other allow one limit between them, and no more than they said', async () => {
  await using testDatabase = await createTestDatabase();
  await using database = testDatabase.open();
  const store = createRateCountStore(database);
  const config = { ...defaultRateLimits, caller: { limit: 100, windowMs: 60_000 } };
  const [one, other] = [createRateLimits(config), createRateLimits(config)];
  const ann = { id: 'ann', tenantId: 'acme' };
  const tell = async (limits: typeof one): Promise<void> => {
    const news = limits.news();
    const told = new Map(news.map(({ key, fresh }) => [key, fresh]));
    limits.adopt((await store.add(news)).map((count) => ({ ...count, told: told.get(count.key) ?? 0 })));
  };
  const left = (limits: typeof one): number | undefined =>
    limits.admit(ann, '10.0.0.1').allowances.find(({ name }) => name === 'caller')?.remaining;

  one.take(ann, '10.0.0.1', 60);
  other.take(ann, '10.0.0.2', 30);
  await Promise.all([tell(one), tell(other)]);
  await Promise.all([one, other].map((limits) => (limits.take(ann, '10.0.0.1', 1), tell(limits))));
  await Promise.all([one, other].map((limits) => (limits.take(ann, '10.0.0.1', 1), tell(limits))));
  expect(left(one)).toBeLessThanOrEqual(6);
  expect(left(other)).toBeLessThanOrEqual(6);

  // A window that has ended begins anew, and is forgotten where nobody counts in it.
  const [ended] = await store.add([{ name: 'caller', key: 'ann', fresh: 1, leftMs: 1 }]);
  expect(ended?.total).toBeGreaterThan(90);
  await database.query(`UPDATE rate_count SET ends_at = now() - interval '1 second'`);
  expect(await store.add([{ name: 'caller', key: 'ann', fresh: 2, leftMs: 500 }])).toMatchObject([
    { total: 2 },
  ]);
  await store.forgetEnded();
  expect(await database.query('SELECT key FROM rate_count')).toEqual([{ key: 'ann' }]);
});
