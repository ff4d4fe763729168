import { expect, test } from 'vitest';
import { createTestDatabase } from '../../testing/postgres.ts';
import { ensureClockReaches, findRestoredAt } from './restored.ts';

test('nothing goes on from a backup before the clock is past it', async () => {
  await using database = await createTestDatabase();
  await using owner = database.open({ as: 'OWNER' });
  const wentOn = async (inMs: number): Promise<Date> => {
    const [row] = await owner.query<{ at: Date }>(
      `INSERT INTO restoration (id, backup_id, taken_at, at)
       VALUES (gen_random_uuid(), gen_random_uuid(), now(), clock_timestamp() + make_interval(secs => $1)) RETURNING at`,
      [inMs / 1_000],
    );
    if (!row) throw new Error('There is no such restoration.');
    return row.at;
  };
  const isPast = async (moment: Date): Promise<boolean> => {
    const [row] = await owner.query<{ isPast: boolean }>(
      'SELECT clock_timestamp() > $1::timestamptz AS "isPast"',
      [moment],
    );
    return row?.isPast ?? false;
  };

  expect(await findRestoredAt(owner)).toBeNull();
  const longAgo = await wentOn(-60_000);
  expect(await findRestoredAt(owner)).toEqual(longAgo);

  // By a little, it is waited for.
  const soon = await wentOn(500);
  expect(await isPast(soon)).toBe(false);
  expect(await findRestoredAt(owner)).toEqual(soon);
  expect(await isPast(soon)).toBe(true);
  await ensureClockReaches(owner, new Date(Date.now() + 1_000));

  const later = await wentOn(3_600_000);
  const words = /is 36\d\d s behind .* set the clock right/;
  await expect(findRestoredAt(owner)).rejects.toThrow(words);
  await expect(ensureClockReaches(owner, later)).rejects.toThrow(words);
});
