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

/** Actions per minute at each point. */
export const perMinute = (points: readonly Point[]): number[] => {
  const minutes = minutesPerPoint(points);
  return points.map(({ total }) => total / minutes);
};
