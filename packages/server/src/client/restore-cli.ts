import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { plain, table } from './answers.ts';
import { createApi, type Api } from './api.ts';
import { confirm } from './confirm.ts';
import { messagesOf } from './event-lines.ts';
import { CommandError, exitCodes, type ExitCode } from './exit-codes.ts';
import { currentLogin } from './login-cli.ts';
import type { ClientCommand, Terminal } from './terminal.ts';
import { readWords } from './command-words.ts';
import { UsageError } from './usage-error.ts';
import { secondsOf } from './wait-command.ts';

const options = {
  json: { type: 'boolean', default: false },
  reason: { type: 'string' },
  timeout: { type: 'string' },
} as const;

const restoreAnswer = z.looseObject({
  jobId: z.string(),
  snapshotId: z.string(),
  state: z.string(),
  reason: z.string(),
  asked_at: z.string(),
  approve_by: z.string(),
  location: z.string().nullable(),
  notes: z.array(z.string()),
  error: z.string().nullable(),
});
type RestoreAnswer = z.output<typeof restoreAnswer>;

const restoresAnswer = z.object({ restores: z.array(restoreAnswer) });

interface Context {
  readonly api: Api;
  readonly terminal: Terminal;
  readonly values: ReturnType<typeof read>['values'];
  /** What stands behind the act. */
  readonly subject: string | undefined;
}

interface Act {
  /** Besides --json. */
  readonly takes: readonly (keyof typeof options)[];
  readonly run: (context: Context) => Promise<ExitCode>;
}

const read = (words: readonly string[]) => readWords(words, options);

const idIn = ({ subject }: Context, of: string): string => {
  if (subject === undefined) throw new UsageError(`Say which ${of}, by its id.`);
  return subject;
};

const reasonIn = ({ values: { reason } }: Context, act: string): string => {
  if (reason === undefined)
    throw new UsageError(`restore ${act} takes --reason WORDS, at least ten characters, for the record.`);
  return reason;
};

/** @throws {CommandError} where the id is of something else. */
const parseRestore = (told: unknown): RestoreAnswer => {
  const parsed = restoreAnswer.safeParse(told);
  if (parsed.success) return parsed.data;
  throw new CommandError(exitCodes.refused, 'By this id there is a backup, and no restore: restore list.');
};

const find = async ({ api }: Context, id: string): Promise<RestoreAnswer> =>
  parseRestore(await api.json('GET', `/dr/status/${encodeURIComponent(id)}`));

const wordsOf = (restore: RestoreAnswer): string => {
  const { jobId, snapshotId, state, reason, asked_at: at, approve_by: by, location, notes, error } = restore;
  const next: Readonly<Record<string, readonly string[]>> = {
    AWAITING_APPROVAL: [`Until ${by} another administrator: countersign restore approve ${jobId}`],
    COMPLETE: [
      `In ${plain(location ?? '')}. To go on from it, stop the server and, on its machine: countersign restore switch ${jobId}`,
    ],
  };
  return [
    `${jobId}  ${state}  backup ${snapshotId}`,
    `Asked for at ${at}: ${plain(reason)}`,
    ...(error === null ? [] : [plain(error)]),
    ...notes.map(plain),
    ...(next[state] ?? []),
  ].join('\n  ');
};

const tell = async ({ terminal, values }: Context, data: unknown, words: string): Promise<ExitCode> => {
  await terminal.say(values.json ? `${JSON.stringify(data)}\n` : `${words}\n`);
  return exitCodes.done;
};

const tellRestore = (context: Context, restore: RestoreAnswer): Promise<ExitCode> =>
  tell(context, restore, wordsOf(restore));

const codeOf = ({ state }: RestoreAnswer): ExitCode => {
  if (state === 'COMPLETE') return exitCodes.done;
  return state === 'FAILED' || state === 'DISCARDED' ? exitCodes.unsuccessful : exitCodes.pending;
};

