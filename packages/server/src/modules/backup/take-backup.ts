import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { Clock } from '../../infra/clock.ts';
import type { SigningKey } from '../../infra/signing-key.ts';
import type { TableRows } from '../../infra/table-copies.ts';
import { findArchives, openRecordSnapshot, type NamedArchive } from '../../record/backed-up.ts';
import type { Journal } from '../../record/journal.ts';
import type { BackupDraft, BackupPlace } from './backup-place.ts';
import {
  archivePathOf,
  manifestFile,
  manifestText,
  signatureFile,
  signatureOf,
  type BackupFile,
  type Manifest,
} from './manifest.ts';

/** A file that goes with the database: settings, public keys. Never a secret. */
export interface CarriedFile {
  /** `home/audit.pub` */
  readonly path: string;
  readonly bytes: Buffer;
}

export interface ArchiveReader {
  has(fileName: string): Promise<boolean>;
  read(fileName: string): AsyncIterable<Buffer>;
}

export interface BackupDependencies {
  readonly journal: Pick<Journal, 'transaction'>;
  /** Of any user who may read the tables. */
  readonly connectionString: string;
  readonly place: BackupPlace;
  /** Where the archive of the record lies, as far as this process has it. */
  readonly archive: ArchiveReader;
  readonly key: SigningKey;
  readonly clock: Clock;
  /** Aborted, it throws before the next file, and nothing is left of the backup. */
  readonly signal?: AbortSignal;
  /** How many tables of how many are written. */
  readonly onWritten?: (done: number, all: number) => Promise<void>;
}

export interface BackupContents {
  /** UUID of version 7: greater than that of any backup before. */
  readonly id: string;
  readonly byId: string | null;
  readonly release: string;
  readonly tenantIds: readonly string[];
  readonly through: 'CLI' | 'API' | 'SCHEDULE';
  /** By name. */
  readonly secrets: readonly string[];
  readonly files: readonly CarriedFile[];
}

/**
 * Backs up everything that is kept, while the work goes on: one snapshot is read, so nothing has to stand still. It is
 * on record before its first byte is written, and so is part of itself.
 */
export const takeBackup = async (
  { journal, connectionString, place, archive, key, clock, signal, onWritten }: BackupDependencies,
  { id, byId, release, tenantIds, through, secrets, files: carried }: BackupContents,
): Promise<Manifest> => {
  const newest = (await place.list()).at(-1);
  if (newest !== undefined && timeOf(newest) > clock.now().getTime())
    throw new Error(`The backup ${newest} is of a later time than this machine's clock tells.`);
  await recordTaking({ journal, clock }, { id, byId, tenantIds, through });
  await using stack = new AsyncDisposableStack();
  const opened = await openRecordSnapshot(connectionString);
  const snapshot = stack.use(opened.snapshot);
  const draft = stack.use(await place.begin(id, signal));
  const files: BackupFile[] = [];
  for (const { path, bytes } of carried) files.push(await writeFile(draft, path, Readable.from([bytes])));
  const tables: Manifest['tables'] = [];
  for (const { name, columns } of snapshot.tables) {
    signal?.throwIfAborted();
    const path = `tables/${name}.copy.gz`;
    const copy = snapshot.copyOut({ name, columns });
    files.push(await writeFile(draft, path, zipped(copy)));
    tables.push({ name, columns: [...columns], rows: await copy.count(), path });
    await onWritten?.(tables.length, snapshot.tables.length);
  }
  const { archives, files: archived } = await writeArchive(
    draft,
    archive,
    await findArchives(snapshot),
    signal,
  );
  const { takenAt, postgres, migrations, lastSeq, horizon, generation } = opened.place;
  const manifest: Manifest = {
    kind: 'countersign.backup',
    version: 1,
    id,
    takenAt: takenAt.toISOString(),
    release,
    postgres,
    migrations: [...migrations],
    log: { lastSeq, horizon, generation },
    ...(place.encryptsWith !== null && { encryptedWith: place.encryptsWith }),
    secrets: [...secrets].toSorted(),
    tables,
    files: [...files, ...archived],
    archives,
  };
  const text = manifestText(manifest);
  await writeFile(draft, manifestFile, Readable.from([Buffer.from(text)]));
  await writeFile(draft, signatureFile, Readable.from([Buffer.from(signatureOf(text, key))]));
  await draft.finish();
  return manifest;
};

const recordTaking = async (
  { journal, clock }: Pick<BackupDependencies, 'journal' | 'clock'>,
  { id, byId, tenantIds, through }: Pick<BackupContents, 'id' | 'byId' | 'tenantIds' | 'through'>,
): Promise<void> => {
  await journal.transaction((tx) => {
    for (const tenantId of tenantIds)
      tx.record({
        tenantId,
        type: 'backup.taken',
        at: clock.now(),
        taskId: null,
        actorId: byId,
        summary: 'Takes a backup of the installation',
        data: { backupId: id, through },
      });
    return Promise.resolve();
  });
};

/** What this process has of the archive; the manifest names all of it. */
const writeArchive = async (
  draft: BackupDraft,
  archive: ArchiveReader,
  named: readonly NamedArchive[],
  signal: AbortSignal | undefined,
): Promise<Pick<Manifest, 'archives' | 'files'>> => {
  const files: BackupFile[] = [];
  for (const { fileName } of named) {
    signal?.throwIfAborted();
    if (await archive.has(fileName))
      files.push(await writeFile(draft, archivePathOf(fileName), Readable.from(archive.read(fileName))));
  }
  return { archives: named.map(({ fileName, fileHash }) => ({ fileName, sha256: fileHash })), files };
};

/** When an id of version 7 was made, in milliseconds. */
const timeOf = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

// What is stored is mostly JSON: the fastest level halves it several times over.
const zipped = ({ rows }: TableRows): Readable => {
  const zip = createGzip({ level: 1 });
  rows.on('error', (error) => zip.destroy(error));
  return rows.pipe(zip);
};

const writeFile = async (draft: BackupDraft, path: string, bytes: Readable): Promise<BackupFile> => {
  const sum = createHash('sha256');
  let size = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sum.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  bytes.on('error', (error) => counted.destroy(error));
  await draft.write(path, bytes.pipe(counted));
  return { path, bytes: size, sha256: sum.digest('hex') };
};
