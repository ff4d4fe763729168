const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const pair = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;

/** How long something took: `840 ms`, `2.31 s`, `40.9 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export const formatDuration = (ms: number): string => {
  const length = Math.max(0, ms);
  if (length < secondMs) return `${Math.round(length)} ms`;
  if (length < 10 * secondMs) return `${(length / secondMs).toFixed(2)} s`;
  if (length < minuteMs) return `${(length / secondMs).toFixed(1)} s`;
  if (length < hourMs) {
    return pair(Math.floor(length / minuteMs), 'min', Math.floor((length % minuteMs) / secondMs), 's');
  }
  if (length < dayMs) {
    return pair(Math.floor(length / hourMs), 'h', Math.floor((length % hourMs) / minuteMs), 'min');
  }
  return pair(Math.floor(length / dayMs), 'd', Math.floor((length % dayMs) / hourMs), 'h');
};

/** How long is left, for a clock that runs: `3:57`, `1h 19m`, `2d 3h`; `0:00` at the end. */
export const formatCountdown = (ms: number): string => {
  const left = Math.max(0, Math.ceil(ms / secondMs) * secondMs);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  if (left < hourMs) return `${Math.floor(left / minuteMs)}:${two((left % minuteMs) / secondMs)}`;
  if (left < dayMs) return `${Math.floor(left / hourMs)}h ${two((left % hourMs) / minuteMs)}m`;
  return `${Math.floor(left / dayMs)}d ${Math.floor((left % dayMs) / hourMs)}h`;
};

/** How long ago, coarse: `now`, `40 s`, `12 min`, `3 h`, `5 d`. */
export const formatAge = (ms: number): string => {
  if (ms < 5 * secondMs) return 'now';
  if (ms < minuteMs) return `${Math.floor(ms / secondMs)} s`;
  if (ms < hourMs) return `${Math.floor(ms / minuteMs)} min`;
  if (ms < dayMs) return `${Math.floor(ms / hourMs)} h`;
  return `${Math.floor(ms / dayMs)} d`;
};

/** The same as a phrase: `just now`, `12 min ago`. */
export const formatAgo = (ms: number): string => {
  const age = formatAge(ms);
  return age === 'now' ? 'just now' : `${age} ago`;
};

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const fullDate = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

const dayClock = new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit', minute: '2-digit' });

/** `10:26:04`, local time. */
export const formatClock = (at: number | string): string => clock.format(new Date(at));
/** `21 Nov 2026, 10:26:04`, local time. */
export const formatDate = (at: number | string): string => fullDate.format(new Date(at));
/** When something to come is over, local time: `10:26:04` within half a day, `Mon 08:00` within six, then the date. */
export const formatUntil = (at: number | string, nowMs: number): string => {
  const leftMs = new Date(at).getTime() - nowMs;
  if (leftMs < dayMs / 2) return formatClock(at);
  return leftMs < 6 * dayMs ? dayClock.format(new Date(at)).replace(',', '') : formatDate(at);
};
