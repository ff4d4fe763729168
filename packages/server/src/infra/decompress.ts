import { isUtf8 } from 'node:buffer';
import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib';
import type { YieldingWork } from './yielding-work.ts';

const maxDecompressedBytes = 1_048_576;
const mostOf = (room: number): number => Math.max(1, Math.min(room, maxDecompressedBytes));
/** What was cut off gives what there is of it. */
const options = (room: number) => ({ finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: mostOf(room) });
const brotliOptions = (room: number) => ({
  finishFlush: constants.BROTLI_OPERATION_FLUSH,
  maxOutputLength: mostOf(room),
});
const zstdOptions = (room: number) => ({
  finishFlush: constants.ZSTD_e_flush,
  maxOutputLength: mostOf(room),
});

/** Throws where it is nothing of the kind, or more than there is room for. */
type Decompress = (bytes: Buffer, room: number) => Buffer;
const gunzip: Decompress = (bytes, room) => gunzipSync(bytes, options(room));
const inflate: Decompress = (bytes, room) => inflateSync(bytes, options(room));
const inflateRaw: Decompress = (bytes, room) => inflateRawSync(bytes, options(room));
const brotli: Decompress = (bytes, room) => brotliDecompressSync(bytes, brotliOptions(room));
const zstd: Decompress = (bytes, room) => zstdDecompressSync(bytes, zstdOptions(room));

/** By name of a `Content-Encoding`. "deflate" comes with and without its frame. */
const codings: Readonly<Record<string, readonly Decompress[]>> = {
  gzip: [gunzip],
  'x-gzip': [gunzip],
  deflate: [inflate, inflateRaw],
  br: [brotli],
  zstd: [zstd],
};

/** 'TOO_LARGE' where there is more in it than anybody looks at; null where it is nothing of the kind. */
const attempt = (decompress: (bytes: Buffer) => Buffer, bytes: Buffer): Buffer | 'TOO_LARGE' | null => {
  try {
    return decompress(bytes);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ERR_BUFFER_TOO_LARGE' ? 'TOO_LARGE' : null;
  }
};

/** A body as it was before `Content-Encoding` (the last is undone first); null where that cannot be told. */
export const decodedBody = (body: Buffer, contentEncoding: string): Buffer | null => {
  const names = contentEncoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  return names.toReversed().reduce<Buffer | null>((bytes, name) => {
    for (const decompress of (bytes && codings[name]) ?? []) {
      const decompressed = attempt((given) => decompress(given, maxDecompressedBytes), bytes ?? body);
      if (decompressed instanceof Buffer && (decompressed.length > 0 || bytes?.length === 0))
        return decompressed;
    }
    return null;
  }, body);
};

/** How compressed bytes begin. */
const signs: readonly (readonly [begins: (bytes: string) => boolean, decompress: Decompress])[] = [
  [(bytes) => bytes.startsWith('\x1f\x8b'), gunzip],
  [(bytes) => ['x\x01', 'x\x5e', 'x\x9c', 'x\xda'].includes(bytes.slice(0, 2)), inflate],
  [(bytes) => bytes.startsWith('\x28\xb5\x2f\xfd'), zstd],
];

/** How much may still be looked into. */
export interface Room {
  readonly left: () => number;
  /** Whether there was so much. */
  readonly take: (bytes: number) => boolean;
  /** Whether one more may be tried: a try costs something, however little comes of it. */
  readonly try: () => boolean;
}

/** Whether bytes begin as compressed ones do. */
export const isCompressed = (bytes: string): boolean => signs.some(([begins]) => begins(bytes));

/** Text holds no control characters, and is nothing that was compressed. */
const isText = (bytes: Buffer): boolean =>
  // oxlint-disable-next-line no-control-regex -- They are what is looked for.
  isUtf8(bytes) && !/[\0-\x08\x0e-\x1f]/.test(bytes.toString('latin1'));

/** What is decompressed up to what there is room for costs as much, whatever comes of it. */
const tooLargeAs = 131_072;

/**
 * What bytes hold that are compressed, whoever says so. Not every way has a sign, so those are tried where no sign was
 * true. Null stands for what is too large to look at.
 */
export const decompressed = function* (text: string, room: Room): YieldingWork<(string | null)[]> {
  const bytes = Buffer.from(text, 'latin1');
  if (bytes.length < 3 || isText(bytes)) return [];
  const by = (decompress: Decompress): (string | null)[] => {
    const inner = room.try() ? attempt((given) => decompress(given, room.left()), bytes) : 'TOO_LARGE';
    if (inner === 'TOO_LARGE') {
      room.take(Math.min(tooLargeAs, room.left()));
      return [null];
    }
    if (inner === null || inner.length === 0) return [];
    return [room.take(inner.length) ? inner.toString('latin1') : null];
  };
  const signed: (string | null)[] = [];
  for (const [begins, decompress] of signs) {
    yield;
    if (begins(text)) signed.push(...by(decompress));
  }
  if (signed.length > 0) return signed;
  const inflated = by(inflateRaw);
  yield;
  return [...inflated, ...by(brotli)];
};
