import { parseArgs } from 'node:util';
import { bootstrap, signInUrl, valueOf } from './bootstrap.ts';
import { loadConfiguration, readClientEnvironment, type Config } from './config.ts';
import { recallFirstRun } from './first-run.ts';
import { runAudit } from './audit-cli.ts';
import { errorWords } from './client/error-words.ts';
import { exitCodes } from './client/exit-codes.ts';
import { runLogin, runLogout } from './client/login-cli.ts';
import { runTask } from './client/task-cli.ts';
import type { ClientCommand, Terminal } from './client/terminal.ts';
import { runBackup } from './backup-cli.ts';
import { runRestore } from './restore-cli.ts';
import { runRetention } from './retention-cli.ts';
import { runPasskeys } from './passkeys-cli.ts';
import { runPolicy } from './policy-cli.ts';
import { runConfig } from './config-cli.ts';
import { runDatabase } from './database-cli.ts';
import { runIntent } from './intent-cli.ts';
import { runStop } from './stop-cli.ts';
import { createLogger } from './infra/logger.ts';
import { UsageError } from './usage-error.ts';
import type { AccessService } from './modules/access/index.ts';
import { openAccess } from './operator-access.ts';

const usage = `usage: countersign <command> [--json]

To a server, over HTTP, as whoever is signed in (docs/reference/cli.md):

  login [--url URL]                takes an API key or a sign-in link on standard input; logout forgets it
  task submit [FILE|-]             [--goal WORDS] [--action TYPE --params JSON] [--wait] …: an agent plans
                                   a goal without an action
  task wait|show|cancel ID         until it has ended [--timeout SECONDS]; its plan; ends it
  task list                        [--status S] [--environment E] [--tag T] [--search WORDS] [--mine]
  task approve|reject ID           [--token TOKEN] [--reason WORDS]
  task events|logs ID              [--follow]

On the machine of the server:

  bootstrap                        makes the first tenant, its administrator and a sign-in link, once
  sign-in-link [--principal NAME]  makes a link with which a person signs in once, by default an administrator

  passkeys reset PERSON            takes all passkeys of a person who lost them, on record [--tenant NAME]

  database prepare [--config FILE] makes users, tables and rights for this version, as the owner, and ends

  stop [--scope KIND[=VALUE]]      stops what agents do, at once, also where no server runs: GLOBAL by default
                                   [--mode HALT|PAUSE] [--reason WORDS] [--drill]
  stop status                      says what is stopped
  release ID --reason WORDS        lets it go on [--stage OBSERVE|LOW_RISK|ALL]

  audit export --out FILE          writes the sealed record, or the evidence of a task,
                                   as JSON Lines [--task ID] [--tenant NAME]
                                   [--after-archive]: only what the archive does not hold
  audit verify FILE… --key KEY_FILE
                                   checks a copy of it, the evidence of a task, or an archive and what came after
                                   it, without the database: KEY_FILE is audit.pub [--key MORE] [--anchor HEADS_FILE]
  audit erase --task ID            takes out what entries said, of a task or one [--seq SEQ]: --reason WORDS
  audit rotate-key --reason WORDS  begins another key, signed by the one before where that is there

  retention plan                   says what is kept for how long, and what is past its time
  retention run                    archives and removes it now, as the server does every ten minutes

  backup [--dir FOLDER]            backs up everything while the work goes on, signed, by default to the home folder
  backup list                      says which there are
  backup verify [ID]               checks one, by default the newest, without the database: [--key KEY_FILE],
                                   which is backup.pub

  restore FOLDER                   restores the backup in that folder into an empty home and database, stopped:
                                   [--key KEY_FILE] [--anchor HEADS_FILE]

  policy check BUNDLE              checks rules before anybody publishes them: size, signature, data, and
                                   every rule's own example
  policy replay ID                 makes a recorded decision once more, by its own id or its task's
  policy replay --since TIME       or the newest ones since then [--most N]

  intent check FILE                says what the hand-off directory would say of an intent file: format,
                                   schema, security, threats [--schema FILE] [--security-mode=strict|schema]

  config check [--config FILE]     says PASSED and what was looked at, or every fault with its line
  config show                      each setting as it counts, with where it is from
  config schema                    JSON Schema of the file, for editors

With the same settings as the server: COUNTERSIGN_CONFIG, DATABASE_URL, COUNTERSIGN_HOME, COUNTERSIGN_URL or PORT.
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
  if (words[0] === 'policy') return runPolicy(words.slice(1));
  if (words[0] === 'backup') return runBackup(words.slice(1));
  if (words[0] === 'audit') return runAudit(words.slice(1));
  if (words[0] === 'retention') return runRetention(words.slice(1));
  if (words[0] === 'passkeys') return runPasskeys(words.slice(1));
  const { values, positionals } = read(words);
  const [name = 'help', ...rest] = positionals;
  if (values.help || name === 'help') return usage;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new UsageError(`There is no command ${name}.`);
  if (rest.length > 0) throw new UsageError(`${name} takes no ${rest.join(' ')}.`);
  if (values.principal !== undefined && name !== 'sign-in-link') {
    throw new UsageError(`${name} takes no --principal.`);
  }
  const { config } = await loadConfiguration();
  await using stack = new AsyncDisposableStack();
  const { access } = await openAccess(config, createLogger({ level: config.log.level }), stack);
  const { data, words: text } = await command(access, config, values.principal ?? null);
  return values.json ? `${JSON.stringify(data)}\n` : `${text}\n`;
};

/** Those that need no settings of a server: they say themselves what came of it. */
const clientCommands: Readonly<Record<string, ClientCommand>> = {
  task: runTask,
  login: runLogin,
  logout: runLogout,
  intent: runIntent,
  config: runConfig,
  database: runDatabase,
  restore: runRestore,
};

/** The code to exit with, once what there is to say has been said. */
const answer = async (words: readonly string[]): Promise<number> => {
  const [name = '', ...rest] = words;
  const client = Object.hasOwn(clientCommands, name) ? clientCommands[name] : undefined;
  try {
    if (client) return await client(rest, terminal);
    await say(process.stdout, await run(words));
    return exitCodes.done;
  } catch (error) {
    const { code, text } = errorWords(error, words.includes('--json'));
    await say(process.stderr, code === exitCodes.usage ? `${text}\n${usage}` : text);
    return code;
  }
};

const say = (stream: NodeJS.WriteStream, text: string): Promise<void> =>
  new Promise((resolve) => stream.write(text, () => resolve()));

const terminal: Terminal = {
  env: readClientEnvironment(),
  stdin: process.stdin,
  stderr: process.stderr,
  say: (text) => say(process.stdout, text),
};

// Not by itself: where a command had to migrate, the engine of that leaves a timer of ten seconds behind.
process.exit(await answer(process.argv.slice(2)));
