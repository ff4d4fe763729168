import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { openBackupPlace, openedFolder } from '../backups.ts';
import { trustedKeys } from './backup.ts';
import { exitCodes } from '../client/exit-codes.ts';
import type { ClientCommand, Terminal } from '../client/terminal.ts';
import { readWords } from '../client/command-words.ts';
import { UsageError } from '../client/usage-error.ts';
import type { Config } from '../config.ts';
import { createLogger } from '../infra/logger.ts';
import type { RestoreStep } from '../modules/backup/index.ts';
import { isId } from '../modules/inputs.ts';
import { restoreInto } from '../restoring.ts';
import { switchedWords, switchTo } from './restore-switch.ts';
import { commandConfiguration } from './command-configuration.ts';

const options = {
  key: { type: 'string', multiple: true },
  anchor: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;
type Values = ReturnType<typeof read>['values'];

const read = (words: readonly string[]) => readWords(words, options);

/** `countersign restore FOLDER`, or an id where the configuration says: its steps on standard error as it goes, and what came of it. */
export const runRestore: ClientCommand = async (words, { say, stderr }) => {
  const { values, positionals } = read(words);
  const [act, id] = positionals;
  if (act === 'switch' && id !== undefined && positionals.length === 2) {
    const { config } = await commandConfiguration();
    const switched = await switchTo(config, logsTo(stderr, config), id);
    await say(values.json ? `${JSON.stringify(switched)}\n` : switchedWords(switched));
    return exitCodes.done;
  }
  const [folder, ...others] = positionals;
  if (folder === undefined || others.length > 0)
    throw new UsageError(
      'restore takes: FOLDER of one backup, or its ID where the configuration says where backups are, [--key KEY_FILE] [--anchor HEADS_FILE]. Or: switch ID, of a restore that waits in quarantine.',
    );
  const { config } = await commandConfiguration();
  const startedAt = performance.now();
  const tell = (state: RestoreStep, text: string): Promise<void> => {
    const ms = Math.round(performance.now() - startedAt);
    stderr.write(
      values.json
        ? `${JSON.stringify({ state, ms, message: text })}\n`
        : `${state.padEnd(10)}  ${text} (${ms} ms)\n`,
    );
    return Promise.resolve();
  };
  const isNamed = isId(folder) && !existsSync(resolve(folder));
  await using place = isNamed ? openBackupPlace(config) : openedFolder(dirname(resolve(folder)), config);
  const logger = logsTo(stderr, config);
  const { manifest, rows, notes } = await restoreInto(
    config,
    logger,
    { place, keys: keysFor(config, values), tell, anchor: values.anchor },
    basename(resolve(folder)),
  );
  const told = { id: manifest.id, takenAt: manifest.takenAt, rows, notes };
  const { secrets } = manifest;
  const lines = [
    `Restored ${rows} rows, as they were at ${manifest.takenAt}. Everything is stopped (GLOBAL, HALT) until people have looked:`,
    '',
    '  See what stands where:  countersign stop status',
    '  Then let it go on:      countersign release ID --reason WORDS',
    ...(secrets.length === 0 ? [] : ['', `It needs these secrets again: ${secrets.join(', ')}.`]),
    ...notes.flatMap((note) => ['', note]),
  ];
  await say(values.json ? `${JSON.stringify({ ...told, secrets })}\n` : `${lines.join('\n')}\n`);
  return exitCodes.done;
};

/** Standard output is for what came of it. */
const logsTo = (destination: Terminal['stderr'], { log }: Config) =>
  createLogger({ level: log.level, destination });

const keysFor = (config: Config, values: Values) => {
  if (values.key === undefined && !existsSync(join(config.home, 'backup.pub')))
    throw new UsageError(
      'Say --key KEY_FILE: backup.pub, as it was taken away from where the backup was taken.',
    );
  return trustedKeys(config, values);
};
