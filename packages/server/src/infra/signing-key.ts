import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { renameDurablySync, writeDurablySync } from './durable-files.ts';
import { makeKeyFile, readFileIfThere } from './key-file.ts';

/** An Ed25519 key that lies in a folder, and never in the database. */
export interface SigningKey {
  readonly keyId: string;
  /** PEM. */
  readonly publicKey: string;
  /** All that ever signed here, as PEM one after the other. */
  readonly publicKeys: string;
  /** In base64. */
  sign(text: Buffer): string;
  /** Reads it again, where another was put in its place. */
  reload(): void;
}

/** Where a key lies: `NAME.key` (PKCS #8, mode 0600), and its public half as the first of `NAME.pub`. */
export interface KeyPlace {
  readonly folder: string;
  readonly name: string;
  /** Names a key by its public half. */
  readonly idOf: (key: KeyObject) => string;
}

const secretFileOf = ({ folder, name }: KeyPlace): string => join(folder, `${name}.key`);
const nextFileOf = (place: KeyPlace): string => `${secretFileOf(place)}.next`;

const idOfPem = (pem: string, { idOf }: KeyPlace): string => idOf(createPublicKey(pem));

/** Null where there is none. */
export const findSigningKey = (place: KeyPlace): SigningKey | null => {
  if (readFileIfThere(secretFileOf(place)) === null) return null;
  let held = readKey(place);
  return {
    get keyId() {
      return held.keyId;
    },
    get publicKey() {
      return held.publicKey;
    },
    get publicKeys() {
      return held.publicKeys;
    },
    sign: (text) => sign(null, text, held.key).toString('base64'),
    reload() {
      held = readKey(place);
    },
  };
};

/** Made where there is none. */
export const openSigningKey = (place: KeyPlace): SigningKey => {
  mkdirSync(place.folder, { recursive: true });
  if (readFileIfThere(secretFileOf(place)) === null) makeKey(secretFileOf(place));
  const key = findSigningKey(place);
  if (!key) throw new Error(`${secretFileOf(place)} was taken away.`);
  return key;
};

/** The secret half itself, for what signs in a form of its own; made where there is none. */
export const openSecretKey = (folder: string, name: string): KeyObject => {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.key`);
  const key = createPrivateKey(readFileIfThere(file) ?? makeKey(file));
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${file} is no Ed25519 key.`);
  return key;
};

/** Another key, beside the one that signs until it is put in its place; its id, and its public half as PEM. */
export const draftSigningKey = (place: KeyPlace): { readonly keyId: string; readonly publicKey: string } => {
  mkdirSync(place.folder, { recursive: true });
  rmSync(nextFileOf(place), { force: true });
  const publicKey = publicOf(createPrivateKey(makeKey(nextFileOf(place))));
  return { keyId: idOfPem(publicKey, place), publicKey };
};

/** Puts the draft in the place of the key, which stays beside it under its id; false where the draft is not that one. */
export const putSigningKey = (place: KeyPlace, keyId: string): boolean => {
  const draft = readFileIfThere(nextFileOf(place));
  if (draft === null || idOfPem(publicOf(createPrivateKey(draft)), place) !== keyId) return false;
  const before = findSigningKey(place);
  if (before) renameDurablySync(secretFileOf(place), join(place.folder, `${place.name}-${before.keyId}.key`));
  renameDurablySync(nextFileOf(place), secretFileOf(place));
  return true;
};

const publicOf = (key: KeyObject): string =>
  createPublicKey(key.export({ type: 'pkcs8', format: 'pem' }))
    .export({ type: 'spki', format: 'pem' })
    .toString();

const readKey = (place: KeyPlace) => {
  const secretFile = secretFileOf(place);
  const key = createPrivateKey(readFileSync(secretFile, 'utf8'));
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${secretFile} is no Ed25519 key.`);
  const own = publicOf(key);
  const publicFile = join(place.folder, `${place.name}.pub`);
  const told = readFileIfThere(publicFile) ?? '';
  const publicKeys = told.includes(own) ? told : own + told;
  if (publicKeys !== told) writeDurablySync(publicFile, publicKeys, 0o644);
  return { key, keyId: idOfPem(own, place), publicKey: own, publicKeys };
};

const makeKey = (file: string): string =>
  makeKeyFile(file, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
