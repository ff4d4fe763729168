import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';
import { DecryptionError, encryptingKey, MissingKeyError, type EncryptionKey } from './cell-cipher.ts';

/**
 * An encrypted file is a line, `countersign encrypted/1 KEY SALT PLACE`, and frames of 64 KiB, each encrypted by itself:
 * AES-256-GCM with a key of the file's own, the number of the frame and whether it is the last as its nonce, and the
 * line as additional data. So what is read is what was written there, in its order and to its end, or refused.
 */
export interface FileCipher {
  /** The name of the key that encrypts; null where files are written as they are. */
  readonly encryptsWith: () => string | null;
  /** @param place What no other file is, of letters that a path has. */
  readonly seal: (bytes: AsyncIterable<Buffer>, place: string) => AsyncIterable<Buffer>;
  /** Gives a file that is not encrypted as it is. Throws DecryptionError. */
  readonly open: (bytes: AsyncIterable<Buffer>, place: string) => AsyncIterable<Buffer>;
  /** The same of a file that says itself which it is. */
  readonly openAnywhere: (bytes: Iterable<Buffer>) => Iterable<Buffer>;
}

const magic = Buffer.from('countersign encrypted/1 ');
const longestLine = 1_024;
const frameBytes = 64 * 1024;
const tagBytes = 16;
const saltBytes = 32;

interface Header {
  readonly line: string;
  readonly key: string;
  readonly salt: Buffer;
  readonly place: string;
}

const keyOf = (key: EncryptionKey, { salt, place }: Pick<Header, 'salt' | 'place'>) =>
  createSecretKey(
    Buffer.from(hkdfSync('sha256', Buffer.from(key.hex, 'hex'), salt, `countersign file\n${place}`, 32)),
  );

const nonceOf = (frame: number, isLast: boolean): Buffer => {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(frame));
  nonce[11] = isLast ? 1 : 0;
  return nonce;
};

/** Takes a file in pieces of whatever size, and gives what is known of it by then. */
interface Pieces {
  readonly take: (bytes: Buffer) => Buffer;
  readonly end: () => Buffer;
}

/** Bytes that are put together once there are enough of them. */
const createWaiting = () => {
  let held: Buffer[] = [];
  let size = 0;
  const rest = (): Buffer => {
    const all = Buffer.concat(held);
    held = [];
    size = 0;
    return all;
  };
  const add = (bytes: Buffer): void => {
    held.push(bytes);
    size += bytes.length;
  };
  return {
    add,
    rest,
    /** Whole frames, after each of which something is known to come. */
    framesOf(bytes: number): readonly Buffer[] {
      if (size <= bytes) return [];
      const all = rest();
      const count = Math.ceil(all.length / bytes) - 1;
      add(all.subarray(count * bytes));
      return Array.from({ length: count }, (_, at) => all.subarray(at * bytes, (at + 1) * bytes));
    },
  };
};

const sealing = (key: EncryptionKey, place: string): Pieces => {
  const salt = randomBytes(saltBytes);
  const line = `${magic.toString()}${key.name} ${salt.toString('base64url')} ${place}\n`;
  const own = keyOf(key, { salt, place });
  let frame = 0;
  const waiting = createWaiting();
  let isBegun = false;
  const sealed = (bytes: Buffer, isLast: boolean): Buffer[] => {
    const cipher = createCipheriv('aes-256-gcm', own, nonceOf(frame, isLast), { authTagLength: tagBytes });
    frame += 1;
    cipher.setAAD(Buffer.from(line));
    return [cipher.update(bytes), cipher.final(), cipher.getAuthTag()];
  };
  const begun = (): Buffer[] => {
    if (isBegun) return [];
    isBegun = true;
    return [Buffer.from(line)];
  };
  return {
    take(bytes) {
      waiting.add(bytes);
      // Which frame is the last is known only at the end: whole ones are held back until more comes.
      const frames = waiting.framesOf(frameBytes);
      return Buffer.concat([...begun(), ...frames.flatMap((each) => sealed(each, false))]);
    },
    end: () => Buffer.concat([...begun(), ...sealed(waiting.rest(), true)]),
  };
};

