/** Intervals between the lines of a chart; both axes have as many, so that every tick stands on a line. */
const intervals = 4;

/** Finds the round step that is not smaller. */
export type RoundStep = (least: number) => number;

/** 1, 2, 2.5 or 5 and zeros. */
export const decimalStep: RoundStep = (least) => {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 2.5, 5].find((factor) => factor * power >= least) ?? 10) * power;
};

const roundSeconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600];

/** Milliseconds that read well as a duration. */
export const durationStep: RoundStep = (leastMs) =>
  leastMs <= 500
    ? decimalStep(Math.max(1, leastMs))
    : (roundSeconds.find((seconds) => seconds * 1_000 >= leastMs) ??
        Math.ceil(leastMs / 86_400_000) * 86_400) * 1_000;

/** The ticks from 0 to the first round value that nothing is above. */
export const ticksUpTo = (most: number, step: RoundStep): number[] => {
  const width = step(most > 0 ? most / intervals : 1 / intervals);
  return Array.from({ length: intervals + 1 }, (_, index) => index * width);
};
