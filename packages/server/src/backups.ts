import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyIdOf, readKeys } from '@countersign/audit/verify-audit';
import type { Config } from './config.ts';
import { createEgress, type EgressConfig } from './infra/egress.ts';
import { createHttpClient } from './infra/http-client.ts';
import { createS3Client } from './infra/s3-client.ts';
import { createFileCipher, type FileCipher } from './infra/file-cipher.ts';
import { openSigningKey } from './infra/signing-key.ts';
import type { Logger } from './infra/logger.ts';
import {
  backupBucket,
  backupFolder,
  bucketName,
  encryptedPlace,
  type BackupPlace,
  type CarriedFile,
  type PerformBackup,
} from './modules/backup/index.ts';
import { version } from './version.ts';
import type { Services } from './services.ts';

/** A setting as it counts, without what is secret. */
interface ToldSetting {
  readonly path: string;
  /** As JSON. */
  readonly value: string;
}

export const openBackupKey = ({ home }: Pick<Config, 'home'>) =>
  openSigningKey({ folder: home, name: 'backup', idOf: keyIdOf });

/** Where backups are put, as people find it. */
export const backupPlaceName = ({ backup: { s3, folder } }: Pick<Config, 'backup'>): string =>
  s3 === null ? folder : bucketName(s3);

/** Where backups are put, until it is disposed of. */
export const openBackupPlace = (
  config: Pick<Config, 'backup' | 'executors' | 'encryption'>,
): BackupPlace & AsyncDisposable => {
  const {
    backup: { s3, folder },
    executors: { egress },
  } = config;
  if (s3 === null) return openedFolder(folder, config);
  const { host } = new URL(s3.endpoint);
  const way = createEgress({
    ...(egress as EgressConfig),
    // Whoever configures it lets it be called, wherever it is.
    allowedInternalHosts: [...(egress.allowedInternalHosts ?? []), host],
  });
  const client = createS3Client(createHttpClient(way, { reach: 'INTERNET' }), s3);
  const bucket = encryptedPlace(backupBucket(client, s3), fileCipherOf(config));
  return { ...bucket, [Symbol.asyncDispose]: () => way[Symbol.asyncDispose]() };
};

/** With the keys that a configuration has, for as long as it counts. */
export const fileCipherOf = ({ encryption: { keys } }: Pick<Config, 'encryption'>): FileCipher =>
  createFileCipher(() => keys);

export const openedFolder = (
  folder: string,
  config: Pick<Config, 'encryption'>,
): BackupPlace & AsyncDisposable => ({
  ...encryptedPlace(backupFolder(folder), fileCipherOf(config)),
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

/** What a worker takes a backup with. */
export const backupsOf = (
  {
    live,
    database,
    journal,
    clock,
    sealing,
    access,
    configuration,
  }: Pick<Services, 'live' | 'database' | 'journal' | 'clock' | 'sealing' | 'access' | 'configuration'>,
  logger: Logger,
): PerformBackup => {
  const key = openBackupKey(live.now());
  return {
    database,
    journal,
    connectionString: database.session.connectionString,
    openPlace: () => openBackupPlace(live.now()),
    keep: () => live.now().backup.keep,
    archive: sealing.files,
    key,
    keys: readKeys(key.publicKeys),
    clock,
    findTenantIds: async () => (await access.findTenants()).map(({ id }) => id),
    contents: () => ({
      release: version,
      secrets: Object.keys(live.now().secrets),
      files: carriedFiles(live.now(), configuration?.state().settings ?? []),
    }),
    logger,
  };
};

/** What goes with the database, and never a secret: how it was set, and what says which keys to trust. */
export const carriedFiles = (config: Config, settings: readonly ToldSetting[]): CarriedFile[] => [
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
