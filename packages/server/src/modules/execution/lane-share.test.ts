import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLaneShare, spareSlotsOf } from './lane-share.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const slots = 8;
const setUp = () => {
  const calls: { platform: string; limit: number }[] = [];
  let onShelf = 0;
  const share = createLaneShare({
    slots,
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
    Promise.all(Array.from({ length: count }, () => share.take(platform, false, layAside)));
  return { share, calls, fill, layAside };
};

test('one platform may have all slots of a lane, and others find room beside it', async () => {
  const { share, fill, layAside } = setUp();
  await fill('slow', slots);
  const late = share.take('slow', false, layAside);
  const others = await fill('quick', spareSlotsOf(slots));
  expect(others).not.toContain(null);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await late).toBeNull();
});

test('while slots become free in time, nothing is laid aside', async () => {
  const { share, fill, layAside } = setUp();
  const [first] = await fill('busy', slots);
  const late = share.take('busy', false, layAside);
  await vi.advanceTimersByTimeAsync(100);
  first?.[Symbol.dispose]();
  expect(await late).not.toBeNull();
});

test('behind what was laid aside nobody goes first, and it is called back as slots become free', async () => {
  const { share, calls, fill, layAside } = setUp();
  const held = await fill('slow', slots);
  const late = share.take('slow', false, layAside);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await late).toBeNull();
  expect(await share.take('slow', false, layAside)).toBeNull();
  held.pop()?.[Symbol.dispose]();
  held.pop()?.[Symbol.dispose]();
  await vi.advanceTimersByTimeAsync(0);
  expect(calls).toEqual([
    { platform: 'slow', limit: 1 },
    { platform: 'slow', limit: 1 },
  ]);
  // Room was made for them.
  expect(await share.take('slow', true, layAside)).not.toBeNull();
  expect(await share.take('slow', true, layAside)).not.toBeNull();
  // The shelf is empty by the next call, so who comes now is nobody's successor.
  held.pop()?.[Symbol.dispose]();
  await vi.advanceTimersByTimeAsync(0);
  expect(calls).toHaveLength(3);
  expect(await share.take('slow', false, layAside)).not.toBeNull();
});
