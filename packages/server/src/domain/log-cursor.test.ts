import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorText, generationOf, isOfThisLog, readCursor, type LogGeneration } from './log-cursor.ts';

const seq = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const generation = fc.bigInt({ min: 0n, max: 2n ** 50n });

describe('a cursor', () => {
  it('is a whole number as text, and of the first generation the place itself', () => {
    expect(cursorText({ generation: 0n, seq: 42n })).toBe('42');
    fc.assert(
      fc.property(generation, seq, (g, s) => {
        expect(readCursor(cursorText({ generation: g, seq: s }))).toEqual({ generation: g, seq: s });
      }),
    );
  });

  it('is greater in a later generation, and in the same one farther on', () => {
    const property = fc.property(generation, seq, generation, seq, (g1, s1, g2, s2) => {
      const [a, b] = [
        BigInt(cursorText({ generation: g1, seq: s1 })),
        BigInt(cursorText({ generation: g2, seq: s2 })),
      ];
      expect(a < b).toBe(g1 < g2 || (g1 === g2 && s1 < s2));
    });
    fc.assert(property);
  });

  it.each(['', '-1', '1.5', 'abc', '1e9', ' 1', '9'.repeat(39), '９'])('%j is none', (text) => {
    expect(readCursor(text)).toBeNull();
  });
});

describe('a log that was set back twice', () => {
  const generations: readonly LogGeneration[] = [
    { generation: 0n, afterSeq: -1n },
    { generation: 100n, afterSeq: 50n },
    { generation: 200n, afterSeq: 30n },
  ];
  it.each([
    [0n, 30n, true, 'before both copies'],
    [0n, 31n, false, 'after the second copy was made'],
    [0n, 51n, false, 'after the first copy was made'],
    [100n, 30n, true, 'of the first copy, before the second'],
    [100n, 60n, false, 'of the first copy, lost with it'],
    [200n, 31n, true, 'of now'],
    [200n, 99n, true, 'the newest'],
    [200n, 100n, false, 'from the future'],
    [0n, 100n, false, 'from the future of the past'],
    [300n, 10n, false, 'of a generation to come'],
    [150n, 10n, false, 'of another log'],
  ])('has generation %d, place %d: %s (%s)', (of, place, expected) => {
    expect(isOfThisLog({ generation: of, seq: place }, generations, 100n)).toBe(expected);
  });

  it.each([
    [0n, 0n],
    [30n, 0n],
    [31n, 200n],
    [99n, 200n],
  ])('took place %d in generation %d', (place, expected) => {
    expect(generationOf(place, generations)).toBe(expected);
  });
});
