import { createHash } from 'node:crypto';
import type { Keys } from '@countersign/audit/verify-audit';
import type { BackupPlace } from './backup-place.ts';
import { manifestFile, readManifest, signatureFile, type Manifest } from './manifest.ts';

/** Of what is wrong, the first. */
export interface BackupFault {
  /** Null where it is about the backup as a whole. */
  readonly file: string | null;
  readonly message: string;
}
export type BackupVerdict =
  | { readonly ok: true; readonly manifest: Manifest; readonly keyId: string }
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

/** Whether a backup is what was signed, to the last byte, nothing missing and nothing added. */
export const verifyBackup = async (place: BackupPlace, id: string, keys: Keys): Promise<BackupVerdict> => {
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
  const told = new Set([manifestFile, signatureFile, ...manifest.files.map(({ path }) => path)]);
  const [extra] = found.filter((path) => !told.has(path));
  if (extra !== undefined) return faulty(extra, 'is no part of the backup');
  for (const { path, bytes, sha256 } of manifest.files) {
    if (!found.includes(path)) return faulty(path, 'is missing');
    const sum = createHash('sha256');
    let size = 0;
    for await (const chunk of place.read(id, path) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > bytes) return faulty(path, 'is longer than it was');
      sum.update(chunk);
    }
    if (size < bytes) return faulty(path, 'is shorter than it was');
    if (sum.digest('hex') !== sha256) return faulty(path, 'is not what was written');
  }
  return { ok: true, manifest, keyId };
};

/** A sentence for people. */
export const backupVerdictWords = (verdict: BackupVerdict): string => {
  if (!verdict.ok) {
    const { file, message } = verdict.fault;
    return `NOT VERIFIED. ${file === null ? message : `${file} ${message}.`}`;
  }
  const { id, takenAt, tables, files } = verdict.manifest;
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return `Verified: backup ${id} of ${takenAt}, ${files.length} files of ${bytes} bytes with ${rows} rows, as the key ${verdict.keyId} signed it.`;
};
