// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createArming } from './arming.ts';

describe('arming', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is armed until something changes, and again 400 ms later', () => {
    const arming = createArming();
    expect(arming.isArmed()).toBe(true);
    arming.disarm();
    vi.advanceTimersByTime(399);
    expect(arming.isArmed()).toBe(false);
    vi.advanceTimersByTime(1);
    expect(arming.isArmed()).toBe(true);
  });

  it('waits from the last change, and a shorter wait never cuts a longer one', () => {
    const arming = createArming();
    arming.disarm(600);
    vi.advanceTimersByTime(100);
    arming.disarm();
    vi.advanceTimersByTime(499);
    expect(arming.isArmed()).toBe(false);
    vi.advanceTimersByTime(1);
    expect(arming.isArmed()).toBe(true);
  });

  it('tells whoever looks when it changes, once each way', () => {
    const arming = createArming();
    const seen: boolean[] = [];
    arming.subscribe(() => seen.push(arming.isArmed()));
    arming.disarm();
    vi.advanceTimersByTime(200);
    arming.disarm();
    vi.advanceTimersByTime(1_000);
    expect(seen).toEqual([false, true]);
  });
});
