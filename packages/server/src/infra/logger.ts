import { AsyncLocalStorage } from 'node:async_hooks';
import { pino, type DestinationStream, type Logger } from 'pino';
import { openSpanIds } from './tracing.ts';

export type { Logger } from 'pino';

/** Names under which a secret may travel, whatever object it travels in. */
const secretNames = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'apiKey',
  'agentKey',
  'approverKey',
  'approver2Key',
  'adminKey',
  'signInUrl',
  'connectionString',
  'databaseUrl',
  'redisUrl',
  'secretHeaders',
];
const secretHeaders = ['set-cookie', 'proxy-authorization', 'x-api-key'];

const redactedPaths = ['', '*.', '*.*.', '*.*.*.'].flatMap((prefix) => [
  ...secretNames.map((name) => `${prefix}${name}`),
  ...secretHeaders.map((name) => `${prefix.replace(/\.$/, '')}["${name}"]`),
]);

export interface LoggerOptions {
  level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** Standard output when left out. */
  destination?: DestinationStream;
  /** Takes secrets out of whole lines, wherever in them they stand. */
  redact?: (line: string) => string;
}

const subjects = new AsyncLocalStorage<Readonly<Record<string, unknown>>>();

/** Whatever is logged while the work goes on carries these fields, and the ids of the span that is open. */
export const logAbout = <Value>(fields: Readonly<Record<string, unknown>>, work: () => Value): Value =>
  subjects.run({ ...subjects.getStore(), ...fields }, work);

const children = new WeakMap<Logger, Logger[]>();

/** From now on a logger, and those that were made of it, write what is of this level at least. */
export const changeLevel = (logger: Logger, level: LoggerOptions['level']): void => {
  for (const each of [logger, ...(children.get(logger) ?? [])]) each.level = level;
};

/** One JSON object a line, with secrets replaced by their names and URLs without their passwords. */
export function createLogger({ level, destination, redact }: LoggerOptions): Logger {
  const made: Logger[] = [];
  const logger = pino(
    {
      level,
      base: null,
      mixin: () => ({ ...subjects.getStore(), ...openSpanIds() }),
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactedPaths, censor: (_, path) => `[${String(path.at(-1))}]` },
      ...(redact ? { hooks: { streamWrite: redact } } : {}),
      onChild: (child) => void made.push(child),
      serializers: { err: (error: unknown) => withoutPasswords(describe(error)) },
    },
    destination ?? pino.destination({ dest: 1, sync: false }),
  );
  children.set(logger, made);
  return logger;
}

/** What happened and where; a driver's error carries its whole connection, which nobody reads. */
function describe(error: unknown): object {
  const { type, message, stack, code } = pino.stdSerializers.err(error as Error);
  return { type, message, ...(code === undefined ? {} : { code: String(code) }), stack };
}

function withoutPasswords<T>(serialized: T): T {
  if (typeof serialized === 'string')
    return serialized.replaceAll(/:\/\/[^\s/@]+@/g, '://[credentials]@') as T;
  if (typeof serialized !== 'object' || serialized === null) return serialized;
  return Object.fromEntries(
    Object.entries(serialized).map(([name, value]) => [name, withoutPasswords(value as unknown)]),
  ) as T;
}
