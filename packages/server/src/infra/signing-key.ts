import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An Ed25519 key that lies in a folder, and never in the database. */
export interface SigningKey {
  readonly keyId: string;
  /** PEM; where the key was changed, those before it follow. */
  readonly publicKeys: string;
  /** In base64. */
  sign(text: Buffer): string;
}

/**
 * The key `NAME.key` (PKCS #8, mode 0600) of a folder, made where there is none; its public half is the first of
 * `NAME.pub`. `idOf` names it.
 */
export const openSigningKey = (
  folder: string,
  name: string,
  idOf: (key: ReturnType<typeof createPublicKey>) => string,
): SigningKey => {
  mkdirSync(folder, { recursive: true });
  const secretFile = join(folder, `${name}.key`);
  const key = createPrivateKey(readFile(secretFile) ?? makeKey(secretFile));
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${secretFile} is no Ed25519 key.`);
  const publicKey = createPublicKey(key);
  const own = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const publicFile = join(folder, `${name}.pub`);
  const told = readFile(publicFile) ?? '';
  const publicKeys = told.includes(own) ? told : own + told;
  if (publicKeys !== told) writeWhole(publicFile, publicKeys, 0o644);
  return { keyId: idOf(publicKey), publicKeys, sign: (text) => sign(null, text, key).toString('base64') };
};

const readFile = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

/** Of all processes that start at once in one folder, the key of one is everybody's. */
const makeKey = (file: string): string => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(file, 'utf8');
};

const writeWhole = (file: string, text: string, mode: number): void => {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text, { mode });
  renameSync(draft, file);
};
