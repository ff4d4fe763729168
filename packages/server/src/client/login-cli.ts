import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { reach } from './api.ts';
import { CommandError, exitCodes } from './exit-codes.ts';
import type { ClientCommand, ClientEnvironment, Terminal } from './terminal.ts';
import { forgetLogin, loginFileIn, readLogin, saveLogin, type Login } from './login-file.ts';
import { readOptions } from './command-words.ts';
import { UsageError } from './usage-error.ts';

const usual = 'http://127.0.0.1:4000';

/** `login`: a key or a sign-in link, pasted or piped in, never an argument that others of the machine could see. */
export const runLogin: ClientCommand = async (words, terminal) => {
  const { url: given } = read(words);
  const pasted = (await paste(terminal, 'API key or sign-in link: ')).trim();
  if (pasted === '') throw new UsageError('login takes an API key or a sign-in link on standard input.');
  const link = linkOf(pasted);
  const url = originOf(link?.url ?? given ?? terminal.env.url ?? usual);
  const credential: Login['credential'] = link
    ? { kind: 'SESSION', cookie: await sessionOf(url, link.token) }
    : { kind: 'KEY', key: pasted };
  const { login, name } = await identify(url, credential);
  const file = loginFileIn(terminal.env);
  await saveLogin(file, login);
  await terminal.say(`Signed in at ${url} as ${name}. ${file} keeps it.\n`);
  return exitCodes.done;
};

export const runLogout: ClientCommand = async (words, { env, say }) => {
  if (words.length > 0) throw new UsageError(`logout takes no ${words.join(' ')}.`);
  const file = loginFileIn(env);
  const login = await readLogin(file);
  await forgetLogin(file);
  if (login?.credential.kind === 'SESSION')
    await reach(`${login.url}/session`, {
      method: 'DELETE',
      headers: { cookie: `cs_session=${login.credential.cookie}` },
    });
  await say(login ? `Signed out of ${login.url}.\n` : 'Nobody was signed in.\n');
  return exitCodes.done;
};

/** Of the environment, for scripts, or of the file. @throws {CommandError} where there is none. */
export const currentLogin = async (env: ClientEnvironment): Promise<Login> => {
  const { apiKey: key } = env;
  if (key !== undefined && key !== '') {
    const url = originOf(env.url ?? usual);
    return (await identify(url, { kind: 'KEY', key })).login;
  }
  const kept = await readLogin(loginFileIn(env));
  if (kept) return kept;
  throw new CommandError(
    exitCodes.unknown,
    'Nobody is signed in here: countersign login, or set COUNTERSIGN_API_KEY and COUNTERSIGN_URL.',
  );
};

const read = (words: readonly string[]) => readOptions(words, { url: { type: 'string' } });

const linkOf = (pasted: string): { readonly url: string; readonly token: string } | null => {
  if (!URL.canParse(pasted)) return null;
  const { origin, hash } = new URL(pasted);
  const token = new URLSearchParams(hash.slice(1)).get('token');
  if (token === null) throw new UsageError('This is an address, and no sign-in link.');
  return { url: origin, token };
};

/** Credentials go over plain HTTP to this machine alone. */
const originOf = (url: string): string => {
  if (!URL.canParse(url)) throw new UsageError(`${url} is no address: http://127.0.0.1:4000.`);
  const { protocol, hostname, origin } = new URL(url);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (protocol === 'https:' || (protocol === 'http:' && isHere)) return origin;
  throw new UsageError(`${url}: credentials are sent over https alone, but to this machine.`);
};

const sessionOf = async (url: string, token: string): Promise<string> => {
  const response = await reach(`${url}/session`, {
    method: 'POST',
    redirect: 'error',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  const cookie = response.headers
    .getSetCookie()
    .map((line) => /^cs_session=([^;]+)/.exec(line)?.[1])
    .find((found) => found !== undefined);
  if (response.ok && cookie !== undefined) return cookie;
  throw new CommandError(exitCodes.unknown, 'This link was used, has expired or was never given.');
};

const viewerAnswer = z.object({
  data: z.object({
    viewer: z.object({
      principal: z.object({ name: z.string() }),
      tenant: z.object({ id: z.string(), name: z.string() }),
    }),
  }),
});

/** Asks the server who it takes the credential for. */
const identify = async (
  url: string,
  credential: Login['credential'],
): Promise<{ readonly login: Login; readonly name: string }> => {
  const response = await reach(`${url}/graphql`, {
    method: 'POST',
    redirect: 'error',
    headers: {
      'content-type': 'application/json',
      'apollo-require-preflight': 'true',
      ...(credential.kind === 'KEY'
        ? { authorization: `Bearer ${credential.key}` }
        : { cookie: `cs_session=${credential.cookie}` }),
    },
    body: JSON.stringify({ query: '{ viewer { principal { name } tenant { id name } } }' }),
  });
  const told = viewerAnswer.safeParse(await response.json().catch(() => null));
  if (!told.success)
    throw new CommandError(
      exitCodes.unknown,
      `Nobody is known at ${url} by this. It answered with ${response.status}.`,
    );
  const { principal, tenant } = told.data.data.viewer;
  return { login: { url, credential, tenantId: tenant.id }, name: `${principal.name} of ${tenant.name}` };
};

/** What is typed is not shown; what is piped is read whole. */
const paste = async ({ stdin, stderr }: Terminal, question: string): Promise<string> => {
  if (!stdin.isTTY) return text(stdin);
  stderr.write(question);
  const silent = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  using line = createInterface({ input: stdin, output: silent, terminal: true });
  const answer = await line.question('');
  stderr.write('\n');
  return answer;
};
