// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { noRows, lingerMs, neighbourOf, nextRows, stepFrom, type SteadyRows } from './steady-rows.ts';

interface Row {
  readonly id: string;
  readonly status: string;
}
const rows = (ids: string): Row[] => ids.split(' ').map((id) => ({ id, status: 'PENDING' }));
const start = (ids: string): SteadyRows<Row> => nextRows<Row>(noRows, rows(ids), false, 0);
const shown = (state: SteadyRows<Row>): string => state.rows.map(({ id }) => id).join('');

describe('nextRows', () => {
  it('shows fresh rows in their order while nobody is in the list', () => {
    expect(shown(nextRows(start('a b c'), rows('c a b'), false, 1))).toBe('cab');
  });

  it('keeps the order and lets nobody in while someone is', () => {
    const state = nextRows(start('a b c'), rows('x c a b'), true, 1);
    expect(shown(state)).toBe('abc');
    expect(state.waiting.map(({ id }) => id)).toEqual(['x']);
    expect(shown(nextRows(state, rows('x c a b'), false, 2))).toBe('xcab');
  });

  it('lets in below what was loaded on demand, also while someone is in the list', () => {
    const state = nextRows(start('a b c'), rows('x a b c d e'), true, 1);
    expect(shown(state)).toBe('abcde');
    expect(state.waiting.map(({ id }) => id)).toEqual(['x']);
  });

  it('still brings news of the rows that are shown', () => {
    const fresh = [{ id: 'a', status: 'APPROVED' }, ...rows('b')];
    expect(nextRows(start('a b'), fresh, true, 1).rows[0]).toEqual({ id: 'a', status: 'APPROVED' });
  });

  it('keeps a row that is gone in its place for a while, then lets it go', () => {
    const gone = nextRows(start('a b c'), rows('a c'), false, 100);
    expect(shown(gone)).toBe('abc');
    expect(gone.leavingUntilMs.get('b')).toBe(100 + lingerMs);
    expect(shown(nextRows(gone, rows('a c'), true, 100 + lingerMs - 1))).toBe('abc');
    expect(shown(nextRows(gone, rows('a c'), false, 100 + lingerMs))).toBe('ac');
  });

  it('takes a row back that returns before it left', () => {
    const gone = nextRows(start('a b'), rows('a'), false, 0);
    const back = nextRows(gone, rows('a b'), false, 10);
    expect(back.leavingUntilMs.size).toBe(0);
    expect(shown(back)).toBe('ab');
  });
});

describe('stepFrom', () => {
  const to = (from: string | null, index: number, step: number) =>
    stepFrom(rows('a b c d'), { id: from, index }, step)?.id ?? '';

  it('goes on from the row, and stops at either end', () => {
    expect([to('b', 1, 1), to('b', 1, -1), to('a', 0, -1), to('d', 3, 1)]).toEqual(['c', 'a', 'a', 'd']);
    expect([to('b', 1, -4), to('b', 1, 4)]).toEqual(['a', 'd']);
  });

  it('goes on from the place of a row that is gone', () => {
    expect([to('gone', 2, 1), to('gone', 2, -1), to('gone', 9, 1), to('gone', 0, -1)]).toEqual([
      'c',
      'b',
      'd',
      'a',
    ]);
  });

  it('begins at the top', () => {
    expect([to(null, 0, 1), to(null, 0, -1)]).toEqual(['a', 'a']);
    expect(stepFrom<Row>([], { id: null, index: 0 }, 1)).toBeUndefined();
  });
});

describe('neighbourOf', () => {
  it('is the next open row, or the one before at the end', () => {
    const state = start('a b c');
    expect(neighbourOf(state, 'a')).toBe('b');
    expect(neighbourOf(state, 'c')).toBe('b');
  });

  it('passes over rows that are leaving or decided', () => {
    const state: SteadyRows<Row> = {
      rows: [...rows('a b'), { id: 'c', status: 'REJECTED' }, ...rows('d')],
      leavingUntilMs: new Map([['b', 1]]),
      waiting: [],
    };
    expect(neighbourOf(state, 'a')).toBe('d');
  });

  it('is nothing when nothing is left', () => {
    expect(neighbourOf(start('a'), 'a')).toBeNull();
  });
});
