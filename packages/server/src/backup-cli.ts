import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keyIdOf, readKeys, type Keys } from '@countersign/audit/verify-audit';
import { loadConfiguration, type Config, type ConfigReading } from './config.ts';
import { systemClock } from './infra/clock.ts';
import { newId } from './infra/ids.ts';
import { createLogger } from './infra/logger.ts';
import { openSigningKey } from './infra/signing-key.ts';
import { createArchiveFiles } from './modules/audit/index.ts';
import {
  backupFolder,
  backupVerdictWords,
  takeBackup,
  verifyBackup,
  type CarriedFile,
} from './modules/backup/index.ts';
import { version } from './monitoring.ts';
import { openAccess } from './operator-access.ts';
import { UsageError } from './usage-error.ts';

const options = {
  dir: { type: 'string' },
  key: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
} as const;
type Values = ReturnType<typeof read>['values'];

const read = (words: readonly string[]) => {
  try {
    return parseArgs({ args: [...words], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

/** `countersign backup …`: what to print. Throws where a backup is not what was signed. */
export const runBackup = async (words: readonly string[]): Promise<string> => {
  const { values, positionals } = read(words);
  const [act, id, ...others] = positionals;
  const reading = await loadConfiguration();
  if (act === undefined && values.key === undefined) return take(reading, values);
  if (act === 'list' && id === undefined && values.key === undefined) return list(reading.config, values);
  if (act === 'verify' && others.length === 0) return verified(reading.config, id ?? null, values);
  throw new UsageError(
    'backup takes: nothing else, list, or verify [ID] [--key KEY_FILE], each with --dir FOLDER.',
  );
};

const placeOf = ({ home }: Config, { dir }: Values) => backupFolder(dir ?? join(home, 'backups'));

const told = ({ json }: Values, data: object, words: string): string =>
  json ? `${JSON.stringify(data)}\n` : `${words}\n`;

const take = async (reading: ConfigReading, values: Values): Promise<string> => {
  const { config } = reading;
  await using stack = new AsyncDisposableStack();
  const logger = createLogger({ level: config.log.level });
  const { database, journal, access } = await openAccess(config, logger, stack);
  const key = openSigningKey({ folder: config.home, name: 'backup', idOf: keyIdOf });
  const place = placeOf(config, values);
  const { id, takenAt, tables, files } = await takeBackup(
    {
      journal,
      connectionString: database.session.connectionString,
      place,
      archive: createArchiveFiles(config.retention.archiveFolder),
      key,
      clock: systemClock,
      newId,
    },
    {
      release: version,
      tenantIds: (await access.findTenants()).map((tenant) => tenant.id),
      through: 'CLI',
      secrets: Object.keys(config.secrets),
      files: carriedFiles(reading),
    },
  );
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const command = `countersign backup verify ${id} --dir ${place.name} --key ${config.home}/backup.pub`;
  return told(
    values,
    { id, takenAt, folder: join(place.name, id), rows, bytes, keyId: key.keyId },
    `Backed up everything as it was at ${takenAt}: ${rows} rows in ${bytes} bytes.\n\n  It is in  ${join(place.name, id)}\n  Check it, here or elsewhere:  ${command}\n\n  Keys and secrets are not in it: keep *.key of ${config.home} apart.`,
  );
};

/** What goes with the database, and never a secret: how it was set, and what says which keys to trust. */
const carriedFiles = ({ config, settings }: ConfigReading): CarriedFile[] => [
  { path: 'settings.json', bytes: Buffer.from(`${JSON.stringify(settings, null, 2)}\n`) },
  ...carried('policy-data.json', config.policy.dataFile),
  ...carried('home/audit-heads.jsonl', config.audit.anchor.file),
  ...['audit.pub', 'backup.pub'].flatMap((name) => carried(`home/${name}`, join(config.home, name))),
];

const carried = (path: string, file: string | null): CarriedFile[] => {
  if (file === null) return [];
  try {
    return [{ path, bytes: readFileSync(file) }];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
};

const list = async (config: Config, values: Values): Promise<string> => {
  const place = placeOf(config, values);
  const ids = await place.list();
  return told(
    values,
    { folder: place.name, ids },
    ids.length === 0 ? `There is no backup in ${place.name}.` : ids.join('\n'),
  );
};

const verified = async (config: Config, given: string | null, values: Values): Promise<string> => {
  const place = placeOf(config, values);
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
