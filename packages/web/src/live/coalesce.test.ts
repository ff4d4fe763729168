// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCoalescer, nextPaint } from './coalesce.ts';

const setUp = () => {
  const batches: number[][] = [];
  const turns: (() => void)[] = [];
  const coalescer = createCoalescer<number>(
    (batch) => batches.push([...batch]),
    (turn) => {
      turns.push(turn);
      return () => turns.splice(turns.indexOf(turn), 1);
    },
  );
  return { batches, coalescer, turn: () => turns.shift()?.() };
};

describe('the coalescer', () => {
  it('hands the first value on at once and the rest with the next turn', () => {
    const { batches, coalescer, turn } = setUp();
    [1, 2, 3].forEach((value) => coalescer.push(value));
    expect(batches).toEqual([[1]]);
    turn();
    expect(batches).toEqual([[1], [2, 3]]);
  });

  it('is at once again after a turn without values', () => {
    const { batches, coalescer, turn } = setUp();
    coalescer.push(1);
    turn();
    coalescer.push(2);
    expect(batches).toEqual([[1], [2]]);
  });

  it('drops what waits when it is stopped', () => {
    const { batches, coalescer, turn } = setUp();
    coalescer.push(1);
    coalescer.push(2);
    coalescer.stop();
    turn();
    expect(batches).toEqual([[1]]);
  });
});

describe('the next paint', () => {
  let paints: Map<number, () => void>;
  const paint = (): void => {
    for (const [id, frame] of paints) if (paints.delete(id)) frame();
  };
  beforeEach(() => {
    vi.useFakeTimers();
    paints = new Map();
    let last = 0;
    vi.stubGlobal('requestAnimationFrame', (frame: () => void) => paints.set((last += 1), frame) && last);
    vi.stubGlobal('cancelAnimationFrame', (id: number) => paints.delete(id));
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('is one turn, at the frame', () => {
    const turn = vi.fn();
    nextPaint(turn);
    paint();
    vi.advanceTimersByTime(5_000);
    expect(turn).toHaveBeenCalledOnce();
  });

  it('does not hold back what comes while the page is hidden: no frame, and a turn each second', () => {
    const batches: number[][] = [];
    const coalescer = createCoalescer<number>((batch) => batches.push([...batch]), nextPaint);
    [1, 2].forEach((value) => coalescer.push(value));
    vi.advanceTimersByTime(1_000);
    coalescer.push(3);
    vi.advanceTimersByTime(1_000);
    expect(batches).toEqual([[1], [2], [3]]);
  });

  it('can be called off', () => {
    const turn = vi.fn();
    nextPaint(turn)();
    paint();
    vi.advanceTimersByTime(5_000);
    expect(turn).not.toHaveBeenCalled();
  });
});
