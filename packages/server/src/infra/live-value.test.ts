import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLiveValue } from './live-value.ts';
import { createLogger } from './logger.ts';

const everyMs = 500;

/** A value that the test sets, and how often it was read. */
const createSource = (first: number) => {
  const source = { value: first, reads: 0, fails: false };
  const live = createLiveValue({
    name: 'test',
    everyMs,
    isSame: (before: number, next: number) => before === next,
    logger: createLogger({ level: 'silent' }),
    read: () => {
      source.reads += 1;
      return source.fails ? Promise.reject(new Error('gone')) : Promise.resolve(source.value);
    },
  });
  return { source, live };
};

describe('a live value', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('gives the current value at once and then only what is new', async () => {
    const { source, live } = createSource(1);
    const follower = live.follow();
    expect(await follower.next()).toEqual({ done: false, value: 1 });
    const next = follower.next();
    await vi.advanceTimersByTimeAsync(3 * everyMs);
    source.value = 2;
    await vi.advanceTimersByTimeAsync(everyMs);
    expect(await next).toEqual({ done: false, value: 2 });
    expect(source.reads).toBe(5);
    await follower.return?.();
  });

  it('shows a slow follower the latest value and none of those between', async () => {
    const { source, live } = createSource(1);
    const follower = live.follow();
    await follower.next();
    for (const value of [2, 3, 4]) {
      source.value = value;
      await vi.advanceTimersByTimeAsync(everyMs);
    }
    expect(await follower.next()).toEqual({ done: false, value: 4 });
    await follower.return?.();
  });

  it('is read once a round for many followers, and not at all without any', async () => {
    const { source, live } = createSource(1);
    const followers = Array.from({ length: 50 }, () => live.follow());
    await Promise.all(followers.map((follower) => follower.next()));
    source.reads = 0;
    await vi.advanceTimersByTimeAsync(2 * everyMs);
    expect(source.reads).toBe(2);
    for (const follower of followers) await follower.return?.();
    source.reads = 0;
    await vi.advanceTimersByTimeAsync(10 * everyMs);
    expect(source.reads).toBe(0);
  });

  it('goes on after readings that failed', async () => {
    const { source, live } = createSource(1);
    const follower = live.follow();
    await follower.next();
    const next = follower.next();
    source.fails = true;
    await vi.advanceTimersByTimeAsync(2 * everyMs);
    source.fails = false;
    source.value = 2;
    await vi.advanceTimersByTimeAsync(everyMs);
    expect(await next).toEqual({ done: false, value: 2 });
    await follower.return?.();
  });

  it('ends a follower that waits when it returns, and when all is disposed', async () => {
    const { live } = createSource(1);
    const [one, other] = [live.follow(), live.follow()];
    await Promise.all([one.next(), other.next()]);
    const waiting = [one.next(), other.next()];
    await one.return?.();
    expect(await waiting[0]).toEqual({ done: true, value: undefined });
    await live[Symbol.asyncDispose]();
    expect(await waiting[1]).toEqual({ done: true, value: undefined });
    expect(vi.getTimerCount()).toBe(0);
  });
});
