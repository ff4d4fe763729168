import type { Priority } from '@countersign/shared';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLaneAdmission } from './lane-admission.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const her = { id: 'her', tenantId: 'tenant' };
const him = { id: 'him', tenantId: 'tenant' };

/** What the record would say: nothing that was let in waits there before `waiting` is set. */
const aLane = ({ waitingSteps = 10, highPerMinute = 3 } = {}) => {
  const record = { waiting: 0, counts: 0 };
  const admit = createLaneAdmission(
    {
      async countWaiting(submitter) {
        record.counts += 1;
        return submitter.id === her.id ? record.waiting : 0;
      },
    },
    () => ({ waitingSteps, highPerMinute }),
  );
  const letsIn = async (count: number, lane: Priority = 'NORMAL', who = her): Promise<number> =>
    (await Promise.all(Array.from({ length: count }, () => admit(who, lane, 1)))).filter((no) => !no).length;
  return { record, admit, letsIn };
};

test('so much of one submitter waits in a lane, and no more; others and other lanes have their own room', async () => {
  const { record, admit, letsIn } = aLane();
  expect(await letsIn(25)).toBe(10);
  expect(await admit(her, 'NORMAL', 1)).toMatchObject({
    code: 'RATE_LIMIT_EXCEEDED',
    retriable: true,
    retryAfterMs: 5_000,
  });
  expect(await letsIn(25, 'LOW')).toBe(10);
  expect(await letsIn(25, 'NORMAL', him)).toBe(10);

  record.waiting = 4;
  vi.advanceTimersByTime(1_100);
  expect(await letsIn(25)).toBe(6);
});

test('a task of more steps than there is room for does not come in, and takes nothing away', async () => {
  const { admit, letsIn } = aLane();
  expect(await admit(her, 'NORMAL', 11)).not.toBeNull();
  expect(await letsIn(25)).toBe(10);
});

test('it counts once in a second, however much comes', async () => {
  const { record, letsIn } = aLane({ waitingSteps: 1_000 });
  await letsIn(500);
  await letsIn(400);
  expect(record.counts).toBe(1);
});

test('HIGH is limited by the minute', async () => {
  const { admit, letsIn } = aLane();
  expect(await letsIn(5, 'HIGH')).toBe(3);
  expect(await letsIn(5, 'HIGH', him)).toBe(3);
  expect(await admit(her, 'HIGH', 1)).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', retryAfterMs: 60_000 });
  vi.advanceTimersByTime(60_000);
  expect(await letsIn(5, 'HIGH')).toBe(3);
});
