import { createPublicKey, hash } from 'node:crypto';
import { compactVerify, decodeProtectedHeader, importSPKI } from 'jose';
import { z } from 'zod';

/** What a signature may be made with: nothing that whoever verifies could sign with, too. */
const algorithms = [
  'EdDSA',
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
] as const;

const isPublicKey = (pem: string): boolean => {
  try {
    return pem.includes('PUBLIC KEY') && createPublicKey(pem).type === 'public';
  } catch {
    return false;
  }
};

/** A key whose signature a bundle of rules may carry, and the one algorithm that it signs with. */
export const bundleKeySchema = z.strictObject({
  id: z.string().min(1).max(100),
  algorithm: z.enum(algorithms),
  publicKey: z.string().max(10_000).refine(isPublicKey, 'must be a public key, as PEM text'),
});
export type BundleKey = z.output<typeof bundleKeySchema>;

const signaturesFile = z.object({ signatures: z.array(z.string().max(1_000_000)).min(1).max(1) });
const digests = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const;
const payloadSchema = z.object({
  files: z
    .array(
      z.object({ name: z.string(), hash: z.string(), algorithm: z.enum(['SHA-256', 'SHA-384', 'SHA-512']) }),
    )
    .max(10_000),
});

/**
 * Who signed the files of a bundle, as OPA signs them: `.signatures.json` holds a token that lists every file with
 * its digest. Gives the key's id, or what is wrong.
 */
export const verifyBundle = async (
  files: ReadonlyMap<string, Uint8Array>,
  signatures: Uint8Array,
  keys: readonly BundleKey[],
): Promise<{ readonly signedBy: string } | { readonly fault: string }> => {
  const parsed = signaturesFile.safeParse(jsonOf(signatures));
  const token = parsed.data?.signatures[0];
  if (token === undefined) return { fault: '.signatures.json does not hold one signature' };
  const signed = await openToken(token, keys);
  if (!signed) return { fault: 'its signature is of no key that config.json names in policy.bundleKeys' };
  const payload = payloadSchema.safeParse(jsonOf(signed.payload));
  if (!payload.success) return { fault: 'its signature does not list files and their digests' };
  const listed = new Map(payload.data.files.map((file) => [file.name.replace(/^\//, ''), file]));
  for (const [name, content] of files) {
    const file = listed.get(name);
    if (!file) return { fault: `${name} is not signed` };
    if (digestOf(name, content, digests[file.algorithm]) !== file.hash)
      return { fault: `${name} is not the file that was signed` };
  }
  const missing = [...listed.keys()].find((name) => !files.has(name));
  return missing === undefined
    ? { signedBy: signed.keyId }
    : { fault: `${missing} was signed and is missing` };
};

/** Each key with its own algorithm alone, whatever the token says of itself. */
const openToken = async (token: string, keys: readonly BundleKey[]) => {
  const named = keyIdOf(token);
  const mine = keys.filter(({ id }) => id === named);
  for (const { id, algorithm, publicKey } of mine.length > 0 ? mine : keys) {
    try {
      const { payload } = await compactVerify(token, await importSPKI(publicKey, algorithm), {
        algorithms: [algorithm],
      });
      return { keyId: id, payload };
    } catch {
      // Not signed by this key: another one may have signed it.
    }
  }
  return null;
};

const keyIdOf = (token: string): string | undefined => {
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    return undefined;
  }
};

const jsonOf = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
};

/** Whether OPA signs what a file says rather than its bytes. */
export const isSignedByValue = (name: string): boolean =>
  name.endsWith('.json') || name.split('/').at(-1) === '.manifest';

/** Of what is JSON, OPA digests its value with sorted keys; of all else, the bytes. */
const digestOf = (name: string, content: Uint8Array, algorithm: string): string => {
  const value = isSignedByValue(name) ? jsonOf(content) : undefined;
  return hash(algorithm, value === undefined ? content : sortedJson(value));
};

const sortedJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return primitive(value);
  const entries = Object.entries(value).toSorted(([one], [other]) =>
    Buffer.compare(Buffer.from(one), Buffer.from(other)),
  );
  return `{${entries.map(([key, each]) => `${primitive(key)}:${sortedJson(each)}`).join(',')}}`;
};

/** As Go writes it: these two are escaped there. */
const primitive = (value: unknown): string =>
  JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
