import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  type KeyObject,
} from 'node:crypto';

/** A key of 256 bits, under the name by which people and rows know it. */
export interface EncryptionKey {
  /** Letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  /** 32 bytes in hex. */
  readonly hex: string;
  /** False where it only decrypts; true by default. */
  readonly encrypts?: boolean;
}

/** A key as everybody may know it. */
export interface KnownKey {
  readonly name: string;
  /** Tells it from another one that is given its name. */
  readonly fingerprint: string;
}

/** The first that encrypts; null where all only decrypt. */
export const encryptingKey = (keys: readonly EncryptionKey[]): EncryptionKey | null =>
  keys.find(({ encrypts = true }) => encrypts) ?? null;

/** Where a value stands: it decrypts in no other row, column or tenant. */
export interface CellPlace {
  readonly table: string;
  readonly column: string;
  readonly tenantId: string;
  readonly id: string;
}

/** How a value is written: as it is (`text`), as a document (`jsonb`), or as the text of one (`jsonb::text`). */
export type CellType = 'text' | 'jsonb' | 'jsonb::text';

/** Encrypts values of columns that are marked so, one by one. */
export interface CellCipher {
  /** The key that encrypts; null where values are written as they are. */
  readonly encryptsWith: () => KnownKey | null;
  /** Other keys from now on. */
  readonly use: (keys: readonly EncryptionKey[]) => void;
  readonly seal: (type: CellType, value: unknown, place: CellPlace) => unknown;
  /** Gives what was sealed, and what was written before anything was encrypted as it is. Throws DecryptionError. */
  readonly open: (type: CellType, stored: unknown, place: CellPlace) => unknown;
}

/** A value cannot be read: its key is not there, or it is not what was written at its place. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError';
}

/** Nothing is wrong with the value: who has its key reads it. */
export class MissingKeyError extends DecryptionError {}

/** What an encrypted value begins with. The name of its key, a colon and its bytes follow. */
export const encryptedPrefix = 'enc:1:';
/** What stands before a plain value that begins like one of ours. */
const plainPrefix = 'enc:0:';
const nonceBytes = 12;
const tagBytes = 16;

/** SHA-256 HMAC, so that another key under a known name is noticed. Tells nothing of the key. */
export const fingerprintOf = ({ hex }: EncryptionKey): string =>
  createHmac('sha256', Buffer.from(hex, 'hex'))
    .update('countersign encryption key')
    .digest('hex')
    .slice(0, 32);

export const knownKey = (key: EncryptionKey): KnownKey => ({
  name: key.name,
  fingerprint: fingerprintOf(key),
});

const isOurs = (value: unknown): value is string =>
  typeof value === 'string' && (value.startsWith(encryptedPrefix) || value.startsWith(plainPrefix));

const boundTo = ({ table, column, tenantId, id }: CellPlace): Buffer =>
  Buffer.from(JSON.stringify([encryptedPrefix, table, column, tenantId, id]));

const wordsOf = ({ table, column, id }: CellPlace): string => `"${column}" of the row ${id} of "${table}"`;

const encrypted = (text: string, key: KeyObject, place: CellPlace): string => {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(boundTo(place));
  const body = [cipher.update(text), cipher.final()];
  return Buffer.concat([nonce, cipher.getAuthTag(), ...body]).toString('base64url');
};

const decrypted = (text: string, key: KeyObject, place: CellPlace): string => {
  const bytes = Buffer.from(text, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(boundTo(place)).setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
  const body = [decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()];
  return Buffer.concat(body).toString();
};

/** What a value that begins like one of ours says. */
const read = (stored: string, keys: ReadonlyMap<string, KeyObject>, place: CellPlace): string => {
  const end = stored.indexOf(':', encryptedPrefix.length);
  const name = stored.slice(encryptedPrefix.length, end);
  const key = keys.get(name);
  if (!key)
    throw new MissingKeyError(
      `${wordsOf(place)} is encrypted with the key "${name}", which security.encryption.keys does not name.`,
    );
  try {
    return decrypted(stored.slice(end + 1), key, place);
  } catch {
    throw new DecryptionError(
      `${wordsOf(place)} does not decrypt with the key "${name}": it is damaged or was written for another place.`,
    );
  }
};

export const createCellCipher = (first: readonly EncryptionKey[] = []): CellCipher => {
  let keys: ReadonlyMap<string, KeyObject> = new Map();
  let front: KnownKey | null = null;
  const use: CellCipher['use'] = (given) => {
    keys = new Map(given.map(({ name, hex }) => [name, createSecretKey(hex, 'hex')]));
    const first = encryptingKey(given);
    front = first && knownKey(first);
  };
  use(first);

  const open: CellCipher['open'] = (type, stored, place) => {
    if (type === 'jsonb::text') {
      if (typeof stored !== 'string' || !stored.startsWith('"enc:')) return stored;
      const value: unknown = JSON.parse(stored);
      return isOurs(value) ? JSON.stringify(open('jsonb', value, place)) : stored;
    }
    if (!isOurs(stored)) return stored;
    if (stored.startsWith(plainPrefix)) return stored.slice(plainPrefix.length);
    const text = read(stored, keys, place);
    return type === 'text' ? text : (JSON.parse(text) as unknown);
  };
  return {
    encryptsWith: () => front,
    use,
    open,
    seal(type, value, place) {
      if (value === null || value === undefined) return value;
      // It says nothing, and SQL tells by it that there is nothing any more.
      if (type === 'jsonb' && Array.isArray(value) && value.length === 0) return [];
      const key = front === null ? undefined : keys.get(front.name);
      if (!front || !key) return isOurs(value) ? plainPrefix + value : value;
      const text = type === 'text' && typeof value === 'string' ? value : JSON.stringify(value);
      return `${encryptedPrefix}${front.name}:${encrypted(text, key, place)}`;
    },
  };
};
