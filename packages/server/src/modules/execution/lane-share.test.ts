import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLaneShare } from './lane-share.ts';
import { spareSlotsOf, type Comer } from './lane-slots.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const slots = 8;
/** Of one and the same agent. */
const at = (platform: string): Comer => ({ platform, tenantId: 'one', submitterId: 'greedy' });
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
