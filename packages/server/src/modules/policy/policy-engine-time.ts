/** Nanoseconds since 1970, in UTC or in a time zone. */
type Moment = number | readonly [ns: number, timeZone: string];

const nsPerMs = 1_000_000;

/** Few, since the policy data names them. */
const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  formats.set(timeZone, made);
  return made;
};

/** Null for a time zone that does not exist. */
const partsOf = (moment: Moment): ReadonlyMap<string, string> | null => {
  const [ns, timeZone] = typeof moment === 'number' ? [moment, 'UTC'] : moment;
  try {
    const parts = formatOf(timeZone).formatToParts(ns / nsPerMs);
    return new Map(parts.map(({ type, value }) => [type, value]));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
};

/**
 * What the rules' language offers about time and its package for JavaScript lacks, as an OPA server does it.
 * What makes no sense is undefined, as there. Whole seconds are exact; below that a double is too coarse.
 */
export const timeBuiltins = {
  'time.parse_rfc3339_ns': (text: string): number | undefined => {
    const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text)
      ? Date.parse(text)
      : Number.NaN;
    return Number.isNaN(ms) ? undefined : ms * nsPerMs;
  },
  'time.weekday': (moment: Moment): string | undefined => partsOf(moment)?.get('weekday'),
  'time.clock': (moment: Moment): readonly number[] | undefined => {
    const parts = partsOf(moment);
    return parts ? ['hour', 'minute', 'second'].map((type) => Number(parts.get(type))) : undefined;
  },
  'time.format': (ns: number): string => new Date(ns / nsPerMs).toISOString().replace(/\.?0+Z$/, 'Z'),
} as const;
