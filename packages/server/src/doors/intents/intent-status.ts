import type { IntentWord } from '../../domain/legacy-statuses.ts';
import { intentWord } from '../../domain/legacy-statuses.ts';
import type { Failure } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Step } from '../../domain/run.ts';
import type { Task } from '../../domain/task.ts';

/** Why an attempt came to nothing, by the names of the format. */
export interface IntentErrorDetails {
  readonly error_code: string;
  readonly error_message: string;
  readonly porch_exit_code?: number;
  readonly porch_stdout?: string;
  readonly porch_stderr?: string;
}

/** What is said of an intent besides which file it is and who says it. */
export interface IntentStatus {
  readonly status: IntentWord;
  readonly message: string;
  readonly correlation_id?: string;
  readonly mode?: 'direct' | 'structured';
  readonly porch_path?: string;
  readonly error_details?: IntentErrorDetails;
  /** Attempts after the first. */
  readonly retry_count?: number;
  /** ISO 8601. */
  readonly next_retry?: string;
}

/** Programs may say as much as they like. */
const longest = 4_000;

const textIn = (value: JsonObject, name: string): string | undefined =>
  typeof value[name] === 'string' ? value[name].slice(0, longest) : undefined;
const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
const given = <Value extends object>(value: Value): Value =>
  Object.fromEntries(Object.entries(value).filter(([, held]) => held !== undefined)) as Value;

/** The format's own words for what it names itself. */
const formatWords: Readonly<Partial<Record<string, string>>> = {
  RESOURCE_NOT_FOUND: 'DEPLOYMENT_NOT_FOUND',
  EXECUTION_TIMEOUT: 'PROCESSING_TIMEOUT',
};

export const errorDetailsOf = ({ code, message, details }: Failure): IntentErrorDetails => {
  const said = objectOf(details);
  const exitCode = said['porch_exit_code'];
  return given({
    error_code: textIn(said, 'error_code') ?? formatWords[code] ?? code,
    error_message: (textIn(said, 'error_message') ?? message).slice(0, longest),
    porch_exit_code: typeof exitCode === 'number' ? exitCode : undefined,
    porch_stdout: textIn(said, 'porch_stdout'),
    porch_stderr: textIn(said, 'porch_stderr'),
  }) as IntentErrorDetails;
};

/** How porch was called, where the step says so. */
const callOf = (step: Step | null): Pick<IntentStatus, 'mode' | 'porch_path'> => {
  const output = objectOf(step?.output);
  const details = objectOf(step?.error?.details);
  const mode = textIn(output, 'mode') ?? textIn(details, 'mode');
  return given({
    mode: mode === 'direct' || mode === 'structured' ? mode : undefined,
    porch_path: textIn(output, 'porchPath') ?? textIn(details, 'porch_path'),
  }) as Pick<IntentStatus, 'mode' | 'porch_path'>;
};

/** What stands in a status file of a task, at its end and on the way there. */
export const statusOfTask = (task: Task, step: Step | null, link: string): IntentStatus => {
  const failure = step?.error ?? task.error;
  const isAgain = task.status === 'RUNNING' && step !== null && step.error !== null;
  const isTimeout = failure?.code === 'EXECUTION_TIMEOUT' && (isAgain || task.status === 'FAILED');
  const status = isTimeout ? 'timeout' : isAgain ? 'failed' : intentWord[task.status];
  const attempts = step === null ? 0 : step.attempt;
  return {
    status,
    message: messageOf(task, failure, isAgain, link),
    ...(task.correlationId !== null && { correlation_id: task.correlationId }),
    ...callOf(step),
    ...(failure !== null && status !== 'success' && { error_details: errorDetailsOf(failure) }),
    ...(failure === null &&
      codeOfEnd[task.status] && {
        error_details: {
          error_code: codeOfEnd[task.status] ?? '',
          error_message: messageOf(task, null, false, link),
        },
      }),
    retry_count: Math.max(0, attempts - 1),
    ...(isAgain && { next_retry: step.nextAttemptAt.toISOString() }),
  };
};

const codeOfEnd: Readonly<Partial<Record<Task['status'], string>>> = {
  DENIED: 'POLICY_DENIED',
  REJECTED: 'APPROVAL_REJECTED',
  EXPIRED: 'APPROVAL_EXPIRED',
  NEEDS_ATTENTION: 'OUTCOME_UNKNOWN',
};

const messageOf = (task: Task, failure: Failure | null, isAgain: boolean, link: string): string => {
  const { status, goal } = task;
  const why = failure === null ? '' : ` ${failure.message.slice(0, 1_000)}`;
  if (isAgain) return `It is tried again:${why}`;
  switch (status) {
    case 'AWAITING_APPROVAL':
      return `Nothing has run yet: a person decides at ${link}`;
    case 'SUCCEEDED':
      return `Done: ${goal}`;
    case 'DENIED':
      return `Policy does not allow it: ${link}`;
    case 'REJECTED':
      return `A person said no: ${link}`;
    case 'EXPIRED':
      return `The time to decide, or to begin after that, was over: ${link}`;
    case 'CANCELLED':
      return `It was cancelled: ${link}`;
    case 'NEEDS_ATTENTION':
      return `A person must say what became of it, at ${link}.${why}`;
    case 'FAILED':
    case 'ROLLED_BACK':
      return `Failed to process intent:${why || ` ${link}`}`;
    default:
      return `It goes on: ${link}`;
  }
};
