import { z } from 'zod';
import { createApi } from './api.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { currentLogin } from './login-cli.ts';
import type { Terminal } from './terminal.ts';

const reloadAnswer = z.looseObject({
  is_taken: z.boolean(),
  faults: z.array(
    z.object({
      source: z.string(),
      line: z.number().nullable(),
      column: z.number().nullable(),
      path: z.string(),
      message: z.string(),
    }),
  ),
  changes: z.array(z.object({ path: z.string(), outcome: z.string() })),
});
type ReloadAnswer = z.output<typeof reloadAnswer>;

/** `config reload`: over HTTP, as whoever is signed in. */
export const reloadOverHttp = async (
  { env, say }: Pick<Terminal, 'env' | 'say'>,
  isJson: boolean,
): Promise<ExitCode> => {
  const api = createApi(await currentLogin(env));
  const reload = reloadAnswer.parse(await api.json('POST', '/configuration/reload', { body: {} }));
  await say(isJson ? `${JSON.stringify(reload)}\n` : `${linesOf(reload).join('\n')}\n`);
  return reload.is_taken ? exitCodes.done : exitCodes.wrong;
};

const linesOf = ({ is_taken: isTaken, faults, changes }: ReloadAnswer): readonly string[] => {
  if (!isTaken)
    return [
      'The configuration has faults, so the one from before counts:',
      ...faults.map(
        ({ source, line, column, path, message }) =>
          `- ${[line === null ? source : `${source}:${line}:${column}`, path, message].filter(Boolean).join(' ')}`,
      ),
    ];
  return changes.length === 0
    ? ['The configuration was read again: nothing had changed.']
    : [
        'The configuration was read again:',
        ...changes.map(
          ({ path, outcome }) => `- ${path} ${outcome === 'APPLIED' ? 'counts now' : 'waits for a restart'}`,
        ),
      ];
};
