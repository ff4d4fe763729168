import { Readable, Writable } from 'node:stream';
import { errorWords } from '../../src/client/error-words.ts';
import { runTask } from '../../src/client/task-cli.ts';
import type { ClientEnvironment } from '../../src/client/terminal.ts';
import type { Door, DoorCaller, SeenPlan } from './door.ts';
import { answerByRest, taskByRest, type RestBody } from './rest-door.ts';

/** What a command said and how it ended. */
export interface CommandEnd {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export const runCommand = async (
  run: typeof runTask,
  words: readonly string[],
  env: ClientEnvironment,
  stdin = '',
): Promise<CommandEnd> => {
  let out = '';
  const say = async (text: string): Promise<void> => {
    out += text;
  };
  const stderr = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  try {
    return { code: await run(words, { env, stdin: Readable.from([stdin]), stderr, say }), out, err: '' };
  } catch (error) {
    const { code, text } = errorWords(error, words.includes('--json'));
    return { code, out, err: text };
  }
};

export const createCliDoor = (url: string): Door => {
  const task = async ({ key }: DoorCaller, words: readonly string[], stdin?: string): Promise<RestBody> => {
    const env = { apiKey: key, url };
    const { out, err } = await runCommand(runTask, [...words, '--json'], env, stdin);
    return JSON.parse(out === '' ? err : out) as RestBody;
  };
  const tokenOf = ({ revision, planHash }: SeenPlan): string => `${revision}.${planHash}`;
  return {
    name: 'CLI',
    submit: async (caller, submission) =>
      answerByRest(await task(caller, ['submit', '-'], JSON.stringify(submission))),
    approve: async (caller, plan) =>
      answerByRest(await task(caller, ['approve', plan.taskId, '--token', tokenOf(plan)])),
    reject: async (caller, plan, reason) =>
      answerByRest(await task(caller, ['reject', plan.taskId, '--token', tokenOf(plan), '--reason', reason])),
    cancel: async (caller, taskId, reason) =>
      answerByRest(await task(caller, ['cancel', taskId, '--reason', reason])),
    async read(caller, taskId) {
      return taskByRest(await task(caller, ['wait', taskId, '--timeout', '0']));
    },
  };
};
