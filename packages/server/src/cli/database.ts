import { exitCodes } from '../client/exit-codes.ts';
import type { ClientCommand } from '../client/terminal.ts';
import { loadConfiguration } from '../config.ts';
import { openDatabase } from '../database-access.ts';
import { readWords } from '../client/command-words.ts';
import { UsageError } from '../client/usage-error.ts';
import { commandLogger } from './logger.ts';

const options = { config: { type: 'string' }, json: { type: 'boolean', default: false } } as const;

const read = (words: readonly string[]) => readWords(words, options);

/**
 * `countersign database prepare`: what a start does first, and no more, so that the owner's password need not be
 * where the server runs.
 */
export const runDatabase: ClientCommand = async (words, { say }) => {
  const { values, positionals } = read(words);
  if (positionals.join(' ') !== 'prepare')
    throw new UsageError('database takes: prepare, with --config FILE.');
  const { config } = await loadConfiguration({ file: values.config });
  if (config.database.url === null)
    throw new Error('Only the owner of the tables makes them: give the URL of that user as DATABASE_URL.');
  await using stack = new AsyncDisposableStack();
  await openDatabase(config, commandLogger(config), stack);
  await say(values.json ? '{"isPrepared":true}\n' : 'The database is ready for this version.\n');
  return exitCodes.done;
};
