// @vitest-environment node
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendPage, reconcileList, restartList, startList, type ListPage, type LiveList } from './list.ts';

interface Row {
  readonly id: string;
  readonly rank: number;
  readonly subject: string;
}
const rules = {
  subjectOf: ({ subject }: Row) => subject,
  compare: (a: Row, b: Row) => a.rank - b.rank || (a.id < b.id ? -1 : Number(a.id > b.id)),
};
const row = (id: string, rank: number): Row => ({ id, rank, subject: `s-${id}` });
const shown = ({ rows }: LiveList<Row>): string => rows.map(({ id }) => id).join('');

/** What a server has: sorted, and paged by the place of the last row. */
const pageOf = (server: readonly Row[], size: number, after: string | null = null): ListPage<Row> => {
  const sorted = server.toSorted(rules.compare);
  const place: Row | null = after === null ? null : (JSON.parse(after) as Row);
  const rest = place ? sorted.filter((each) => rules.compare(each, place) > 0) : sorted;
  const last = rest.slice(0, size).at(-1);
  return {
    rows: rest.slice(0, size),
    totalCount: server.length,
    end: rest.length > size && last ? JSON.stringify(last) : null,
  };
};

describe('a live list', () => {
  const server = 'a b c d e f g h i j'.split(' ').map((id, index) => row(id, index * 10));
  const two = (): LiveList<Row> => {
    const first = startList('k', pageOf(server, 3), 0);
    return appendPage(first, pageOf(server, 3, first.end), rules);
  };

  it('grows below, page by page', () => {
    expect(shown(two())).toBe('abcdef');
    expect(two().totalCount).toBe(10);
  });

  it('takes in what belongs above its end, and leaves the rest to its page', () => {
    const news = [row('x', 15), row('y', 75)];
    const list = reconcileList(two(), new Set(['s-x', 's-y']), { rows: news, totalCount: 12 }, rules);
    expect(shown(list)).toBe('abxcdef');
    expect(list.totalCount).toBe(12);
  });

  it('lets go what the server no longer names, and changes what it does', () => {
    const changed = { ...row('b', 10), rank: 35 };
    const list = reconcileList(two(), new Set(['s-b', 's-c']), { rows: [changed], totalCount: 9 }, rules);
    expect(shown(list)).toBe('adbef');
  });

  it('goes on at its end after the last row of a page is gone', () => {
    const cut = reconcileList(two(), new Set(['s-f']), { rows: [], totalCount: 9 }, rules);
    const rest = server.filter(({ id }) => id !== 'f');
    expect(shown(appendPage(cut, pageOf(rest, 3, cut.end), rules))).toBe('abcdeghi');
  });

  it('starts anew from the top where the first page is in sight', () => {
    const fresh = pageOf([row('x', 1), ...server], 3);
    expect(shown(restartList(two(), fresh, 2, rules, 1))).toBe('axb');
  });

  it('keeps what is on screen further down until it is asked about', () => {
    const fresh = pageOf([row('x', 1), ...server.slice(1)], 3);
    const list = restartList(two(), fresh, 4, rules, 1);
    expect(shown(list)).toBe('xbcdef');
    expect(list.unchecked).toEqual(['d', 'e', 'f']);
    expect(shown(appendPage(list, pageOf(server, 3, list.end), rules))).toBe('xbcdefghi');
    const checked = reconcileList(list, new Set(['s-d', 's-e', 's-f']), { rows: [], totalCount: 8 }, rules);
    expect(checked.unchecked).toEqual([]);
  });
});

const anyRow = fc
  .record({ id: fc.string({ minLength: 1, maxLength: 6 }), rank: fc.nat(9) })
  .map(({ id, rank }) => row(id, rank));
type Act = { kind: 'page' } | { kind: 'put'; row: Row } | { kind: 'remove'; at: number };
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  fc.constant({ kind: 'page' as const }),
  anyRow.map((each) => ({ kind: 'put' as const, row: each })),
  fc.nat(50).map((at) => ({ kind: 'remove' as const, at })),
);

describe('whatever happens on the server while a person reads on', () => {
  it('the list is what a server has from its top, once the end is reached', () => {
    const property = fc.property(
      fc.uniqueArray(anyRow, { selector: ({ id }) => id, maxLength: 40 }),
      fc.array(anyAct, { maxLength: 60 }),
      (start, acts) => {
        let server: readonly Row[] = start;
        let list = startList('k', pageOf(server, 5), 0);
        const tell = (each: Row): void => {
          const rows = server.filter(({ subject }) => subject === each.subject);
          list = reconcileList(list, new Set([each.subject]), { rows, totalCount: server.length }, rules);
        };
        for (const act of acts) {
          if (act.kind === 'page') {
            if (list.end !== null) list = appendPage(list, pageOf(server, 5, list.end), rules);
          } else {
            const each = act.kind === 'put' ? act.row : server[act.at % Math.max(1, server.length)];
            if (!each) continue;
            const others = server.filter(({ id }) => id !== each.id);
            server = act.kind === 'put' ? [...others, each] : others;
            tell(each);
          }
          // What is loaded has no gap: it is the head of what the server has.
          const sorted = server.toSorted(rules.compare).map(({ id }) => id);
          expect(list.rows.map(({ id }) => id)).toEqual(sorted.slice(0, list.rows.length));
          expect(list.totalCount).toBe(server.length);
        }
        while (list.end !== null) list = appendPage(list, pageOf(server, 5, list.end), rules);
        expect(list.rows).toHaveLength(server.length);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });
});
