import { parseArgs } from 'node:util';
import { exitCodes, type ExitCode } from '../client/exit-codes.ts';
import type { ClientCommand, Terminal } from '../client/terminal.ts';
import { UsageError } from '../client/usage-error.ts';
import { loadConfiguration, type Config } from '../config.ts';
import { openDatabase } from '../database-access.ts';
import { encryptingKey } from '../infra/cell-cipher.ts';
import { createDatabase } from '../infra/database.ts';
import { findEmbeddedDatabase, startEmbeddedDatabase } from '../infra/embedded-database.ts';
import { createLogger, type Logger } from '../infra/logger.ts';
import { countValues, findKeysInUse } from '../record/encryption-store.ts';
import { rotateKeys } from '../rotation.ts';

const options = { config: { type: 'string' }, json: { type: 'boolean', default: false } } as const;

const read = (words: readonly string[]) => {
  try {
    return parseArgs({ args: [...words], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

/** `countersign encryption …`, beside a server that runs or without one. */
export const runEncryption: ClientCommand = async (words, terminal) => {
  const { values, positionals } = read(words);
  const [act, ...others] = positionals;
  if ((act !== 'rotate' && act !== 'status') || others.length > 0)
    throw new UsageError('encryption takes: rotate, or status, with --config FILE.');
  const { config } = await loadConfiguration({ file: values.config });
  // Standard output is for what came of it.
  const logger = createLogger({ level: config.log.level, destination: terminal.stderr });
  await using stack = new AsyncDisposableStack();
  const given = { config, logger, stack, isJson: values.json };
  return await (act === 'status' ? status(given, terminal) : rotate(given, terminal));
};

interface Given {
  readonly config: Config;
  readonly logger: Logger;
  readonly stack: AsyncDisposableStack;
  readonly isJson: boolean;
}

/** As the owner of the tables: what is recorded is changed by nobody else, not even in its form. */
const openAsOwner = async ({ config, logger, stack }: Given) => {
  const { url: given, given: logins } = config.database;
  if (given === null && logins !== null)
    throw new Error(
      'Only the owner of the tables encrypts what they hold: give the URL of that user as DATABASE_URL.',
    );
  const url =
    given ??
    (await findEmbeddedDatabase(config.home)) ??
    stack.use(await startEmbeddedDatabase(config.home, logger)).connectionString;
  const ours = { ...config, database: { ...config.database, url } };
  await openDatabase(ours, logger, stack);
  return stack.use(createDatabase({ connectionString: url, poolSize: 2, logger }));
};

const rotate = async (given: Given, { say }: Terminal): Promise<ExitCode> => {
  const owner = await openAsOwner(given);
  const { key, rewritten, free } = await rotateKeys(owner, given.config.encryption.keys);
  const mayGo =
    free.length > 0
      ? ` ${free.join(', ')} may be taken out of security.encryption.keys; keep what backups from before may need.`
      : ' No other key was in use.';
  await say(
    given.isJson
      ? `${JSON.stringify({ key, rewritten, free })}\n`
      : `Encrypted ${rewritten.toLocaleString('en')} rows with ${key}; everything is under it now.${mayGo}\n`,
  );
  return exitCodes.done;
};

/** As the server's own user, which reads what there is to tell. */
const openToRead = async ({ config, logger, stack }: Given) => {
  const { url, given } = config.database;
  const running = url === null && given === null ? await findEmbeddedDatabase(config.home) : url;
  const { database } = await openDatabase(
    { ...config, database: { ...config.database, url: running } },
    logger,
    stack,
  );
  return database;
};

const inWords = (values: number): string =>
  `${values.toLocaleString('en')} ${values === 1 ? 'value' : 'values'}`;

const status = async (given: Given, { say }: Terminal): Promise<ExitCode> => {
  const database = await openToRead(given);
  const inUse = await findKeysInUse(database);
  const counts = await countValues(database);
  const first = encryptingKey(given.config.encryption.keys)?.name ?? null;
  const keys = inUse.map((key) => ({ ...key, values: counts.get(key.name) ?? 0 }));
  const plainValues = counts.get(null) ?? 0;
  const told = keys.map(
    ({ name, at, values }) =>
      `${name}  since ${at.toISOString()}, ${name === first ? 'encrypts' : 'decrypts'}: ${inWords(values)}\n`,
  );
  const words =
    keys.length === 0
      ? 'Payload is kept as it is.\n'
      : `${told.join('')}Under no key: ${inWords(plainValues)}. A key may go once "countersign encryption rotate" has said so.\n`;
  await say(given.isJson ? `${JSON.stringify({ encryptsWith: first, keys, plainValues })}\n` : words);
  return exitCodes.done;
};
