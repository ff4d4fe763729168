import type { TaskStatus } from '@countersign/shared';

/** What a script can go by. Whatever else goes wrong is 1, and a command that is not written as it can be is 2. */
export const exitCodes = {
  done: 0,
  wrong: 1,
  usage: 2,
  /** The server said no: the reason is on standard error. */
  refused: 3,
  /** The task ended, and did not succeed. */
  unsuccessful: 4,
  /** It has not ended: it goes on, or waits for people. Never an approval. */
  pending: 5,
  /** Nobody is signed in, or the server does not know the credentials. */
  unknown: 6,
  /** The server cannot be reached, or is not itself now: try again. */
  unreachable: 7,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const unsuccessful: readonly string[] = [
  'failed',
  'rolled_back',
  'denied',
  'rejected',
  'expired',
  'cancelled',
] satisfies readonly Lowercase<TaskStatus>[];

/** By the status of a task, as REST writes it. */
export const codeOfStatus = (status: string): ExitCode => {
  if (status === 'succeeded') return exitCodes.done;
  return unsuccessful.includes(status) ? exitCodes.unsuccessful : exitCodes.pending;
};

interface CommandErrorOptions extends ErrorOptions {
  readonly told?: object | null;
}

/** Ends the command with a word for people and a code for scripts. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: ExitCode;
  /** What the server said, where it did: for programs. */
  readonly told: object | null;

  constructor(code: ExitCode, message: string, { told = null, ...options }: CommandErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.told = told;
  }
}
