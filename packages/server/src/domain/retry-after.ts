import { longestPlatformWaitMs } from './retry.ts';

/** How long an answer asks to wait. A time that it names goes by the platform's own clock, where it says what that shows. */
export const retryAfterIn = (
  headers: Readonly<Record<string, string | undefined>>,
  now: number,
): number | null => {
  const platformNow = Date.parse(headers['date'] ?? '');
  return retryAfterOf(headers['retry-after'], Number.isNaN(platformNow) ? now : platformNow);
};

/** Seconds or HTTP dates, in milliseconds from now: the longest that is sensible. Null where there is none. */
export const retryAfterOf = (value: string | undefined, now: number): number | null => {
  const waits = (value?.match(times) ?? []).flatMap((time) => waitOf(time.trim(), now) ?? []);
  if (waits.length === 0) return null;
  const sensible = waits.filter((wait) => wait <= longestPlatformWaitMs);
  return Math.max(...(sensible.length > 0 ? sensible : waits));
};

/** A header that is given twice is joined with a comma, which dates have after the day of the week as well. */
const times = /(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?, *)?[^,\s][^,]*/gi;

const waitOf = (time: string, now: number): number | null => {
  if (/^\d+(\.\d+)?$/.test(time)) return Number(time) * 1_000;
  // Of anything with a number in it, Date.parse makes some date.
  const date = /\d\d:\d\d/.test(time) ? Date.parse(time) : NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
};
