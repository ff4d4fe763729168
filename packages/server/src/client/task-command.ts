import type { Api } from './api.ts';
import { codeOfStatus, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';
import { taskWords, type TaskAnswer } from './answers.ts';
import { readWords } from './command-words.ts';
import { UsageError } from './usage-error.ts';

const options = {
  action: { type: 'string' },
  after: { type: 'string' },
  'correlation-id': { type: 'string' },
  environment: { type: 'string' },
  first: { type: 'string' },
  follow: { type: 'boolean', short: 'f', default: false },
  goal: { type: 'string' },
  json: { type: 'boolean', default: false },
  justification: { type: 'string' },
  key: { type: 'string' },
  mine: { type: 'boolean', default: false },
  mode: { type: 'string' },
  notes: { type: 'string' },
  outcome: { type: 'string' },
  params: { type: 'string' },
  priority: { type: 'string' },
  quality: { type: 'string' },
  reason: { type: 'string' },
  'requires-approval': { type: 'boolean', default: false },
  search: { type: 'string' },
  status: { type: 'string', multiple: true },
  tag: { type: 'string', multiple: true },
  timeout: { type: 'string' },
  token: { type: 'string' },
  wait: { type: 'boolean', default: false },
} as const;

export const readTaskWords = (words: readonly string[]) => readWords(words, options);

export type TaskValues = ReturnType<typeof readTaskWords>['values'];

/** What a command works with. */
export interface TaskContext {
  readonly api: Api;
  readonly terminal: Terminal;
  readonly values: TaskValues;
  /** What stands behind the command: an id, or a file. */
  readonly subject: string | undefined;
}

export interface TaskCommand {
  /** Besides --json. */
  readonly takes: readonly (keyof typeof options)[];
  readonly run: (context: TaskContext) => Promise<ExitCode>;
}

/** As a path has it. */
export const idIn = ({ subject }: TaskContext): string => {
  if (subject === undefined) throw new UsageError('Say which task, by its id.');
  return encodeURIComponent(subject);
};

/** For a program as it came, for people in words. */
export const tell = ({ terminal, values }: TaskContext, data: unknown, words: string): Promise<void> =>
  terminal.say(values.json ? `${JSON.stringify(data)}\n` : `${words}\n`);

export const tellTask = async (context: TaskContext, task: TaskAnswer): Promise<ExitCode> => {
  await tell(context, task, taskWords(task));
  return codeOfStatus(task.status);
};
