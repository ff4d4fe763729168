import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSharedRead } from './shared-read.ts';

const after = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms);
};
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a shared read', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('is made once for a thousand callers, and again when it has grown old', async () => {
    let count = 0;
    const read = createSharedRead(() => Promise.resolve(++count), 250);
    const values = await Promise.all(Array.from({ length: 1_000 }, read));
    expect(new Set(values)).toEqual(new Set([1]));
    await after(249);
    expect(await read()).toBe(1);
    await after(2);
    expect(await read()).toBe(2);
  });

  it('that takes long is kept for twenty times as long', async () => {
    let count = 0;
    const read = createSharedRead(async () => {
      await wait(100);
      return ++count;
    }, 250);
    const first = read();
    await after(100);
    expect(await first).toBe(1);
    await after(1_990);
    expect(await read()).toBe(1);
    await after(20);
    const second = read();
    await after(100);
    expect(await second).toBe(2);
  });

  it('is kept no longer than it may be, however long it took', async () => {
    let count = 0;
    const read = createSharedRead(
      async () => {
        await wait(1_000);
        return ++count;
      },
      250,
      500,
    );
    void read();
    await after(1_499);
    expect(await read()).toBe(1);
    await after(2);
    const second = read();
    await after(1_000);
    expect(await second).toBe(2);
  });

  it('that fails fails its callers and is not kept', async () => {
    const answers = [Promise.reject(new Error('not now')), Promise.resolve('here')];
    const read = createSharedRead(() => answers.shift() ?? Promise.resolve('over'), 250);
    const [one, other] = [read(), read()];
    await expect(one).rejects.toThrow('not now');
    await expect(other).rejects.toThrow('not now');
    expect(await read()).toBe('here');
  });
});
