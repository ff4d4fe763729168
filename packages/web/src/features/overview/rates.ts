interface Point {
  readonly at: string;
  readonly total: number;
}

/** Minutes that one point stands for. */
export const minutesPerPoint = (points: readonly Point[]): number => {
  const [first, second] = points;
  if (!first || !second) return 1;
  return Math.max(1 / 60, (Date.parse(second.at) - Date.parse(first.at)) / 60_000);
};

/** A rate in as few figures as say something. */
export const formatRate = (rate: number): string => {
  if (rate > 0 && rate < 0.001) return '<0.001';
  return rate.toLocaleString('en', {
    maximumFractionDigits: rate < 0.1 ? 3 : rate < 1 ? 2 : rate < 10 ? 1 : 0,
  });
};

/** Actions per minute at each point. */
export const perMinute = (points: readonly Point[]): number[] => {
  const minutes = minutesPerPoint(points);
  return points.map(({ total }) => total / minutes);
};
