/**
 * The server's time, learned from the `Date` header of its answers. The header counts whole
 * seconds, so one answer places the offset in an interval; intersecting several narrows it.
 */
export interface ServerClock {
  /** Milliseconds since the epoch by the server's clock. */
  now(): number;
  /** What one answer says: the device's time before the request, after it, and the header. */
  observe(sentAtMs: number, receivedAtMs: number, dateHeader: string | null): void;
}

interface OffsetRange {
  readonly least: number;
  readonly most: number;
}

export const offsetRange = (sentAtMs: number, receivedAtMs: number, serverSecondMs: number): OffsetRange => ({
  least: serverSecondMs - receivedAtMs,
  most: serverSecondMs + 999 - sentAtMs,
});

/** The narrower range, or the newer one where the two contradict: a clock was set. */
export const narrow = (known: OffsetRange | null, seen: OffsetRange): OffsetRange => {
  if (!known) return seen;
  const least = Math.max(known.least, seen.least);
  const most = Math.min(known.most, seen.most);
  return least <= most ? { least, most } : seen;
};

export const createServerClock = (deviceNow: () => number = Date.now): ServerClock => {
  let range: OffsetRange | null = null;
  return {
    now() {
      return range ? deviceNow() + (range.least + range.most) / 2 : deviceNow();
    },
    observe(sentAtMs, receivedAtMs, dateHeader) {
      const serverSecondMs = dateHeader === null ? Number.NaN : Date.parse(dateHeader);
      if (Number.isNaN(serverSecondMs)) return;
      range = narrow(range, offsetRange(sentAtMs, receivedAtMs, serverSecondMs));
    },
  };
};

/** The one clock of this page. */
export const serverClock = createServerClock();
