import { reloadOverHttp } from '../client/reload-command.ts';
import { exitCodes, type ExitCode } from '../client/exit-codes.ts';
import type { ClientCommand, Terminal } from '../client/terminal.ts';
import { loadConfiguration, type ConfigReading } from '../config.ts';
import { configChecks, type ConfigCheck } from '../config/config-checks.ts';
import { ConfigError, faultLine, type ConfigFault } from '../config/config-faults.ts';
import { configurationSchema } from '../config/published-schema.ts';
import { readWords } from '../client/command-words.ts';
import { UsageError } from '../client/usage-error.ts';
import { commandConfiguration } from './command-configuration.ts';

const options = {
  config: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

const read = (words: readonly string[]) => readWords(words, options);
type Values = ReturnType<typeof read>['values'];

/** `countersign config …`: nothing of it starts or changes anything but `reload`. */
export const runConfig: ClientCommand = async (words, terminal) => {
  const { values, positionals } = read(words);
  const [act, ...others] = positionals;
  const acts: Readonly<Record<string, (values: Values, terminal: Terminal) => Promise<ExitCode>>> = {
    check,
    reload: ({ json }, terminal) => reloadOverHttp(terminal, json),
    schema,
    show,
  };
  const run = act !== undefined && Object.hasOwn(acts, act) ? acts[act] : undefined;
  if (!run || others.length > 0)
    throw new UsageError(`config takes: ${Object.keys(acts).join(', ')}, with --config FILE.`);
  return run(values, terminal);
};

interface Checked {
  readonly checks: readonly ConfigCheck[];
  readonly faults: readonly ConfigFault[];
  readonly notes: readonly string[];
}

const examine = async ({ config: file }: Values): Promise<Checked> => {
  try {
    const reading = await commandConfiguration({ file });
    return { checks: configChecks(reading), faults: [], notes: reading.notes };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { checks: [], faults: error.found, notes: [] };
  }
};

const check = async (values: Values, { say }: Terminal): Promise<ExitCode> => {
  const { checks, faults, notes } = await examine(values);
  const isPassed = faults.length === 0 && checks.every((each) => each.isPassed);
  const lines = [
    `Configuration validation: ${isPassed ? 'PASSED' : 'FAILED'}`,
    ...faults.map((fault) => `- ${faultLine(fault)}`),
    ...checks.map(({ name, subject, finding }) => `- ${name}: ${subject} (${finding})`),
    ...notes.map((note) => `- Note: ${note}`),
  ];
  await say(
    values.json ? `${JSON.stringify({ isPassed, faults, checks, notes })}\n` : `${lines.join('\n')}\n`,
  );
  return isPassed ? exitCodes.done : exitCodes.wrong;
};

const schema = async (_: Values, { say }: Terminal): Promise<ExitCode> => {
  await say(configurationSchema());
  return exitCodes.done;
};

/** What counts and why, without secrets. */
const show = async ({ config: file, json }: Values, { say }: Terminal): Promise<ExitCode> => {
  const { hash, settings, file: path } = await loadConfiguration({ file });
  const lines = settings.map(({ path: name, value, source }) => `${name} = ${value}  (${wordsOf(source)})`);
  await say(
    json
      ? `${JSON.stringify({ hash, file: path, settings })}\n`
      : `${[...lines, `hash ${hash}`].join('\n')}\n`,
  );
  return exitCodes.done;
};

const wordsOf = (source: ConfigReading['settings'][number]['source']): string => {
  if (source.kind === 'FILE') return `line ${source.line}`;
  return source.kind === 'ENVIRONMENT' ? source.variable : 'default';
};
