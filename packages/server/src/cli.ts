import { readClientEnvironment } from './cli/client-environment.ts';
import { errorWords } from './client/error-words.ts';
import { exitCodes } from './client/exit-codes.ts';
import type { ClientCommand, Terminal } from './client/terminal.ts';
import { UsageError } from './client/usage-error.ts';

const usage = `usage: countersign <command> [--json]

To a server, over HTTP, as whoever is signed in (docs/reference/cli.md):

  login [--url URL]                takes an API key or a sign-in link on standard input; logout forgets it
  task submit [FILE|-]             [--goal WORDS] [--action TYPE --params JSON] [--wait] …: an agent plans
                                   a goal without an action
  task wait|show|cancel ID         until it has ended [--timeout SECONDS]; its plan; ends it
  task list                        [--status S] [--environment E] [--tag T] [--search WORDS] [--mine]
  task approve|reject ID           [--token TOKEN] [--reason WORDS]
  task events|logs ID              [--follow]
  task feedback ID                 --outcome success|modified|failure --quality 1…5 [--notes WORDS]

  restore ask BACKUP               asks for a backup to be restored beside what runs, stopped: --reason WORDS
  restore approve ID               by another administrator: it begins; restore discard ID --reason WORDS ends it
  restore list|show|wait ID        those that there are; one; until it has ended [--timeout SECONDS]

On the machine of the server:

  bootstrap                        makes the first tenant, its administrator and a sign-in link, once
  sign-in-link [--principal NAME]  makes a link with which a person signs in once, by default an administrator

  passkeys reset PERSON            takes all passkeys of a person who lost them, on record [--tenant NAME]

  encryption rotate                encrypts with the first key what is under others, or under none, and says
                                   which keys may go; encryption status: which there are [--config FILE]

  database prepare [--config FILE] makes users, tables and rights for this version, as the owner, and ends

  health [--config FILE]           whether the server of this configuration answers here, for health checks

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
  restore switch ID                goes on from a restore that waits in quarantine; the server must not run

  agents evaluate [AGENT]          has agents plan the goals of their evaluation sets with recorded answers, over a
                                   sandbox of its own: plan validity, tool use, cost
                                   [--live]: asks the models of the configuration

  policy check BUNDLE              checks rules before anybody publishes them: size, signature, data, and
                                   every rule's own example
  policy replay ID                 makes a recorded decision once more, by its own id or its task's
  policy replay --since TIME       or the newest ones since then [--most N]

  intent check FILE                says what the hand-off directory would say of an intent file: format,
                                   schema, security, threats [--schema FILE] [--security-mode=strict|schema]

  config check [--config FILE]     says PASSED and what was looked at, or every fault with its line
  config show                      each setting as it counts, with where it is from
  config schema                    JSON Schema of the file, for editors
  config reload                    has the server read it again, and says what counts now

With the same settings as the server: COUNTERSIGN_CONFIG, DATABASE_URL, COUNTERSIGN_HOME, COUNTERSIGN_URL or PORT.
`;

/** Each loads what it needs when it is called: a command of the terminal need not load a server. */
const commands: Readonly<Record<string, (words: readonly string[]) => Promise<string>>> = {
  help: () => Promise.resolve(usage),
  bootstrap: async (words) => (await import('./cli/access.ts')).runAccess(words),
  'sign-in-link': async (words) => (await import('./cli/access.ts')).runAccess(words),
  stop: async (words) => (await import('./cli/stop.ts')).runStop(words),
  release: async (words) => (await import('./cli/stop.ts')).runStop(words),
  policy: async (words) => (await import('./cli/policy.ts')).runPolicy(words.slice(1)),
  backup: async (words) => (await import('./cli/backup.ts')).runBackup(words.slice(1)),
  audit: async (words) => (await import('./cli/audit.ts')).runAudit(words.slice(1)),
  passkeys: async (words) => (await import('./cli/passkeys.ts')).runPasskeys(words.slice(1)),
  retention: async (words) => (await import('./cli/retention.ts')).runRetention(words.slice(1)),
};

const run = async (words: readonly string[]): Promise<string> => {
  const [name = 'help'] = words;
  if (words.includes('--help') || words.includes('-h')) return usage;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new UsageError(`There is no command ${name}.`);
  return command(words);
};

/** Those that say themselves what came of it. */
const clientCommands: Readonly<Record<string, ClientCommand>> = {
  task: async (...given) => (await import('./client/task-cli.ts')).runTask(...given),
  login: async (...given) => (await import('./client/login-cli.ts')).runLogin(...given),
  logout: async (...given) => (await import('./client/login-cli.ts')).runLogout(...given),
  intent: async (...given) => (await import('./cli/intent.ts')).runIntent(...given),
  agents: async (...given) => (await import('./cli/agents.ts')).runAgents(...given),
  config: async (...given) => (await import('./cli/config.ts')).runConfig(...given),
  database: async (...given) => (await import('./cli/database.ts')).runDatabase(...given),
  health: async (...given) => (await import('./cli/health.ts')).runHealth(...given),
  encryption: async (...given) => (await import('./cli/encryption.ts')).runEncryption(...given),
  async restore(...given) {
    const { asksServer, runAskedRestore } = await import('./client/restore-cli.ts');
    if (asksServer(given[0])) return runAskedRestore(...given);
    return (await import('./cli/restore.ts')).runRestore(...given);
  },
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
