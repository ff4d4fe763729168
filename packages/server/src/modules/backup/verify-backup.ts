import { createHash, hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Keys } from '@countersign/audit/verify-audit';
import { DecryptionError } from '../../infra/cell-cipher.ts';
import type { BackupPlace } from './backup-place.ts';
import {
  manifestFile,
  missingArchives,
  readManifest,
  signatureFile,
  type BackupFile,
  type Manifest,
} from './manifest.ts';

/** Of what is wrong, the first. */
export interface BackupFault {
  /** Null where it is about the backup as a whole. */
  readonly file: string | null;
  readonly message: string;
}
export type BackupVerdict =
  | {
      readonly ok: true;
      readonly manifest: Manifest;
      /** Of the manifest, in hex: whoever has it knows all of the backup. */
      readonly sha256: string;
      readonly keyId: string;
    }
  | { readonly ok: false; readonly fault: BackupFault };

const largestManifest = 16 * 1024 * 1024;
const largestSignature = 1_024;

const faulty = (file: string | null, message: string): BackupVerdict => ({
  ok: false,
  fault: { file, message },
});

const bounded = async (bytes: AsyncIterable<Buffer>, limit: number): Promise<Buffer | null> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** A file is not what the manifest says of it. */
class ChangedFile extends Error {
  readonly change: string;
  constructor(path: string, change: string) {
    super(`NOT VERIFIED. ${path} ${change}.`);
    this.change = change;
  }
}

async function* bytesOf(
  place: BackupPlace,
  id: string,
  { path, bytes, sha256 }: BackupFile,
): AsyncGenerator<Buffer> {
  const sum = createHash('sha256');
  let size = 0;
  for await (const chunk of place.read(id, path) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bytes) throw new ChangedFile(path, 'is longer than it was');
    sum.update(chunk);
    yield chunk;
  }
  if (size < bytes) throw new ChangedFile(path, 'is shorter than it was');
  if (sum.digest('hex') !== sha256) throw new ChangedFile(path, 'is not what was written');
}

/** A file of a backup, which ends with an error where it is not what was signed. */
export const readVerified = (place: BackupPlace, id: string, file: BackupFile): Readable =>
  Readable.from(bytesOf(place, id, file), { objectMode: false });

/** Whether a backup is what was signed, to the last byte, nothing missing and nothing added. */
export const verifyBackup = async (
  place: BackupPlace,
  id: string,
  keys: Keys,
  /** How many files of how many were read. */
  onRead?: (done: number, all: number) => Promise<void>,
): Promise<BackupVerdict> => {
  const found = await place.files(id);
  if (found === null) return faulty(null, `There is no backup ${id} in ${place.name}.`);
  for (const file of [manifestFile, signatureFile])
    if (!found.includes(file)) return faulty(file, 'is missing');
  const text = await bounded(place.read(id, manifestFile), largestManifest);
  const signature = await bounded(place.read(id, signatureFile), largestSignature);
  if (text === null) return faulty(manifestFile, 'is too long');
  if (signature === null) return faulty(signatureFile, 'is too long');
  // One character for each byte, whatever it is.
  const read = readManifest(text, signature.toString('latin1'), keys);
  if (!read.ok) return faulty(read.file, read.message);
  const { manifest, keyId } = read;
  if (manifest.id !== id) return faulty(manifestFile, `is of the backup ${manifest.id}`);
  const listed = new Set([manifestFile, signatureFile, ...manifest.files.map(({ path }) => path)]);
  const [extra] = found.filter((path) => !listed.has(path));
  if (extra !== undefined) return faulty(extra, 'is no part of the backup');
  for (const [index, file] of manifest.files.entries()) {
    await onRead?.(index, manifest.files.length);
    if (!found.includes(file.path)) return faulty(file.path, 'is missing');
    try {
      for await (const _ of bytesOf(place, id, file));
    } catch (error) {
      if (error instanceof ChangedFile) return faulty(file.path, error.change);
      if (error instanceof DecryptionError) return faulty(null, error.message);
      throw error;
    }
  }
  return { ok: true, manifest, sha256: hash('sha256', text), keyId };
};

/** A sentence for people. */
export const backupVerdictWords = (verdict: BackupVerdict): string => {
  if (!verdict.ok) {
    const { file, message } = verdict.fault;
    return `NOT VERIFIED. ${file === null ? message : `${file} ${message}.`}`;
  }
  const { id, takenAt, tables, files, encryptedWith } = verdict.manifest;
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const lack = archivesLackWords(verdict.manifest);
  return `Verified: backup ${id} of ${takenAt}, ${files.length} files of ${bytes} bytes with ${rows} rows, as the key ${verdict.keyId} signed it${encryptedWith === undefined ? '' : `, encrypted with ${encryptedWith}`}.${lack === null ? '' : ` ${lack}`}`;
};

/** Null where it has all of the archive. */
export const archivesLackWords = (manifest: Manifest): string | null => {
  const missing = missingArchives(manifest);
  return missing.length === 0
    ? null
    : `It lacks files of the archive of the record, which were not in the archive folder of the process that took it: ${missing.join(', ')}.`;
};
