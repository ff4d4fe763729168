// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { createCoalescer } from './coalesce.ts';

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
