import { pino, type DestinationStream, type Logger } from 'pino';

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

/** One JSON object a line, with secrets replaced by their names and URLs without their passwords. */
export function createLogger({ level, destination, redact }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactedPaths, censor: (_, path) => `[${String(path.at(-1))}]` },
      ...(redact ? { hooks: { streamWrite: redact } } : {}),
      serializers: { err: (error: unknown) => withoutPasswords(describe(error)) },
    },
    destination ?? pino.destination({ dest: 1, sync: false }),
  );
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
