import { Readable } from 'node:stream';
import type { S3Client, SentPart } from '../../infra/s3-client.ts';
import { newId } from '../../infra/ids.ts';
import { isId } from '../inputs.ts';
import type { BackupPlace } from './backup-place.ts';

/** No part but the last may be smaller than 5 MiB; 10,000 of them make 80 GiB for each file. */
const usualPartBytes = 8 * 1024 * 1024;
const longestName = 64;

export interface BucketPlace {
  readonly bucket: string;
  /** Empty for the whole bucket. */
  readonly prefix: string;
  readonly partBytes?: number;
}

const trimmed = (prefix: string): string => prefix.replace(/^\/+|\/+$/g, '');

/** As people find it. */
export const bucketName = ({ bucket, prefix }: BucketPlace): string =>
  [`s3://${bucket}`, ...(trimmed(prefix) === '' ? [] : [trimmed(prefix)])].join('/');

/**
 * Objects below a prefix of a bucket: `PREFIX/ID/TRY/tables/task.copy.gz`, where each try to write a backup has keys of
 * its own. `PREFIX/ID.whole` is written last and names the try that is the backup, which is there once that is.
 */
export const backupBucket = (
  client: S3Client,
  { bucket, prefix, partBytes = usualPartBytes }: BucketPlace,
): BackupPlace => {
  const base = trimmed(prefix) === '' ? '' : `${trimmed(prefix)}/`;
  const wholeOf = (id: string): string => `${base}${id}.whole`;
  const removeBelow = async (prefixOfKeys: string): Promise<void> => {
    for (const key of await client.keys(prefixOfKeys)) await client.remove(key);
  };
  /** Null where no try came to its end. */
  const tryOf = async (id: string): Promise<string | null> => {
    if (!isId(id) || !(await client.keys(wholeOf(id))).includes(wholeOf(id))) return null;
    const name = (await client.read(wholeOf(id), 0, longestName)).toString();
    if (!isId(name)) throw new Error(`${wholeOf(id)} names no try of a backup.`);
    return `${base}${id}/${name}/`;
  };
  return {
    name: bucketName({ bucket, prefix }),
    encryptsWith: null,
    async list() {
      return (await client.keys(base, '/')).flatMap((key) => {
        const [, id = ''] = /^(.+)\.whole$/.exec(key.slice(base.length)) ?? [];
        return isId(id) ? [id] : [];
      });
    },
    begin(id, signal) {
      const name = newId();
      const keys = `${base}${id}/${name}/`;
      let isWhole = false;
      return Promise.resolve({
        write: (path, bytes) => send(client, `${keys}${path}`, bytes, { partBytes, signal }),
        async finish() {
          // Where another try came first, that one is the backup, and nothing stays of this one.
          if ((await tryOf(id)) !== null) return;
          // From here on it may be the backup, even where no answer comes.
          isWhole = true;
          await client.put(wholeOf(id), Buffer.from(name));
        },
        async [Symbol.asyncDispose]() {
          if (!isWhole) await removeBelow(keys);
        },
      });
    },
    async files(id) {
      const keys = await tryOf(id);
      return keys === null ? null : (await client.keys(keys)).map((key) => key.slice(keys.length));
    },
    read: (id, path) =>
      Readable.from(
        bytesOf(client, async () => `${(await tryOf(id)) ?? `${base}${id}/`}${path}`, partBytes),
        {
          objectMode: false,
        },
      ),
    async remove(id) {
      if (!isId(id)) return;
      // Without it nobody takes what is left for a backup.
      await client.remove(wholeOf(id));
      await removeBelow(`${base}${id}/`);
    },
  };
};

async function* bytesOf(
  client: S3Client,
  findKey: () => Promise<string>,
  partBytes: number,
): AsyncGenerator<Buffer> {
  const key = await findKey();
  for (let from = 0; ;) {
    const bytes = await client.read(key, from, partBytes);
    if (bytes.length > 0) yield bytes;
    from += bytes.length;
    if (bytes.length < partBytes) return;
  }
}

/** In one request where it is small, and in parts otherwise: nobody sees an object of which parts are missing. */
const send = async (
  client: S3Client,
  key: string,
  bytes: Readable,
  { partBytes, signal }: { readonly partBytes: number; readonly signal: AbortSignal | undefined },
): Promise<void> => {
  let upload: string | null = null;
  const sent: SentPart[] = [];
  try {
    let last: Buffer | null = null;
    for await (const part of partsOf(bytes, partBytes)) {
      signal?.throwIfAborted();
      if (last !== null) {
        upload ??= await client.beginParts(key);
        sent.push(await client.putPart(key, upload, sent.length + 1, last));
      }
      last = part;
    }
    const rest = last ?? Buffer.alloc(0);
    if (upload === null) await client.put(key, rest);
    else {
      sent.push(await client.putPart(key, upload, sent.length + 1, rest));
      await client.finishParts(key, upload, sent);
    }
  } catch (error) {
    if (upload !== null) await client.dropParts(key, upload).catch(() => undefined);
    throw error;
  }
};

async function* partsOf(bytes: AsyncIterable<Buffer>, partBytes: number): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    waiting.push(chunk);
    size += chunk.length;
    if (size < partBytes) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(waiting);
}
