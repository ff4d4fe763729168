/** How often actions were done, over a span. */
export interface ActionCounts {
  readonly total: number;
  readonly since: Date;
  readonly until: Date;
  readonly mostFrequentType: string | null;
  readonly mostFrequentPlatform: string | null;
  /** By the hour of the day, UTC; an hour without any is left out. */
  readonly hours: readonly { readonly hour: number; readonly count: number }[];
}

export interface ActionPatterns {
  readonly mostFrequentType: string | null;
  readonly mostFrequentPlatform: string | null;
  /** Hours of the day, UTC, in their order: the three busiest at most. */
  readonly peakHours: readonly number[];
  readonly averagePerDay: number;
}

const dayMs = 24 * 60 * 60 * 1_000;
const peaks = 3;

/** What is usual in it. Of less than a day, the day's average is what there was. */
export const patternsOf = (counts: ActionCounts): ActionPatterns => {
  const days = Math.max(1, (counts.until.getTime() - counts.since.getTime()) / dayMs);
  return {
    mostFrequentType: counts.mostFrequentType,
    mostFrequentPlatform: counts.mostFrequentPlatform,
    peakHours: counts.hours
      .toSorted((one, other) => other.count - one.count || one.hour - other.hour)
      .slice(0, peaks)
      .map(({ hour }) => hour)
      .toSorted((one, other) => one - other),
    averagePerDay: counts.total / days,
  };
};
