/** Whole milliseconds over the window; null where nothing was called within it. */
export interface LatencySummary {
  readonly recentCalls: number;
  readonly averageResponseMs: number | null;
  readonly p50ResponseMs: number | null;
  readonly p95ResponseMs: number | null;
}

export interface LatencyWindow {
  readonly add: (durationMs: number) => void;
  readonly summary: () => LatencySummary;
}

const maxSamples = 512;
const windowMs = 5 * 60_000;

/** The last 512 calls of the last five minutes; writing costs two array stores. */
export const createLatencyWindow = (now: () => number = Date.now): LatencyWindow => {
  const durations = new Float64Array(maxSamples);
  const times = new Float64Array(maxSamples);
  let written = 0;

  const recent = (): Float64Array => {
    const oldest = now() - windowMs;
    return durations
      .subarray(0, Math.min(written, maxSamples))
      .filter((_, index) => (times[index] ?? 0) > oldest);
  };

  return {
    add: (durationMs) => {
      const slot = written % maxSamples;
      durations[slot] = durationMs;
      times[slot] = now();
      written += 1;
    },
    summary: () => {
      const samples = recent().sort();
      if (samples.length === 0)
        return { recentCalls: 0, averageResponseMs: null, p50ResponseMs: null, p95ResponseMs: null };
      const sum = samples.reduce((total, duration) => total + duration, 0);
      const under = (share: number): number =>
        Math.round(samples[Math.ceil(samples.length * share) - 1] ?? 0);
      return {
        recentCalls: samples.length,
        averageResponseMs: Math.round(sum / samples.length),
        p50ResponseMs: under(0.5),
        p95ResponseMs: under(0.95),
      };
    },
  };
};
