import { parseArgs } from 'node:util';
import { bootstrap, signInUrl, valueOf } from './bootstrap.ts';
import { readConfig, type Config } from './config.ts';
import { recallFirstRun } from './first-run.ts';
import { runAudit } from './audit-cli.ts';
import { runStop } from './stop-cli.ts';
import { createLogger } from './infra/logger.ts';
import { UsageError } from './usage-error.ts';
import type { AccessService } from './modules/access/index.ts';
import { openAccess } from './operator-access.ts';

const usage = `usage: countersign <command> [--json]

  bootstrap                        makes the first tenant, its administrator and a sign-in link, once
  sign-in-link [--principal NAME]  makes a link with which a person signs in once, by default an administrator

  stop [--scope KIND[=VALUE]]      stops what agents do, at once, also where no server runs: GLOBAL by default
                                   [--mode HALT|PAUSE] [--reason WORDS] [--drill]
  stop status                      says what is stopped
  release ID --reason WORDS        lets it go on [--stage OBSERVE|LOW_RISK|ALL]

  audit export --out FILE          writes the sealed record, or the evidence of a task,
                                   as JSON Lines [--task ID] [--tenant NAME]
  audit verify FILE --key KEY_FILE checks a copy of it, or the evidence of a task, without the database:
                                   KEY_FILE is audit.pub [--anchor HEADS_FILE]

With the same settings as the server: DATABASE_URL, COUNTERSIGN_HOME, COUNTERSIGN_URL or PORT.
`;

/** What a command came to: for a program with \`--json\`, and in words. */
interface Answer {
  readonly data: object;
  readonly words: string;
}
type Command = (access: AccessService, config: Config, name: string | null) => Promise<Answer>;

/** As people reach the console: what the configuration says, or where the server said last that it is. */
const urlOf = async (config: Config): Promise<string> => {
  const { publicUrl, host, port } = config.http;
  return publicUrl ?? (await recallFirstRun(config))?.url ?? `http://${host}:${port}`;
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

const read = (words: readonly string[]) => {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        principal: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

const run = async (words: readonly string[]): Promise<string> => {
  if (words[0] === 'stop' || words[0] === 'release') return runStop(words);
  if (words[0] === 'audit') return runAudit(words.slice(1));
  const { values, positionals } = read(words);
  const [name = 'help', ...rest] = positionals;
  if (values.help || name === 'help') return usage;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new UsageError(`There is no command ${name}.`);
  if (rest.length > 0) throw new UsageError(`${name} takes no ${rest.join(' ')}.`);
  if (values.principal !== undefined && name !== 'sign-in-link') {
    throw new UsageError(`${name} takes no --principal.`);
  }
  const config = readConfig();
  await using stack = new AsyncDisposableStack();
  const { access } = await openAccess(config, createLogger({ level: config.log.level }), stack);
  const { data, words: text } = await command(access, config, values.principal ?? null);
  return values.json ? `${JSON.stringify(data)}\n` : `${text}\n`;
};

try {
  process.stdout.write(await run(process.argv.slice(2)));
} catch (error) {
  const isUsage = error instanceof UsageError;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n${isUsage ? `\n${usage}` : ''}`);
  process.exitCode = isUsage ? 2 : 1;
}