/** As it is once it has ended, or when the time is over. A server that has told of it may be away meanwhile. */
const untilEnded = async (context: Context, id: string): Promise<RestoreAnswer> => {
  await find(context, id);
  const signal = AbortSignal.timeout(secondsOf(context.values.timeout) * 1_000);
  const path = `/dr/status/${encodeURIComponent(id)}/events`;
  while (!signal.aborted) {
    try {
      const body = await context.api.stream(path, { signal });
      if (!body) break;
      for await (const { data } of messagesOf(body)) {
        const restore = parseRestore(JSON.parse(data));
        if (codeOf(restore) !== exitCodes.pending) return restore;
      }
    } catch (error) {
      if (error instanceof CommandError && error.code !== exitCodes.unreachable) throw error;
    }
    // A server that ends the stream early has a reason to.
    await sleep(1_000, undefined, { signal }).catch(() => undefined);
  }
  return find(context, id);
};

/** A terminal has no passkey: where one is asked for, the console is the way. */
const withConsole = (error: unknown, url: string): unknown => {
  if (!(error instanceof CommandError) || error.told === null) return error;
  const { code, message, told } = error;
  return Reflect.get(told, 'reason') === 'STEP_UP_REQUIRED'
    ? new CommandError(code, `${message}\n  Approve it in the console: ${url}/settings/backups`, { told })
    : error;
};

const acts: Readonly<Record<string, Act>> = {
  ask: {
    takes: ['reason'],
    async run(context) {
      const body = { backupId: idIn(context, 'backup'), reason: reasonIn(context, 'ask') };
      return tellRestore(context, parseRestore(await context.api.json('POST', '/dr/restore', { body })));
    },
  },
  list: {
    takes: [],
    async run(context) {
      const told = restoresAnswer.parse(await context.api.json('GET', '/dr/restore'));
      const rows = told.restores.map((restore) =>
        (['jobId', 'state', 'asked_at', 'snapshotId', 'reason'] as const).map((name) => restore[name]),
      );
      return tell(context, told, table(['RESTORE', 'STATE', 'ASKED', 'BACKUP', 'REASON'], rows));
    },
  },
  show: {
    takes: [],
    run: async (context) => tellRestore(context, await find(context, idIn(context, 'restore'))),
  },
  approve: {
    takes: [],
    async run(context) {
      const { api, terminal } = context;
      const id = idIn(context, 'restore');
      // What was asked for never changes: by its id, a script names what somebody saw.
      if (terminal.stdin.isTTY)
        await confirm(terminal, wordsOf(await find(context, id)), 'Approve this restore?');
      const told = await api
        .json('POST', `/dr/restore/${encodeURIComponent(id)}/approve`)
        .catch((error: unknown) => {
          throw withConsole(error, api.url);
        });
      return tellRestore(context, parseRestore(told));
    },
  },
  discard: {
    takes: ['reason'],
    async run(context) {
      const path = `/dr/restore/${encodeURIComponent(idIn(context, 'restore'))}/discard`;
      const body = { reason: reasonIn(context, 'discard') };
      return tellRestore(context, parseRestore(await context.api.json('POST', path, { body })));
    },
  },
  wait: {
    takes: ['timeout'],
    async run(context) {
      const restore = await untilEnded(context, idIn(context, 'restore'));
      await tellRestore(context, restore);
      return codeOf(restore);
    },
  },
};

/** Whether these words ask a server for a restore beside what runs. Another word is a backup's folder, or id. */
export const asksServer = ([act = '']: readonly string[]): boolean => Object.hasOwn(acts, act);

/** `restore ask | list | show | approve | discard | wait`: over HTTP, as whoever is signed in. */
export const runAskedRestore: ClientCommand = async (words, terminal) => {
  const { values, positionals } = read(words);
  const [name = '', subject, ...rest] = positionals;
  const act = Object.hasOwn(acts, name) ? acts[name] : undefined;
  if (!act) throw new UsageError(`restore takes one of ${Object.keys(acts).join(', ')}.`);
  const isTooMuch = name === 'list' ? subject !== undefined : rest.length > 0;
  if (isTooMuch) throw new UsageError(`restore ${name} takes no ${positionals.slice(-1).join(' ')}.`);
  const strange = Object.keys(values).find(
    (key) => key !== 'json' && !act.takes.some((taken) => taken === key),
  );
  if (strange !== undefined) throw new UsageError(`restore ${name} takes no --${strange}.`);
  const api = createApi(await currentLogin(terminal.env));
  return act.run({ api, terminal, values, subject });
};
