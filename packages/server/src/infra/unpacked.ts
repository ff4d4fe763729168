import { isUtf8 } from 'node:buffer';
import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib';

const maxUnpackedBytes = 1_048_576;
/** What was cut off gives what there is of it. */
const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: maxUnpackedBytes };
const brotliOptions = { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength: maxUnpackedBytes };
const zstdOptions = { finishFlush: constants.ZSTD_e_flush, maxOutputLength: maxUnpackedBytes };

type Unpack = (bytes: Buffer) => Buffer;
const gunzip: Unpack = (bytes) => gunzipSync(bytes, options);
const inflate: Unpack = (bytes) => inflateSync(bytes, options);
const inflateRaw: Unpack = (bytes) => inflateRawSync(bytes, options);
const brotli: Unpack = (bytes) => brotliDecompressSync(bytes, brotliOptions);
const zstd: Unpack = (bytes) => zstdDecompressSync(bytes, zstdOptions);

/** By name of a `Content-Encoding`. "deflate" comes with and without its frame. */
const codings: Readonly<Record<string, readonly Unpack[]>> = {
  gzip: [gunzip],
  'x-gzip': [gunzip],
  deflate: [inflate, inflateRaw],
  br: [brotli],
  zstd: [zstd],
};

/** 'TOO_LARGE' where there is more in it than anybody looks at; null where it is nothing of the kind. */
const attempt = (unpack: Unpack, bytes: Buffer): Buffer | 'TOO_LARGE' | null => {
  try {
    return unpack(bytes);
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
    for (const unpack of (bytes && codings[name]) ?? []) {
      const unpacked = attempt(unpack, bytes ?? body);
      if (unpacked instanceof Buffer && (unpacked.length > 0 || bytes?.length === 0)) return unpacked;
    }
    return null;
  }, body);
};

/** How packed bytes begin. */
const signs: readonly (readonly [begins: (bytes: string) => boolean, unpack: Unpack])[] = [
  [(bytes) => bytes.startsWith('\x1f\x8b'), gunzip],
  [(bytes) => ['x\x01', 'x\x5e', 'x\x9c', 'x\xda'].includes(bytes.slice(0, 2)), inflate],
  [(bytes) => bytes.startsWith('\x28\xb5\x2f\xfd'), zstd],
];

/** Whether bytes begin as packed ones do. */
export const isPacked = (bytes: string): boolean => signs.some(([begins]) => begins(bytes));

/** Text holds no control characters, and is nothing that was packed. */
const isText = (bytes: Buffer): boolean =>
  // oxlint-disable-next-line no-control-regex -- They are what is looked for.
  isUtf8(bytes) && !/[\0-\x08\x0e-\x1f]/.test(bytes.toString('latin1'));

/**
 * What bytes hold that are packed, whoever says so. Not every way has a sign, so those are tried as well. Null
 * stands for what is too large to look at.
 */
export const unpacked = (text: string): (string | null)[] => {
  const bytes = Buffer.from(text, 'latin1');
  if (bytes.length < 3 || isText(bytes)) return [];
  const signed = signs.filter(([begins]) => begins(text)).map(([, unpack]) => unpack);
  return [...signed, inflateRaw, brotli].flatMap((unpack) => {
    const inner = attempt(unpack, bytes);
    if (inner === 'TOO_LARGE') return [null];
    return inner === null || inner.length === 0 ? [] : [inner.toString('latin1')];
  });
};
