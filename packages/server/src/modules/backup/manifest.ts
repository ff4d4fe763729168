import { verify } from 'node:crypto';
import type { Keys } from '@countersign/audit/verify-audit';
import { z } from 'zod';
import type { SigningKey } from '../../infra/signing-key.ts';

const digits = z.string().regex(/^\d{1,38}$/);

const fileSchema = z.strictObject({
  /** Within the backup: one folder deep at most. */
  path: z.string().regex(/^(?:[a-z_]+\/)?[\w-]+(?:\.[\w-]+)*$/),
  bytes: z.int().min(0),
  /** Hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const manifestSchema = z.strictObject({
  kind: z.literal('countersign.backup'),
  version: z.literal(1),
  /** UUID of version 7: of two backups of a place the later one is greater. */
  id: z.uuid(),
  takenAt: z.iso.datetime(),
  /** Of Countersign. */
  release: z.string(),
  postgres: z.string(),
  migrations: z.array(z.string()),
  log: z.strictObject({ lastSeq: digits.nullable(), horizon: digits, generation: digits }),
  /** The name of the key of `security.encryption.keys` that the files are encrypted with; sums and bytes are of what they say. */
  encryptedWith: z.string().optional(),
  /** Whose values are not here and have to be there where this is restored. */
  secrets: z.array(z.string()),
  tables: z.array(
    z.strictObject({
      name: z.string(),
      columns: z.array(z.string()),
      rows: z.int().min(0),
      path: z.string(),
    }),
  ),
  files: z.array(fileSchema),
  /** What the tables name of the archive of the record: files below its folder, and what they must be. */
  archives: z.array(z.strictObject({ fileName: z.string(), sha256: fileSchema.shape.sha256 })).default([]),
});

/** Everything that a backup is, signed. */
export type Manifest = z.infer<typeof manifestSchema>;
export type BackupFile = z.infer<typeof fileSchema>;

/** Where a file of the archive, `TENANT/NAME.jsonl`, is in a backup. */
export const archivePathOf = (fileName: string): string => `audit_archive/${fileName.replace('/', '.')}`;

/** Files of the archive that this backup does not have, or not as they were written. */
export const missingArchives = ({ archives, files }: Manifest): readonly string[] =>
  archives
    .filter(
      ({ fileName, sha256 }) =>
        !files.some((file) => file.path === archivePathOf(fileName) && file.sha256 === sha256),
    )
    .map(({ fileName }) => fileName);

export const manifestFile = 'manifest.json';
export const signatureFile = 'manifest.sig';

const signedText = (manifest: string): Buffer => Buffer.from(`countersign backup/v1\n${manifest}`);

export const manifestText = (manifest: Manifest): string => `${JSON.stringify(manifest, null, 2)}\n`;

/** Names the key and has its signature, in base64. */
export const signatureOf = (text: string, key: Pick<SigningKey, 'keyId' | 'sign'>): string =>
  `${key.keyId} ${key.sign(signedText(text))}\n`;

export type ReadManifest =
  | { readonly ok: true; readonly manifest: Manifest; readonly keyId: string }
  | { readonly ok: false; readonly file: string; readonly message: string };

/** A manifest is trusted once one of the keys signed its very bytes. */
export const readManifest = (text: Buffer, signature: string, keys: Keys): ReadManifest => {
  const [keyId = '', sum = ''] = signature.trimEnd().split(' ');
  const bytes = Buffer.from(sum, 'base64');
  // The one way to write it down: another text of the same signature is another file.
  if (signature !== `${keyId} ${bytes.toString('base64')}\n`)
    return { ok: false, file: signatureFile, message: 'is no signature' };
  const key = keys.get(keyId);
  if (!key)
    return {
      ok: false,
      file: signatureFile,
      message: `is by the key ${keyId}, which is none of those given`,
    };
  if (!verify(null, Buffer.concat([signedText(''), text]), key, bytes))
    return { ok: false, file: manifestFile, message: 'is not as it was signed' };
  const parsed = manifestSchema.safeParse(JSON.parse(text.toString('utf8')));
  if (parsed.success) return { ok: true, manifest: parsed.data, keyId };
  const faults = z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ');
  return {
    ok: false,
    file: manifestFile,
    message: `is of a version that this program cannot read: ${faults}`,
  };
};
