import { connectionReasons } from './connection-reasons.ts';

/** The database cannot be used at all; the message is one sentence for an operator and holds no password. */
export class DatabaseUnreachableError extends Error {
  override readonly name = 'DatabaseUnreachableError';
}

const reasons: Record<string, string> = {
  ...connectionReasons,
  '28P01': 'it refuses the user or the password',
  '28000': 'it refuses the user or the password',
  '3D000': 'the database does not exist',
  '53300': 'it has no connection left',
  '57P01': 'it is shutting down',
  '57P02': 'it has crashed and is recovering',
  '57P03': 'it is starting up or shutting down',
};

// pg has no codes for what it notices itself.
const messages: [RegExp, string][] = [
  [/timeout exceeded when trying to connect/, 'all of our connections to it stayed busy'],
  [/Connection terminated due to connection timeout|Query read timeout/, 'it did not answer in time'],
  [
    /Connection terminated|connection error and is not queryable|Client was closed/,
    'it broke the connection off',
  ],
  [/does not support SSL/, 'it does not speak TLS'],
];

/** Whether an error says something about the connection rather than about the statement. */
export function isConnectionError(error: unknown): boolean {
  return error instanceof DatabaseUnreachableError || reasonOf(error) !== undefined;
}

/** Turns a connection's error into a DatabaseUnreachableError; returns every other error as it is. */
export function describeConnectionError(error: unknown, connectionString: string): unknown {
  if (error instanceof DatabaseUnreachableError) return error;
  const reason = reasonOf(error);
  if (reason === undefined) return error;
  const { hostname, port, pathname } = new URL(connectionString);
  const where = `${hostname}:${port || '5432'}${pathname}`;
  return new DatabaseUnreachableError(`The database at ${where} cannot be used: ${reason}.`, {
    cause: error,
  });
}

function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return reasons[code] ?? messages.find(([pattern]) => pattern.test(error.message))?.[1];
}

/** Whether a row met a unique constraint, optionally one in particular. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (!(error instanceof Error) || !('code' in error) || error.code !== '23505') return false;
  return constraint === undefined || ('constraint' in error && error.constraint === constraint);
}
