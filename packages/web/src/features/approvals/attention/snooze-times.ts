export interface SnoozeTime {
  readonly label: string;
  readonly until: Date;
}

const minuteMs = 60_000;
/** So long before its end it is back at the latest, for whoever has to decide then. */
const beforeEndMs = 5 * minuteMs;

/** Times until which a request can be put off, all of them before it ends. */
export const snoozeTimes = (nowMs: number, expiresAtMs: number): readonly SnoozeTime[] => {
  const morning = new Date(nowMs);
  morning.setDate(morning.getDate() + 1);
  morning.setHours(9, 0, 0, 0);
  const last = new Date(expiresAtMs - beforeEndMs);
  const times = [
    { label: '15 minutes', until: new Date(nowMs + 15 * minuteMs) },
    { label: '1 hour', until: new Date(nowMs + 60 * minuteMs) },
    { label: '4 hours', until: new Date(nowMs + 240 * minuteMs) },
    { label: 'Tomorrow at 9', until: morning },
  ].filter(({ until }) => until <= last);
  return last.getTime() > nowMs + minuteMs
    ? [...times, { label: '5 minutes before it ends', until: last }]
    : times;
};
