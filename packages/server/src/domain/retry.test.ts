import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  askAgainMs,
  defaultRetryPolicy,
  longestPlatformWaitMs,
  postponementMs,
  retryDelayMs,
  type RetryPolicy,
} from './retry.ts';

/** The greatest number below 1 that a random source gives. */
const almostOne = 1 - 2 ** -53;
const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const anyPolicy: fc.Arbitrary<RetryPolicy> = fc.record({
  maxRetries: fc.integer({ min: 0, max: 10 }),
  initialDelayMs: fc.integer({ min: 0, max: 600_000 }),
  backoffMultiplier: fc.double({ min: 1, max: 10, noNaN: true }),
  maxDelayMs: fc.integer({ min: 0, max: 3_600_000 }),
});

describe('the wait before another attempt', () => {
  it.each<[failedAttempt: number, random: number, delayMs: number]>([
    [1, 0, 0],
    [1, 0.5, 500],
    [1, almostOne, 999],
    [2, 0, 0],
    [2, 0.5, 1_000],
    [2, almostOne, 1_999],
    [3, 0.25, 1_000],
    [4, 0.5, 4_000],
    [5, 0.5, 8_000],
    [6, 0.5, 15_000],
    [6, almostOne, 29_999],
    [60, 0.5, 15_000],
    [1_100, 0.5, 15_000],
  ])('after attempt %i at %d of the jitter is %i ms by default', (failedAttempt, random, delayMs) => {
    expect(retryDelayMs(defaultRetryPolicy, failedAttempt, random)).toBe(delayMs);
  });

  it.each<[title: string, askedMs: number, delayMs: number]>([
    ['nothing', 0, 500],
    ['less than ours', 200, 500],
    ['more than ours', 7_000, 7_000],
    ['more than our ceiling', 120_000, 120_000],
    ['a day', 86_400_000, 86_400_000],
    ['thirty years', 999_999_999_000, longestPlatformWaitMs],
    ['for ever', Infinity, longestPlatformWaitMs],
    ['a time that is over', -5_000, 500],
    ['no number', NaN, 500],
    ['a fraction', 700.2, 701],
  ])('where the platform asks for %s', (_title, askedMs, delayMs) => {
    expect(retryDelayMs(defaultRetryPolicy, 1, 0.5, askedMs)).toBe(delayMs);
  });

  it('lies between nothing and the ceiling, which never shrinks and never passes the highest', () => {
    const property = fc.property(
      anyPolicy,
      fc.integer({ min: 1, max: 2_000 }),
      anyRandom,
      (policy, attempt, random) => {
        const delayMs = retryDelayMs(policy, attempt, random);
        const ceiling = Math.min(
          policy.maxDelayMs,
          policy.initialDelayMs * policy.backoffMultiplier ** (attempt - 1),
        );
        expect(Number.isInteger(delayMs)).toBe(true);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(Number.isNaN(ceiling) ? 0 : ceiling);
        expect(retryDelayMs(policy, attempt + 1, random)).toBeGreaterThanOrEqual(delayMs);
      },
    );
    fc.assert(property);
  });

  it('is never shorter than the platform asked, within a day, and always gives a time', () => {
    const anyAsked = fc.oneof(fc.double({ min: 0, max: 1e13 }), fc.constantFrom(NaN, Infinity, -Infinity));
    const property = fc.property(
      anyPolicy,
      fc.integer({ min: 1, max: 12 }),
      anyRandom,
      anyAsked,
      (policy, attempt, random, askedMs) => {
        const delayMs = retryDelayMs(policy, attempt, random, askedMs);
        if (askedMs <= longestPlatformWaitMs) expect(delayMs).toBeGreaterThanOrEqual(askedMs);
        expect(delayMs).toBeLessThanOrEqual(longestPlatformWaitMs);
        expect(new Date(Date.now() + delayMs).getTime()).not.toBeNaN();
      },
    );
    fc.assert(property);
  });

  it('is spread over the whole range', () => {
    const delays = fc
      .sample(anyRandom, { numRuns: 400, seed: 7 })
      .map((random) => retryDelayMs(defaultRetryPolicy, 3, random));
    expect(Math.min(...delays)).toBeLessThan(400);
    expect(Math.max(...delays)).toBeGreaterThan(3_600);
  });
});

describe('the wait of a step that was put off', () => {
  it.each<[title: string, random: number, askedMs: number | undefined, delayMs: number]>([
    ['is what our guard asked for', 0.5, 100, 100],
    ['is what our guard asked for, in whole milliseconds', 0.5, 29_999.2, 30_000],
    ['is a day at most', 0.5, Infinity, longestPlatformWaitMs],
    ['is that of a first attempt where nothing was asked', 0.5, undefined, 500],
    ['is that of a first attempt where nothing sensible was asked', 0.5, NaN, 500],
    ['is never over at once', 0, undefined, 250],
  ])('%s', (_title, random, askedMs, delayMs) => {
    expect(postponementMs(defaultRetryPolicy, random, askedMs)).toBe(delayMs);
  });

  it('is there even where a plan wants none between its attempts', () => {
    const hasty = { ...defaultRetryPolicy, initialDelayMs: 0, maxDelayMs: 0 };
    expect(postponementMs(hasty, 0.9)).toBe(250);
  });
});

describe('the wait until somebody who gave no answer is asked again', () => {
  it.each<[waitedMs: number, random: number, delayMs: number]>([
    [0, 0, 500],
    [-5_000, 0.5, 750],
    [400, 0.999, 999],
    [4_000, 0.5, 3_000],
    [30_000, 0, 15_000],
    [86_400_000, 0.999, 29_985],
  ])('after %i ms at %d of the jitter is %i ms', (waitedMs, random, delayMs) => {
    expect(askAgainMs(waitedMs, random)).toBe(delayMs);
  });
});
