/** A line of the log as a message of syslog (RFC 5424), and messages on a stream (RFC 5425, RFC 6587). */

/** Of a system's own; the first eight for it, the rest for whoever wants one. */
export const facilities = {
  user: 1,
  daemon: 3,
  auth: 4,
  authpriv: 10,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
} as const;

export type Facility = keyof typeof facilities;

const severities: Readonly<Record<string, number>> = {
  fatal: 2,
  error: 3,
  warn: 4,
  info: 6,
  debug: 7,
  trace: 7,
};

export interface SyslogOrigin {
  readonly facility: Facility;
  readonly hostname: string;
  readonly application: string;
  readonly processId: number;
  /** Of a whole message; its bytes are its characters, too. */
  readonly mostBytes: number;
}

const beginning = /^\{"level":"([a-z]+)","time":"([\d:.TZ-]+)"/;

/**
 * JSON in ASCII alone: it needs no byte order mark, which would be the end of every JSON parser, and has no line
 * breaks and no NUL, at which receivers cut messages.
 */
const inAscii = (line: string): string =>
  line.replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** What is cut off would be no JSON; so its beginning is a text within some. */
const textOf = (line: string, mostBytes: number, head: object): string => {
  const whole = line.length <= mostBytes ? inAscii(line) : null;
  if (whole !== null && whole.length <= mostBytes) return whole;
  const wrapped = (start: string): string =>
    JSON.stringify({ ...head, msg: 'a line too long for syslog', characters: line.length, start });
  // Quotes and backslashes are twice as long within a text.
  const room = Math.floor((mostBytes - wrapped('').length) / 2);
  return wrapped(inAscii(line.slice(0, room)).slice(0, room));
};

/** A header field: printable, without spaces, and something. */
const field = (text: string, most: number): string => text.replaceAll(/[^!-~]/g, '').slice(0, most) || '-';

/** An entry of the record, JSON that begins with its place, type and time; what is too long goes without its data. */
export const entryMessage = (
  line: string,
  { facility, hostname, application, processId, mostBytes }: SyslogOrigin,
): string => {
  const { type, at, summary, data, ...entry } = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const known = { ...entry, type, at };
  const without = (length: number): string =>
    inAscii(JSON.stringify({ ...known, summary: String(summary).slice(0, length), dataLeftOut: true }));
  const fields = [at, field(hostname, 255), field(application, 48), processId, field(String(type), 32), '-'];
  const header = `<${facilities[facility] * 8 + severityOfEntries}>1 ${fields.join(' ')} `;
  const whole = inAscii(JSON.stringify({ ...known, summary, data }));
  const fits = ({ length }: string): boolean => header.length + length <= mostBytes;
  return header + ([whole, without(2_000)].find(fits) ?? without(50));
};

/** Notice: normal and worth keeping. */
const severityOfEntries = 5;

export const syslogMessage = (
  line: string,
  { facility, hostname, application, processId, mostBytes }: SyslogOrigin,
): string => {
  const [, level = 'info', time] = beginning.exec(line) ?? [];
  const priority = facilities[facility] * 8 + (severities[level] ?? severities.info ?? 0);
  const fields = [time ?? '-', field(hostname, 255), field(application, 48), processId, '-', '-'];
  const header = `<${priority}>1 ${fields.join(' ')} `;
  return header + textOf(line.replace(/\n$/, ''), mostBytes - header.length, { level, time });
};

/** A message with its length before it, so that nothing within it can end it. */
export const framed = (message: string): string => `${Buffer.byteLength(message)} ${message}`;
