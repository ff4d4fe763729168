// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { emptyInbox, lingerMs, neighbourOf, nextInbox, type InboxState } from './inbox-state.ts';

interface Row {
  readonly id: string;
  readonly status: string;
}
const rows = (ids: string): Row[] => ids.split(' ').map((id) => ({ id, status: 'PENDING' }));
const start = (ids: string): InboxState<Row> => nextInbox<Row>(emptyInbox, rows(ids), false, 0);
const shown = (state: InboxState<Row>): string => state.rows.map(({ id }) => id).join('');

describe('nextInbox', () => {
  it('shows fresh rows in their order while nobody is in the list', () => {
    expect(shown(nextInbox(start('a b c'), rows('c a b'), false, 1))).toBe('cab');
  });

  it('keeps the order and lets nobody in while someone is', () => {
    const state = nextInbox(start('a b c'), rows('x c a b'), true, 1);
    expect(shown(state)).toBe('abc');
    expect(state.waiting.map(({ id }) => id)).toEqual(['x']);
    expect(shown(nextInbox(state, rows('x c a b'), false, 2))).toBe('xcab');
  });

  it('still brings news of the rows that are shown', () => {
    const fresh = [{ id: 'a', status: 'APPROVED' }, ...rows('b')];
    expect(nextInbox(start('a b'), fresh, true, 1).rows[0]).toEqual({ id: 'a', status: 'APPROVED' });
  });

  it('keeps a row that is gone in its place for a while, then lets it go', () => {
    const gone = nextInbox(start('a b c'), rows('a c'), false, 100);
    expect(shown(gone)).toBe('abc');
    expect(gone.leavingUntilMs.get('b')).toBe(100 + lingerMs);
    expect(shown(nextInbox(gone, rows('a c'), true, 100 + lingerMs - 1))).toBe('abc');
    expect(shown(nextInbox(gone, rows('a c'), false, 100 + lingerMs))).toBe('ac');
  });

  it('takes a row back that returns before it left', () => {
    const gone = nextInbox(start('a b'), rows('a'), false, 0);
    const back = nextInbox(gone, rows('a b'), false, 10);
    expect(back.leavingUntilMs.size).toBe(0);
    expect(shown(back)).toBe('ab');
  });
});

describe('neighbourOf', () => {
  it('is the next open row, or the one before at the end', () => {
    const state = start('a b c');
    expect(neighbourOf(state, 'a')).toBe('b');
    expect(neighbourOf(state, 'c')).toBe('b');
  });

  it('passes over rows that are leaving or decided', () => {
    const state: InboxState<Row> = {
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
