import { afterEach, expect, test, vi } from 'vitest';
import { createTestDatabase } from '../../testing/postgres.ts';
import { createDatabaseClock } from './database-clock.ts';
import type { Database } from './database.ts';
import { createLogger } from './logger.ts';

const logger = createLogger({ level: 'silent' });
afterEach(() => vi.useRealTimers());

const timeOf = async (database: Database): Promise<number> => {
  const [row] = await database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return row?.now.getTime() ?? NaN;
};

test.each([0, -7_200_000, 7_200_000])(
  'tells the time of the database, whatever this machine thinks (%i ms off)',
  async (offMs) => {
    await using database = await createTestDatabase();
    await using db = database.open();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offMs });
    await using clock = await createDatabaseClock(db, logger);
    for (let round = 0; round < 20; round += 1) {
      const before = await timeOf(db);
      const told = clock.now().getTime();
      const after = await timeOf(db);
      expect(told).toBeLessThanOrEqual(after);
      expect(before - told).toBeLessThan(1_000);
      vi.setSystemTime(Date.now() + 3_600_000);
    }
  },
);

test('goes on by itself', async () => {
  await using database = await createTestDatabase();
  await using db = database.open();
  await using clock = await createDatabaseClock(db, logger);
  const start = clock.now().getTime();
  await vi.waitFor(
    () => {
      expect(clock.now().getTime()).toBeGreaterThan(start + 20);
    },
    { timeout: 20_000 },
  );
});
