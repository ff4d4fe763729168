import { binWidth } from './step-figures.ts';

/** From the start of the window's first point to the moment of reading, by the database's clock. */
export interface Span {
  readonly since: Date;
  readonly until: Date;
}

/** Steps that ended, of all points and platforms, of one point, or of one platform. */
export interface EndedSteps {
  readonly total: number;
  readonly succeeded: number;
  readonly averageExecutionMs: number | null;
  readonly p95ExecutionMs: number | null;
  readonly averageQueueMs: number | null;
  readonly retryRate: number | null;
  /** Of all that ended, those in whose place their fallback ran. */
  readonly fallbackRate: number | null;
}

export interface StepFigures {
  readonly span: Span;
  readonly overall: EndedSteps;
  readonly byPoint: readonly (EndedSteps & { readonly at: Date })[];
  readonly byPlatform: readonly (EndedSteps & { readonly platform: string })[];
}

/** Steps that ended in one stretch of time, on one platform, or on all under the platform ''. */
export interface SummedRow {
  readonly at: Date;
  readonly platform: string;
  readonly total: number;
  readonly succeeded: number;
  readonly retried: number;
  readonly replaced: number;
  readonly executions: number;
  readonly executionUs: bigint;
  readonly queues: number;
  readonly queueUs: bigint;
  /** How many took how long. */
  readonly bins: Readonly<Record<string, number>>;
}

type Figures = Pick<StepFigures, 'overall' | 'byPoint' | 'byPlatform'>;

/** Of rows of a window: of all platforms where `platform` is null, and otherwise of that one. */
export const mergeFigures = (rows: readonly SummedRow[], platform: string | null): Figures => {
  const all = rows.filter((row) => row.platform === (platform ?? ''));
  const apart = rows.filter((row) => row.platform !== '');
  return {
    overall: endedOf(all),
    byPoint: groupsOf(all, ({ at }) => at.getTime()).map(([at, group]) => ({
      at: new Date(at),
      ...endedOf(group),
    })),
    byPlatform: groupsOf(apart, (row) => row.platform)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, group]) => ({ platform: name, ...endedOf(group) })),
  };
};

const groupsOf = <Key>(
  rows: readonly SummedRow[],
  keyOf: (row: SummedRow) => Key,
): [Key, readonly SummedRow[]][] => [...Map.groupBy(rows, keyOf)];

const endedOf = (rows: readonly SummedRow[]): EndedSteps => {
  const sum = (of: (row: SummedRow) => number | bigint): number =>
    rows.reduce((before, row) => before + Number(of(row)), 0);
  const total = sum((row) => row.total);
  const share = (part: number): number | null => (total === 0 ? null : part / total);
  const mean = (us: number, count: number): number | null => (count === 0 ? null : us / 1_000 / count);
  return {
    total,
    succeeded: sum((row) => row.succeeded),
    averageExecutionMs: mean(
      sum((row) => row.executionUs),
      sum((row) => row.executions),
    ),
    p95ExecutionMs: percentileOf(rows, 0.95),
    averageQueueMs: mean(
      sum((row) => row.queueUs),
      sum((row) => row.queues),
    ),
    retryRate: share(sum((row) => row.retried)),
    fallbackRate: share(sum((row) => row.replaced)),
  };
};

/** The middle of the bin in which it lies: within three of a hundred of it. */
const percentileOf = (rows: readonly SummedRow[], share: number): number | null => {
  const counts = new Map<number, number>();
  for (const { bins } of rows)
    for (const [bin, count] of Object.entries(bins))
      counts.set(Number(bin), (counts.get(Number(bin)) ?? 0) + count);
  const sorted = [...counts].toSorted(([one], [other]) => one - other);
  const place = share * (sorted.reduce((before, [, count]) => before + count, 0) - 1);
  let passed = 0;
  for (const [bin, count] of sorted) {
    passed += count;
    if (passed > place) return Math.exp((bin + 0.5) * binWidth);
  }
  return null;
};