const headerOf = (line: string): Header | null => {
  const [, , key = '', salt = '', place = '', ...more] = line.trimEnd().split(' ');
  const bytes = Buffer.from(salt, 'base64url');
  return more.length === 0 && bytes.length === saltBytes ? { line, key, salt: bytes, place } : null;
};

/** @param expected Null where the file says itself which it is. */
const opening = (keys: readonly EncryptionKey[], expected: string | null): Pieces => {
  const waiting = createWaiting();
  /** Undefined until it is known; null where the file is plain. */
  let frames: Opener | null | undefined;
  const begin = (isEnd: boolean): void => {
    if (frames !== undefined) return;
    const all = waiting.rest();
    const start = all.subarray(0, magic.length);
    const end = all.subarray(0, longestLine).indexOf(10) + 1;
    if (!start.equals(magic.subarray(0, start.length)) || (isEnd && start.length < magic.length))
      frames = null;
    else if (end > 0 || all.length >= longestLine || isEnd)
      frames = openerOf(all.subarray(0, end).toString('latin1'), keys, expected);
    waiting.add(frames ? all.subarray(end) : all);
  };
  return {
    take(bytes) {
      waiting.add(bytes);
      begin(false);
      if (frames === undefined) return Buffer.alloc(0);
      if (frames === null) return waiting.rest();
      const open = frames;
      return Buffer.concat(waiting.framesOf(frameBytes + tagBytes).map((each) => open(each, false)));
    },
    end() {
      begin(true);
      return frames ? frames(waiting.rest(), true) : waiting.rest();
    },
  };
};

type Opener = (frame: Buffer, isLast: boolean) => Buffer;

const openerOf = (line: string, keys: readonly EncryptionKey[], expected: string | null): Opener => {
  const header = headerOf(line);
  const place = expected ?? header?.place ?? 'a file';
  if (!header) throw new DecryptionError(`${place} does not begin as an encrypted file does.`);
  if (header.place !== place)
    throw new DecryptionError(`${place} is another file: it was written as ${header.place}.`);
  const key = keys.find(({ name }) => name === header.key);
  if (!key)
    throw new MissingKeyError(
      `${place} is encrypted with the key "${header.key}", which security.encryption.keys does not name.`,
    );
  const own = keyOf(key, header);
  let count = 0;
  return (frame, isLast) => {
    try {
      const decipher = createDecipheriv('aes-256-gcm', own, nonceOf(count, isLast), {
        authTagLength: tagBytes,
      });
      count += 1;
      const end = frame.length - tagBytes;
      decipher.setAAD(Buffer.from(line, 'latin1')).setAuthTag(frame.subarray(end));
      return Buffer.concat([decipher.update(frame.subarray(0, end)), decipher.final()]);
    } catch {
      throw new DecryptionError(
        `${place} does not decrypt with the key "${key.name}": it is damaged, cut off, or put together anew.`,
      );
    }
  };
};

/** @param keys As they count now. */
export const createFileCipher = (keys: () => readonly EncryptionKey[]): FileCipher => {
  async function* through(bytes: AsyncIterable<Buffer>, pieces: Pieces): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) yield* some(pieces.take(chunk));
    yield* some(pieces.end());
  }
  function* throughNow(bytes: Iterable<Buffer>, pieces: Pieces): Generator<Buffer> {
    for (const chunk of bytes) yield* some(pieces.take(chunk));
    yield* some(pieces.end());
  }
  return {
    encryptsWith: () => encryptingKey(keys())?.name ?? null,
    seal(bytes, place) {
      const key = encryptingKey(keys());
      return key ? through(bytes, sealing(key, place)) : bytes;
    },
    open: (bytes, place) => through(bytes, opening(keys(), place)),
    openAnywhere: (bytes) => throughNow(bytes, opening(keys(), null)),
  };
};

const some = (bytes: Buffer): readonly Buffer[] => (bytes.length > 0 ? [bytes] : []);

/** The name of the key that a file is encrypted with, of how it begins; null where it is plain. */
export const keyOfFile = (start: Buffer): string | null =>
  start.subarray(0, magic.length).equals(magic)
    ? (/^[\w.-]+/.exec(start.subarray(magic.length).toString('latin1'))?.[0] ?? '')
    : null;
