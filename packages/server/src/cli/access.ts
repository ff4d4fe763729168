import { bootstrap, signInUrl, valueOf } from '../bootstrap.ts';
import type { Config } from '../config.ts';
import { ownOrigin } from '../infra/own-origin.ts';
import { recallFirstRun } from '../first-run.ts';
import type { AccessService } from '../modules/access/index.ts';
import { openAccess } from './operator-access.ts';
import { readWords } from '../client/command-words.ts';
import { UsageError } from '../client/usage-error.ts';
import { commandLogger } from './logger.ts';
import { commandConfiguration } from './command-configuration.ts';

/** What a command came to: for a program with \`--json\`, and in words. */
interface Answer {
  readonly data: object;
  readonly words: string;
}
type Command = (access: AccessService, config: Config, name: string | null) => Promise<Answer>;

/** As people reach the console: what the configuration says, or where the server said last that it is. */
const urlOf = async (config: Config): Promise<string> => {
  return config.http.publicUrl ?? (await recallFirstRun(config))?.url ?? ownOrigin(config.http);
};

const runBootstrap: Command = async (access, config) => {
  const first = await bootstrap(access, await urlOf(config));
  if (!first) {
    return {
      data: { isFirst: false },
      words: 'This database was set up before; nothing was made. For a link: countersign sign-in-link',
    };
  }
  const { tenant, administrator, signInUrl: url } = first;
  return {
    data: { isFirst: true, tenant: tenant.name, principal: administrator.name, signInUrl: url },
    words: `Made the tenant ${tenant.name} with the administrator ${administrator.name}.\n\n  Sign in (once, within 15 minutes):  ${url}`,
  };
};

const makeSignInLink: Command = async (access, config, name) => {
  const [person, ...others] = await access.findPeople(name);
  if (!person) throw new Error(await whyNobody(access, name));
  if (name !== null && others.length > 0) {
    throw new Error(
      `More than one tenant has a person called ${name}; an administrator of theirs can make the link.`,
    );
  }
  const link = valueOf(await access.createSignInLink(person.id));
  const url = signInUrl(await urlOf(config), link);
  return {
    data: { principal: person.name, signInUrl: url, expiresAt: link.expiresAt.toISOString() },
    words: `Sign in as ${person.name} (once, within 15 minutes):  ${url}`,
  };
};

const whyNobody = async (access: AccessService, name: string | null): Promise<string> => {
  if (await access.isEmpty()) return 'Nobody can sign in yet. Once: countersign bootstrap';
  if (name === null) return 'There is no administrator who may act.';
  const administrators = (await access.findPeople(null)).map((person) => person.name);
  return `No person called ${name} may act. Administrators: ${administrators.join(', ')}.`;
};

const commands: Readonly<Record<string, Command>> = {
  bootstrap: runBootstrap,
  'sign-in-link': makeSignInLink,
};

const read = (words: readonly string[]) =>
  readWords(words, {
    principal: { type: 'string' },
    json: { type: 'boolean', default: false },
  });

/** Lets people in: the first administrator, and whoever is there already. */
export const runAccess = async (words: readonly string[]): Promise<string> => {
  const { values, positionals } = read(words);
  const [name = '', ...rest] = positionals;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new UsageError(`There is no command ${name}.`);
  if (rest.length > 0) throw new UsageError(`${name} takes no ${rest.join(' ')}.`);
  if (values.principal !== undefined && name !== 'sign-in-link') {
    throw new UsageError(`${name} takes no --principal.`);
  }
  const { config } = await commandConfiguration();
  await using stack = new AsyncDisposableStack();
  const { access } = await openAccess(config, commandLogger(config), stack);
  const { data, words: text } = await command(access, config, values.principal ?? null);
  return values.json ? `${JSON.stringify(data)}\n` : `${text}\n`;
};
