import { exitCodes, type ExitCode } from '../client/exit-codes.ts';
import type { ClientCommand, Terminal } from '../client/terminal.ts';
import { readWords } from '../client/command-words.ts';
import { UsageError } from '../client/usage-error.ts';
import type { Config } from '../config.ts';
import { openDatabase } from '../database-access.ts';
import { encryptingKey } from '../infra/cell-cipher.ts';
import { createDatabase, type StatementRunner } from '../infra/database.ts';
import { findEmbeddedDatabase, startEmbeddedDatabase } from '../infra/embedded-database.ts';
import type { Logger } from '../infra/logger.ts';
import { commandLogger } from './logger.ts';
import { countValues, findKeysInUse, type KeyInUse } from '../record/encryption-store.ts';
import { fileCipherOf } from '../backups.ts';
import { createArchiveFiles } from '../modules/audit/index.ts';
import { findFiles, rotateKeys, type Rotation } from '../rotation.ts';
import { commandConfiguration } from './command-configuration.ts';

const options = { config: { type: 'string' }, json: { type: 'boolean', default: false } } as const;

const read = (words: readonly string[]) => readWords(words, options);

/** `countersign encryption …`, beside a server that runs or without one. */
export const runEncryption: ClientCommand = async (words, terminal) => {
  const { values, positionals } = read(words);
  const [act, ...others] = positionals;
  if ((act !== 'rotate' && act !== 'status') || others.length > 0)
    throw new UsageError('encryption takes: rotate, or status, with --config FILE.');
  const { config } = await commandConfiguration({ file: values.config });
  const logger = commandLogger(config);
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

const archiveOf = ({ config }: Given) =>
  createArchiveFiles(config.retention.archiveFolder, fileCipherOf(config));

const rotate = async (given: Given, { say }: Terminal): Promise<ExitCode> => {
  const owner = await openAsOwner(given);
  const rotation = await rotateKeys(owner, given.config.encryption.keys, archiveOf(given));
  await say(given.isJson ? `${JSON.stringify(rotation)}\n` : `${rotationWords(rotation)}\n`);
  return exitCodes.done;
};

const rotationWords = ({ key, rewritten, files, filesElsewhere, free }: Rotation): string => {
  const done = `Encrypted ${inWords(rewritten, 'row')}${files === 0 ? '' : ` and ${inWords(files, 'file')} of the archive`} with ${key}; everything is under it now.`;
  if (filesElsewhere > 0)
    return `${done.replace('everything', 'all that is here')} ${inWords(filesElsewhere, 'file')} of the archive ${filesElsewhere === 1 ? 'is' : 'are'} not in this archive folder, so no key may go yet: run it where they are.`;
  if (free.length === 0) return `${done} No other key was in use.`;
  return `${done} ${free.join(', ')} may be taken out of security.encryption.keys; keep what backups from before may need.`;
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

const inWords = (count: number, what: string): string =>
  `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;

/** Files of the archive in this home, by the names of their keys; plain ones under null. */
const countFiles = async (given: Given, database: StatementRunner): Promise<Map<string | null, number>> => {
  const archive = archiveOf(given);
  const counts = new Map<string | null, number>();
  for (const fileName of (await findFiles(database, archive)).here) {
    const key = await archive.keyOf(fileName);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
};

const status = async (given: Given, { say }: Terminal): Promise<ExitCode> => {
  const database = await openToRead(given);
  const inUse = await findKeysInUse(database);
  const [values, files] = [await countValues(database), await countFiles(given, database)];
  const under = (key: string | null) => ({ values: values.get(key) ?? 0, files: files.get(key) ?? 0 });
  const encryptsWith = encryptingKey(given.config.encryption.keys)?.name ?? null;
  const keys = inUse.map((key) => ({ ...key, ...under(key.name) }));
  const told = { encryptsWith, keys, plain: under(null) };
  await say(given.isJson ? `${JSON.stringify(told)}\n` : statusWords(told));
  return exitCodes.done;
};

interface Counts {
  readonly values: number;
  /** Of the archive, in this home. */
  readonly files: number;
}

const countWords = ({ values, files }: Counts): string =>
  `${inWords(values, 'value')}${files === 0 ? '' : `, ${inWords(files, 'file')} of the archive`}`;

const statusWords = ({
  encryptsWith,
  keys,
  plain,
}: {
  readonly encryptsWith: string | null;
  readonly keys: readonly (KeyInUse & Counts)[];
  readonly plain: Counts;
}): string => {
  if (keys.length === 0) return 'Payload is kept as it is.\n';
  const lines = keys.map(({ name, at, ...counts }) => {
    const does = name === encryptsWith ? 'encrypts' : 'decrypts';
    return `${name}  since ${at.toISOString()}, ${does}: ${countWords(counts)}\n`;
  });
  return `${lines.join('')}Under no key: ${countWords(plain)}. A key may go once "countersign encryption rotate" says so.\n`;
};
