/**
 * What the list shows while the data under it moves: nothing re-orders under a person, new rows
 * wait to be let in, and a row that is gone stays grey for a moment to say why.
 */
export interface SteadyRow {
  readonly id: string;
  readonly status: string;
}

export interface SteadyRows<Row extends SteadyRow> {
  readonly rows: readonly Row[];
  /** Rows that left the data, and when they may leave the screen. */
  readonly leavingUntilMs: ReadonlyMap<string, number>;
  /** Rows that wait to be let in. */
  readonly waiting: readonly Row[];
}

export const lingerMs = 5_000;

export const noRows = { rows: [], leavingUntilMs: new Map<string, number>(), waiting: [] };

const leaving = <Row extends SteadyRow>(state: SteadyRows<Row>, gone: readonly Row[], nowMs: number) => {
  const until = new Map<string, number>();
  for (const { id } of gone) until.set(id, state.leavingUntilMs.get(id) ?? nowMs + lingerMs);
  return until;
};

/** Puts rows that are gone back between the neighbours they had. */
const keepOrder = <Row extends SteadyRow>(
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
 * stands and newcomers wait, but for those below all others: they move nothing.
 */
export const nextRows = <Row extends SteadyRow>(
  state: SteadyRows<Row>,
  fresh: readonly Row[],
  isFrozen: boolean,
  nowMs: number,
): SteadyRows<Row> => {
  const freshById = new Map(fresh.map((row) => [row.id, row]));
  const gone = state.rows.filter(
    ({ id }) => !freshById.has(id) && (state.leavingUntilMs.get(id) ?? nowMs + lingerMs) > nowMs,
  );
  const leavingUntilMs = leaving(state, gone, nowMs);
  if (!isFrozen) return { rows: keepOrder(fresh, gone, state.rows), leavingUntilMs, waiting: [] };
  const rows = state.rows.flatMap((row) => {
    const current = freshById.get(row.id);
    if (current) return [current];
    return leavingUntilMs.has(row.id) ? [row] : [];
  });
  const shown = new Set(rows.map(({ id }) => id));
  const end = fresh.findLastIndex(({ id }) => shown.has(id)) + 1;
  return {
    rows: [...rows, ...fresh.slice(end)],
    leavingUntilMs,
    waiting: fresh.slice(0, end).filter(({ id }) => !shown.has(id)),
  };
};

/** Where a step leads: from a row that is gone, to the one that has its place now, or the one before. */
export const stepFrom = <Row extends { readonly id: string }>(
  rows: readonly Row[],
  from: { readonly id: string | null | undefined; readonly index: number },
  step: number,
): Row | undefined => {
  const index = rows.findIndex(({ id }) => id === from.id);
  const aim = index >= 0 ? index + step : step > 0 ? from.index + step - 1 : from.index + step;
  return rows[Math.min(rows.length - 1, Math.max(0, aim))];
};

/** The row to move to after `id` is dealt with: the next that is still open, or the one before. */
export const neighbourOf = <Row extends SteadyRow>(
  state: Pick<SteadyRows<Row>, 'rows' | 'leavingUntilMs'>,
  id: string,
): string | null => {
  const place = state.rows.findIndex((row) => row.id === id);
  const isOpen = (row: Row): boolean =>
    row.id !== id && !state.leavingUntilMs.has(row.id) && row.status === 'PENDING';
  const after = state.rows.slice(place + 1).find(isOpen);
  return (after ?? state.rows.slice(0, Math.max(0, place)).findLast(isOpen))?.id ?? null;
};
