const form =
  /^(\d{4})-(\d{2})-(\d{2})(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d))?$/;

/**
 * The instant that an ISO 8601 text names, or null. A day alone begins at midnight UTC. What `Date` would
 * guess at is none: a day that no month has, a time without a zone, a year that our records cannot hold.
 */
export const readInstant = (text: string): Date | null => {
  const [, year, month, day] = (text.length > 40 ? null : form.exec(text)) ?? [];
  if (year === undefined || Number(year) < 1) return null;
  const midnight = new Date(`${year}-${month}-${day}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || midnight.getUTCDate() !== Number(day)) return null;
  const instant = new Date(text);
  const inUtc = instant.getUTCFullYear();
  return inUtc >= 1 && inUtc <= 9_999 ? instant : null;
};
