/**
 * What the list shows while the data under it moves: nothing re-orders under a person, new rows
 * wait to be let in, and a row that is gone stays grey for a moment to say why.
 */
export interface InboxRow {
  readonly id: string;
  readonly status: string;
}

export interface InboxState<Row extends InboxRow> {
  readonly rows: readonly Row[];
  /** Rows that left the data, and when they may leave the screen. */
  readonly leavingUntilMs: ReadonlyMap<string, number>;
  /** Rows that wait to be let in. */
  readonly waiting: readonly Row[];
}

export const lingerMs = 5_000;

export const emptyInbox = { rows: [], leavingUntilMs: new Map<string, number>(), waiting: [] };

const leaving = <Row extends InboxRow>(state: InboxState<Row>, gone: readonly Row[], nowMs: number) => {
  const until = new Map<string, number>();
  for (const { id } of gone) until.set(id, state.leavingUntilMs.get(id) ?? nowMs + lingerMs);
  return until;
};

/** Puts rows that are gone back between the neighbours they had. */
const keepPlaces = <Row extends InboxRow>(
  fresh: readonly Row[],
  gone: readonly Row[],
  shown: readonly Row[],
): Row[] => {
  const result = [...fresh];
  for (const row of gone) {
    const place = shown.findIndex(({ id }) => id === row.id);
    const before = shown.slice(0, place).findLast(({ id }) => result.some((other) => other.id === id));
    const index = before ? result.findIndex(({ id }) => id === before.id) + 1 : 0;
    result.splice(index, 0, row);
  }
  return result;
};

/**
 * The next state for fresh rows, already in their best order. While `isFrozen` the order on screen
 * stands and newcomers wait.
 */
export const nextInbox = <Row extends InboxRow>(
  state: InboxState<Row>,
  fresh: readonly Row[],
  isFrozen: boolean,
  nowMs: number,
): InboxState<Row> => {
  const freshById = new Map(fresh.map((row) => [row.id, row]));
  const gone = state.rows.filter(
    ({ id }) => !freshById.has(id) && (state.leavingUntilMs.get(id) ?? nowMs + lingerMs) > nowMs,
  );
  const leavingUntilMs = leaving(state, gone, nowMs);
  if (!isFrozen) return { rows: keepPlaces(fresh, gone, state.rows), leavingUntilMs, waiting: [] };
  const rows = state.rows.flatMap((row) => {
    const current = freshById.get(row.id);
    if (current) return [current];
    return leavingUntilMs.has(row.id) ? [row] : [];
  });
  const shown = new Set(rows.map(({ id }) => id));
  return { rows, leavingUntilMs, waiting: fresh.filter(({ id }) => !shown.has(id)) };
};

/** The row to move to after `id` is dealt with: the next that is still open, or the one before. */
export const neighbourOf = <Row extends InboxRow>(
  state: Pick<InboxState<Row>, 'rows' | 'leavingUntilMs'>,
  id: string,
): string | null => {
  const place = state.rows.findIndex((row) => row.id === id);
  const isOpen = (row: Row): boolean =>
    row.id !== id && !state.leavingUntilMs.has(row.id) && row.status === 'PENDING';
  const after = state.rows.slice(place + 1).find(isOpen);
  return (after ?? state.rows.slice(0, Math.max(0, place)).findLast(isOpen))?.id ?? null;
};
