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
  '53100': 'its disk is full',
  '53200': 'it has no memory left',
  '53300': 'it has no connection left',
  '57P01': 'it is shutting down',
  '57P02': 'it has crashed and is recovering',
  '57P03': 'it is starting up or shutting down',
  '25006': 'it takes no changes at the moment',
  '25P03': 'it ended a transaction that waited too long',
  '25P04': 'it ended a transaction that took too long',
};

/** Whole classes of SQLSTATE that tell of the server's own state, whatever the statement was. */
const classes: Record<string, string> = {
  '08': 'the connection to it failed',
  '53': 'it has run out of something that it needs',
  '57': 'somebody stopped it',
  '58': 'its machine fails it',
};

/** Of a statement that got in the way of others, or took too long: the same one may well succeed. */
const passing = new Set(['40001', '40P01', '55P03', '57014']);

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

/** Whether the same call may succeed later without a change: the database cannot do it now. */
export function isPassingError(error: unknown): boolean {
  return isConnectionError(error) || codesOf(error).some((code) => passing.has(code));
}

/** Whether a statement was ended because it took longer than it may: the same one would again. */
export function isStatementTooLong(error: unknown): boolean {
  return codesOf(error).includes('57014');
}

/** Turns a connection's error into a DatabaseUnreachableError; returns every other error as it is. */
export function describeConnectionError(error: unknown, connectionString: string): unknown {
  if (error instanceof DatabaseUnreachableError) return error;
  const reason = reasonOf(error);
  if (reason === undefined) return error;
  return new DatabaseUnreachableError(
    `The database at ${placeOf(connectionString)} cannot be used: ${reason}.`,
    { cause: error },
  );
}

/** Without its user and password. */
export const placeOf = (connectionString: string): string => {
  const { hostname, port, pathname } = new URL(connectionString);
  return `${hostname}:${port || '5432'}${pathname}`;
};

function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  for (const code of codesOf(error)) {
    if (passing.has(code)) continue;
    const reason = reasons[code] ?? (isSqlState(code) ? classes[code.slice(0, 2)] : undefined);
    if (reason !== undefined) return reason;
  }
  return messages.find(([pattern]) => pattern.test(error.message))?.[1];
}

const isSqlState = (code: string): boolean => /^[0-9A-Z]{5}$/.test(code);

/** Of the error and of what it wraps. */
function codesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 4) return [];
  const { code, cause } = error as Record<string, unknown>;
  return [...(typeof code === 'string' ? [code] : []), ...codesOf(cause, depth + 1)];
}

/** Whether a row met a unique constraint, optionally one in particular. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (!(error instanceof Error) || !('code' in error) || error.code !== '23505') return false;
  return constraint === undefined || ('constraint' in error && error.constraint === constraint);
}

/** SQLSTATEs of the triggers that guard the record: what they say no to. */
const gateStates = {
  EFFECT: 'CS001',
  REVIEW: 'CS002',
  STOP: 'CS003',
  GRANT: 'CS004',
  DELEGATION: 'CS005',
} as const;

export const isGateRefusal = (error: unknown, of: keyof typeof gateStates): error is Error =>
  error instanceof Error && 'code' in error && error.code === gateStates[of];
