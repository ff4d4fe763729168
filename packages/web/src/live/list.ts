/**
 * A list that is read page by page from the server, which sorts it, and kept new by asking about single
 * subjects. Pure: what to ask and when is `use-live-list`.
 */
export interface ListPage<Row> {
  readonly rows: readonly Row[];
  readonly totalCount: number;
  /** The cursor after it; null where nothing follows. */
  readonly end: string | null;
}

export interface LiveList<Row> {
  /** Which list: another filter makes another. */
  readonly key: string;
  /** Without a gap from the list's top, in the server's order. */
  readonly rows: readonly Row[];
  /** As the server counts, also what is not loaded. */
  readonly totalCount: number;
  readonly end: string | null;
  /** The row that `end` comes after, as it was then: it may have moved or gone since, and the cursor stays. */
  readonly endRow: Row | null;
  /** The cursors of the pages so far, each with the row that it comes after. */
  readonly cuts: readonly { readonly row: Row; readonly cursor: string }[];
  /** Rows that were kept over a new start and have not been asked about since. */
  readonly unchecked: readonly string[];
  /** When the order was taken: part of it may depend on the time. */
  readonly asOfMs: number;
}

export interface ListRules<Row> {
  /** What news is about, and what the server is asked about. */
  readonly subjectOf: (row: Row) => string;
  readonly compare: (a: Row, b: Row, asOfMs: number) => number;
}

interface WithId {
  readonly id: string;
}

const cutAfter = <Row extends WithId>({ rows, end }: ListPage<Row>) => {
  const last = rows.at(-1);
  return last && end !== null ? [{ row: last, cursor: end }] : [];
};

export const startList = <Row extends WithId>(
  key: string,
  page: ListPage<Row>,
  asOfMs: number,
): LiveList<Row> => ({
  ...page,
  key,
  endRow: page.rows.at(-1) ?? null,
  cuts: cutAfter(page),
  unchecked: [],
  asOfMs,
});

export const appendPage = <Row extends WithId>(
  list: LiveList<Row>,
  page: ListPage<Row>,
  { compare }: ListRules<Row>,
): LiveList<Row> => {
  const incoming = new Set(page.rows.map(({ id }) => id));
  const rows = [...list.rows.filter(({ id }) => !incoming.has(id)), ...page.rows];
  return {
    ...list,
    rows: rows.toSorted((a, b) => compare(a, b, list.asOfMs)),
    totalCount: page.totalCount,
    end: page.end,
    endRow: page.rows.at(-1) ?? list.endRow,
    cuts: [...list.cuts, ...cutAfter(page)],
  };
};

/**
 * A new start while a person is `depth` rows down: the first page is new, the pages down to where they are stay
 * until they have been asked about, and what lies below is let go.
 */
export const restartList = <Row extends WithId>(
  list: LiveList<Row>,
  page: ListPage<Row>,
  depth: number,
  { compare }: ListRules<Row>,
  asOfMs: number,
): LiveList<Row> => {
  const start = startList(list.key, page, asOfMs);
  const last = page.rows.at(-1);
  if (!last || page.end === null || depth < page.rows.length) return start;
  const places = new Map(list.rows.map(({ id }, index) => [id, index]));
  const cut = list.cuts.find(({ row }) => (places.get(row.id) ?? -1) >= depth);
  const reach = cut ? (places.get(cut.row.id) ?? 0) + 1 : list.rows.length;
  const fresh = new Set(page.rows.map(({ id }) => id));
  const kept = list.rows
    .slice(0, reach)
    .filter((row) => !fresh.has(row.id) && compare(row, last, asOfMs) > 0);
  if (kept.length === 0) return start;
  const until = cut ? list.cuts.indexOf(cut) + 1 : list.cuts.length;
  return {
    ...start,
    rows: [...page.rows, ...kept.toSorted((a, b) => compare(a, b, asOfMs))],
    end: cut ? cut.cursor : list.end,
    endRow: cut ? cut.row : list.endRow,
    cuts: [...start.cuts, ...list.cuts.slice(1, until)],
    unchecked: kept.map(({ id }) => id),
  };
};

/** Puts in what the server answers about `subjects`: what it names comes or changes, what it leaves out goes. */
export const reconcileList = <Row extends WithId>(
  list: LiveList<Row>,
  subjects: ReadonlySet<string>,
  answer: Pick<ListPage<Row>, 'rows' | 'totalCount'>,
  { subjectOf, compare }: ListRules<Row>,
): LiveList<Row> => {
  const order = (a: Row, b: Row): number => compare(a, b, list.asOfMs);
  const { end, endRow } = list;
  // What belongs below the cursor comes with its page.
  const isWithin = (row: Row): boolean => end === null || (endRow !== null && order(row, endRow) <= 0);
  const others = list.rows.filter((row) => !subjects.has(subjectOf(row)));
  const rows = [...others, ...answer.rows.filter(isWithin)].toSorted(order);
  const gone = new Set(list.rows.filter((row) => subjects.has(subjectOf(row))).map(({ id }) => id));
  return {
    ...list,
    rows,
    totalCount: answer.totalCount,
    unchecked: list.unchecked.filter((id) => !gone.has(id)),
  };
};
