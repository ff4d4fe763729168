import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CommandError, exitCodes } from './exit-codes.ts';
import { tellTask, type TaskCommand, type TaskContext, type TaskValues } from './task-command.ts';
import { taskAnswer } from './answers.ts';
import { untilEnded } from './wait-command.ts';
import { UsageError } from './usage-error.ts';

type Json = Readonly<Record<string, unknown>>;

export const submitCommand: TaskCommand = {
  takes: [
    'action',
    'correlation-id',
    'environment',
    'goal',
    'justification',
    'key',
    'mode',
    'params',
    'priority',
    'requires-approval',
    'tag',
    'timeout',
    'wait',
  ],
  async run(context) {
    const { api, values } = context;
    const { idempotencyKey, ...body } = await submissionOf(context);
    const key = values.key ?? (typeof idempotencyKey === 'string' ? idempotencyKey : randomUUID());
    const sent = { body, headers: { 'idempotency-key': key } };
    const submitted = taskAnswer.parse(
      await api.json('POST', '/tasks', sent).catch((error: unknown) => {
        throw withKey(error, key);
      }),
    );
    if (values.wait) return tellTask(context, await untilEnded(context, submitted.task_id, submitted));
    await tellTask(context, submitted);
    return exitCodes.done;
  },
};

/** Nobody knows whether a submission without an answer was taken: by its key it is one task, however often it is sent. */
const withKey = (error: unknown, key: string): unknown =>
  error instanceof CommandError && error.code === exitCodes.unreachable
    ? new CommandError(
        error.code,
        `${error.message} It may have been taken: send it again with --key ${key}`,
        {
          cause: error,
          told: error.told,
        },
      )
    : error;

/** A file's, or standard input's for `-`, with what the options say besides. */
const submissionOf = async ({ subject, terminal, values }: TaskContext): Promise<Json> => {
  const given =
    subject === undefined
      ? {}
      : objectOf(await (subject === '-' ? text(terminal.stdin) : readFile(subject, 'utf8')), subject);
  const whole = { ...given, ...fromOptions(values) };
  if (!('goal' in whole) && !('operation' in whole))
    throw new UsageError(
      'task submit takes a file with a submission, or --goal, with --action or for an agent to plan.',
    );
  return whole;
};

const upper = (word: string | undefined): string | undefined => word?.toUpperCase();

const fromOptions = (values: TaskValues): Json => {
  const { action, params } = values;
  if (params !== undefined && action === undefined) throw new UsageError('--params are those of --action.');
  const said = {
    goal: values.goal,
    actions:
      action === undefined ? undefined : [{ type: action, params: objectOf(params ?? '{}', '--params') }],
    environment: upper(values.environment),
    priority: upper(values.priority),
    mode: upper(values.mode),
    justification: values.justification,
    correlationId: values['correlation-id'],
    tags: values.tag,
    requiresApproval: values['requires-approval'] ? true : undefined,
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
};

// TypeScript's library does not know of these yet.
const { parse, rawJSON } = JSON as unknown as {
  readonly parse: (text: string, revive: typeof asWritten) => unknown;
  readonly rawJSON: (text: string) => unknown;
};

/** Digits as they were written, for the server to refuse where no number holds them: here they would be rounded. */
const asWritten = (_key: string, value: unknown, { source }: { readonly source?: string }): unknown =>
  typeof value === 'number' && source !== undefined ? rawJSON(source) : value;

const objectOf = (json: string, from: string): Json => {
  let found: unknown;
  try {
    found = parse(json, asWritten);
  } catch {
    throw new UsageError(`${from} is no JSON.`);
  }
  if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found as Json;
  throw new UsageError(`${from} must be an object.`);
};
