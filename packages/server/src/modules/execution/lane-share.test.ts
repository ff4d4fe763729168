import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLaneShare } from './lane-share.ts';
import { spareSlotsOf, type Comer } from './lane-slots.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const slots = 8;
/** Of one and the same agent. */
const at = (platform: string): Comer => ({ platform, tenantId: 'one', submitterId: 'greedy' });
const setUp = (ofLane = slots) => {
  const calls: { platform: string; limit: number }[] = [];
  let onShelf = 0;
  const share = createLaneShare({
    slots: ofLane,
    callBack: (platform, limit) => {
      calls.push({ platform, limit });
      const count = Math.min(limit, onShelf);
      onShelf -= count;
      return Promise.resolve(count);
    },
  });
  const layAside = async (): Promise<void> => {
    onShelf += 1;
  };
  const fill = (platform: string, count: number): Promise<(Disposable | null)[]> =>
    Promise.all(Array.from({ length: count }, () => share.take(at(platform), false, layAside)));
  return { share, calls, fill, layAside };
};

test('one platform may have all slots of a lane, and others find room beside it', async () => {
  const { share, fill, layAside } = setUp();
  await fill('slow', slots);
  const late = share.take(at('slow'), false, layAside);
  const others = await fill('quick', spareSlotsOf(slots));
  expect(others).not.toContain(null);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await late).toBeNull();
});

test('while slots become free in time, nothing is laid aside', async () => {
  const { share, fill, layAside } = setUp();
  const [first] = await fill('busy', slots);
  const late = share.take(at('busy'), false, layAside);
  await vi.advanceTimersByTimeAsync(100);
  first?.[Symbol.dispose]();
  expect(await late).not.toBeNull();
});

test('behind what was laid aside nobody goes first, and it is called back as slots become free', async () => {
  const { share, calls, fill, layAside } = setUp();
  const held = await fill('slow', slots);
  const late = share.take(at('slow'), false, layAside);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await late).toBeNull();
  expect(await share.take(at('slow'), false, layAside)).toBeNull();
  held.pop()?.[Symbol.dispose]();
  held.pop()?.[Symbol.dispose]();
  await vi.advanceTimersByTimeAsync(0);
  expect(calls).toEqual([
    { platform: 'slow', limit: 1 },
    { platform: 'slow', limit: 1 },
  ]);
  // Room was made for them.
  expect(await share.take(at('slow'), true, layAside)).not.toBeNull();
  expect(await share.take(at('slow'), true, layAside)).not.toBeNull();
  // The shelf is empty by the next call, so who comes now is nobody's successor.
  held.pop()?.[Symbol.dispose]();
  await vi.advanceTimersByTimeAsync(0);
  expect(calls).toHaveLength(3);
  expect(await share.take(at('slow'), false, layAside)).not.toBeNull();
});

test('one slot of many that becomes free is called for soon, and a burst of them by one call', async () => {
  const { share, calls, fill, layAside } = setUp(64);
  const held = await fill('slow', 64);
  const late = Array.from({ length: 9 }, () => share.take(at('slow'), false, layAside));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await Promise.all(late)).toEqual(late.map(() => null));
  held.pop()?.[Symbol.dispose]();
  await vi.advanceTimersByTimeAsync(200);
  expect(calls).toEqual([{ platform: 'slow', limit: 1 }]);
  for (let burst = 0; burst < 4; burst += 1) held.pop()?.[Symbol.dispose]();
  await vi.advanceTimersByTimeAsync(200);
  expect(calls.slice(1)).toEqual([{ platform: 'slow', limit: 4 }]);
});

test('slots that were kept for what went to another process call again', async () => {
  const { share, calls, fill, layAside } = setUp();
  const held = await fill('slow', slots);
  const late = Array.from({ length: 2 }, () => share.take(at('slow'), false, layAside));
  await vi.advanceTimersByTimeAsync(1_000);
  await Promise.all(late);
  held.pop()?.[Symbol.dispose]();
  await vi.advanceTimersByTimeAsync(0);
  // It never comes here.
  expect(calls).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(calls.length).toBeGreaterThan(1);
});

test('platforms with steps laid aside take turns, however many one of them has', async () => {
  const { share, calls, fill, layAside } = setUp();
  const held = await fill('slow', slots);
  const late = ['one', 'one', 'one', 'one', 'other', 'other', 'other', 'other'].map((platform) =>
    share.take(at(platform), false, layAside),
  );
  await vi.advanceTimersByTimeAsync(1_000);
  await Promise.all(late);
  // Two of them have got a spare slot.
  for (let turn = 0; turn < 6; turn += 1) {
    held.pop()?.[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(0);
  }
  const of = (name: string): number => calls.filter(({ platform }) => platform === name).length;
  expect([of('one'), of('other')]).toEqual([2, 2]);
});

test('the first step of another agent goes past what was laid aside, to the same platform too', async () => {
  const { share, fill, layAside } = setUp();
  await fill('slow', slots);
  const late = share.take(at('slow'), false, layAside);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await late).toBeNull();
  const modest = { platform: 'slow', tenantId: 'one', submitterId: 'modest' };
  expect(await share.take(modest, false, layAside)).not.toBeNull();
});

test('who does not wait gets a slot that is free, and never before those whose steps were laid aside', async () => {
  const { share, calls, fill, layAside } = setUp();
  const held = await fill('slow', slots - 1);
  const last = share.takeNow(at('slow'), false);
  expect(last).not.toBeNull();
  expect(share.takeNow(at('slow'), false)).toBeNull();
  const late = share.take(at('slow'), false, layAside);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await late).toBeNull();
  last?.[Symbol.dispose]();
  held.pop()?.[Symbol.dispose]();
  expect(share.takeNow(at('slow'), false)).toBeNull();
  expect(calls).not.toHaveLength(0);
  expect(share.takeNow(at('slow'), true)).not.toBeNull();
});
