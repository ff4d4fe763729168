import { z } from 'zod';
import type { EncryptionKey } from '../infra/cell-cipher.ts';
import type { SettingFault } from './config-faults.ts';

/** What is encrypted where it is kept. */

const key = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'must be a name of letters, digits, `.`, `_` and `-`')
    .describe('What rows know it by: never given to another key.'),
  keySecret: z.string().min(1).describe('The secret that is the key: 32 bytes in hex or base64.'),
  encrypts: z
    .boolean()
    .default(true)
    .describe('False where it only decrypts, until every process has it. Default: true.'),
});

export const securitySettings = {
  security: z
    .strictObject({
      encryption: z
        .strictObject({
          keys: z
            .array(key)
            .max(20)
            .refine(
              (keys) => new Set(keys.map(({ name }) => name)).size === keys.length,
              'must have a name for each key',
            )
            .default([])
            .describe('The first that encrypts does, all decrypt. Default: payload is kept as it is.'),
        })
        .prefault({})
        .describe(
          'AES-256-GCM of what callers bring and get, in the database, and of files of backups and the archive.',
        ),
    })
    .prefault({})
    .describe('Hardening.'),
};

type SecurityFile = z.output<z.ZodObject<typeof securitySettings>>;
type Secrets = Readonly<Record<string, { readonly value: string }>>;

export const encryptionSecrets = ({ security }: SecurityFile): readonly string[] =>
  security.encryption.keys.map(({ keySecret }) => keySecret);

/** 32 bytes in hex, or null where a text is none. */
const hexOf = (text: string): string | null => {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return trimmed.toLowerCase();
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed) ? Buffer.from(trimmed, 'base64').toString('hex') : null;
};

export const encryptionFaults = ({ security }: SecurityFile, secrets: Secrets): readonly SettingFault[] => {
  const keys = security.encryption.keys.map(({ keySecret }) => hexOf(secrets[keySecret]?.value ?? ''));
  return keys.flatMap((hex, index) => {
    const path = ['security', 'encryption', 'keys', index, 'keySecret'];
    if (hex === null) return [{ path, message: 'must be 32 bytes in hex or base64: openssl rand -hex 32' }];
    return keys.indexOf(hex) < index ? [{ path, message: 'is the same key under another name' }] : [];
  });
};

export const encryptionOf = (
  { security }: SecurityFile,
  secrets: Secrets,
): { readonly keys: readonly EncryptionKey[] } => ({
  keys: security.encryption.keys.flatMap(({ name, keySecret, encrypts }) => {
    const hex = hexOf(secrets[keySecret]?.value ?? '');
    return hex === null ? [] : [{ name, hex, encrypts }];
  }),
});
