import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { useIsLate } from './use-is-late.ts';

describe('useIsLate', () => {
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
  });

  it('says so after three seconds without an answer, and no longer once it came', () => {
    vi.useFakeTimers();
    const { result, rerender } = renderHook(({ isGoing }) => useIsLate(isGoing), {
      initialProps: { isGoing: true },
    });
    act(() => void vi.advanceTimersByTime(2_900));
    expect(result.current).toBe(false);
    act(() => void vi.advanceTimersByTime(200));
    expect(result.current).toBe(true);
    rerender({ isGoing: false });
    expect(result.current).toBe(false);
  });
});
