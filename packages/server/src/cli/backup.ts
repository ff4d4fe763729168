import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readKeys, type Keys } from '@countersign/audit/verify-audit';
import { carriedFiles, fileCipherOf, openBackupKey, openBackupPlace, openedFolder } from '../backups.ts';
import type { Config, ConfigReading } from '../config.ts';
import { systemClock } from '../infra/clock.ts';
import { newId } from '../infra/ids.ts';
import { createArchiveFiles } from '../modules/audit/index.ts';
import { backupVerdictWords, takeBackup, verifyBackup } from '../modules/backup/index.ts';
import { version } from '../version.ts';
import { openAccess } from './operator-access.ts';
import { readWords } from '../client/command-words.ts';
import { UsageError } from '../client/usage-error.ts';
import { commandLogger } from './logger.ts';
import { commandConfiguration } from './command-configuration.ts';

const options = {
  dir: { type: 'string' },
  key: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
} as const;
type Values = ReturnType<typeof read>['values'];

const read = (words: readonly string[]) => readWords(words, options);

/** `countersign backup …`: what to print. Throws where a backup is not what was signed. */
export const runBackup = async (words: readonly string[]): Promise<string> => {
  const { values, positionals } = read(words);
  const [act, id, ...others] = positionals;
  const reading = await commandConfiguration();
  if (act === undefined && values.key === undefined) return take(reading, values);
  if (act === 'list' && id === undefined && values.key === undefined) return list(reading.config, values);
  if (act === 'verify' && others.length === 0) return verified(reading.config, id ?? null, values);
  throw new UsageError(
    'backup takes: nothing else, list, or verify [ID] [--key KEY_FILE], each with --dir FOLDER.',
  );
};

const openPlace = (config: Config, { dir }: Values) =>
  dir === undefined ? openBackupPlace(config) : openedFolder(dir, config);

const told = ({ json }: Values, data: object, words: string): string =>
  json ? `${JSON.stringify(data)}\n` : `${words}\n`;

const take = async (reading: ConfigReading, values: Values): Promise<string> => {
  const { config } = reading;
  await using stack = new AsyncDisposableStack();
  const logger = commandLogger(config);
  const { database, journal, access } = await openAccess(config, logger, stack);
  const key = openBackupKey(config);
  const place = stack.use(openPlace(config, values));
  const { id, takenAt, tables, files } = await takeBackup(
    {
      journal,
      connectionString: database.session.connectionString,
      place,
      archive: createArchiveFiles(config.retention.archiveFolder, fileCipherOf(config)),
      key,
      clock: systemClock,
    },
    {
      id: newId(),
      byId: null,
      release: version,
      tenantIds: (await access.findTenants()).map((tenant) => tenant.id),
      through: 'CLI',
      secrets: Object.keys(config.secrets),
      files: carriedFiles(config, reading.settings),
    },
  );
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const where = values.dir === undefined ? '' : ` --dir ${place.name}`;
  const command = `countersign backup verify ${id}${where} --key ${config.home}/backup.pub`;
  const folder = `${place.name}/${id}`;
  return told(
    values,
    { id, takenAt, folder, rows, bytes, keyId: key.keyId },
    `Backed up everything as it was at ${takenAt}: ${rows} rows in ${bytes} bytes.\n\n  It is in  ${folder}\n  Check it, here or elsewhere:  ${command}\n\n  Keys and secrets are not in it: keep *.key of ${config.home} apart.`,
  );
};

const list = async (config: Config, values: Values): Promise<string> => {
  await using place = openPlace(config, values);
  const ids = await place.list();
  return told(
    values,
    { folder: place.name, ids },
    ids.length === 0 ? `There is no backup in ${place.name}.` : ids.join('\n'),
  );
};

const verified = async (config: Config, given: string | null, values: Values): Promise<string> => {
  await using place = openPlace(config, values);
  const id = given ?? (await place.list()).at(-1);
  if (id === undefined) throw new Error(`There is no backup in ${place.name}.`);
  const verdict = await verifyBackup(place, id, trustedKeys(config, values));
  const text = values.json ? JSON.stringify(verdict) : backupVerdictWords(verdict);
  if (!verdict.ok) throw new Error(text);
  return `${text}\n`;
};

/** Never one that came with the backup. */
export const trustedKeys = (
  { home }: Pick<Config, 'home'>,
  { key }: { readonly key?: readonly string[] | undefined },
): Keys => {
  const files = key ?? [join(home, 'backup.pub')];
  const keys = readKeys(files.map((file) => readFileSync(file, 'utf8')).join('\n'));
  if (keys.size === 0) throw new Error(`${files.join(', ')} holds no Ed25519 public key.`);
  return keys;
};
