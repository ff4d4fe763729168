import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startS3, type S3State } from '../../../testing/platforms/s3.ts';
import type { Emulator } from '../../../testing/platforms/emulator.ts';
import { createEgress, type Egress } from '../../infra/egress.ts';
import { createHttpClient } from '../../infra/http-client.ts';
import { newId } from '../../infra/ids.ts';
import { createS3Client } from '../../infra/s3-client.ts';
import { backupBucket } from './backup-bucket.ts';
import type { BackupDraft } from './backup-place.ts';

const settings = { region: 'eu-central-1', accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a-secret-of-s3' };
let s3: Emulator<S3State>;
let egress: Egress;
beforeAll(async () => {
  s3 = await startS3({ ...settings, buckets: ['backups'], pageSize: 2, smallestPart: 64 * 1024 });
  egress = createEgress({ allowedInternalHosts: [new URL(s3.url).host] });
});
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
  await egress[Symbol.asyncDispose]();
});
beforeEach(() => {
  s3.behaviour.failures = [];
});

const placeWith = (more: object = {}) =>
  backupBucket(
    createS3Client(createHttpClient(egress, { reach: 'INTERNAL' }), {
      ...settings,
      endpoint: s3.url,
      bucket: 'backups',
      ...more,
    }),
    { bucket: 'backups', prefix: 'prod/eu west+1', partBytes: 64 * 1024 },
  );
const files: Readonly<Record<string, Buffer>> = {
  'tables/task.copy.gz': randomBytes(200 * 1024),
  'home/audit.pub': Buffer.from('key'),
  'settings.json': Buffer.alloc(0),
  'manifest.json': Buffer.from('{}'),
  'manifest.sig': Buffer.from('signed'),
};
const writes = async (id: string, paths = Object.keys(files)): Promise<void> => {
  await using draft = await placeWith().begin(id);
  for (const path of paths) await draft.write(path, Readable.from([files[path]]));
  await draft.finish();
};

test('a backup in a bucket is read as it was written, large and empty files too, and removed whole', async () => {
  const place = placeWith();
  const [one, other] = [newId(), newId()];
  await writes(one);
  await writes(other, ['manifest.json', 'manifest.sig']);
  expect(await place.list()).toEqual([one, other]);
  expect((await place.files(one))?.toSorted()).toEqual(Object.keys(files).toSorted());
  for (const [path, bytes] of Object.entries(files))
    expect((await buffer(place.read(one, path))).equals(bytes)).toBe(true);
  await place.remove(one);
  expect(await place.list()).toEqual([other]);
  expect(await place.files(one)).toBeNull();
  expect(Object.keys(s3.state().objects).filter((key) => key.includes(one))).toEqual([]);
});

test('one that was cut off is found by nobody, and nothing of it stays', async () => {
  const id = newId();
  // While it is sent in parts: one of them is refused.
  s3.behaviour.failures = [{ kind: 'STATUS', when: 'BEFORE', status: 403, after: 1 }];
  await expect(writes(id)).rejects.toThrow(/403/);
  expect(await placeWith().list()).not.toContain(id);
  expect(Object.keys(s3.state().objects).filter((key) => key.includes(id))).toEqual([]);
  expect(Object.keys(s3.state().uploads)).toEqual([]);
});

test('a service that has too much to do for a moment is asked again', async () => {
  const id = newId();
  s3.behaviour.failures = [
    { kind: 'STATUS', when: 'BEFORE', status: 503, after: 2 },
    { kind: 'STATUS', when: 'BEFORE', status: 500, after: 3 },
  ];
  await writes(id);
  expect(await buffer(placeWith().read(id, 'tables/task.copy.gz'))).toEqual(files['tables/task.copy.gz']);
});

test('of two tries at once the first that ends is the backup, and neither takes anything of the other', async () => {
  const id = newId();
  const place = placeWith();
  const writesTry = async (draft: BackupDraft, text: string): Promise<void> => {
    for (const path of Object.keys(files)) await draft.write(path, Readable.from([Buffer.from(text)]));
  };
  {
    await using lost = await place.begin(id);
    await lost.write('manifest.json', Readable.from([Buffer.from('lost')]));
    await using next = await place.begin(id);
    await writesTry(next, 'next');
    await lost.write('tables/task.copy.gz', Readable.from([Buffer.from('lost')]));
    expect(await place.files(id)).toBeNull();
    await next.finish();
    await lost.write('home/audit.pub', Readable.from([Buffer.from('lost')]));
    await lost.finish();
  }
  expect((await place.files(id))?.toSorted()).toEqual(Object.keys(files).toSorted());
  for (const path of Object.keys(files)) expect((await buffer(place.read(id, path))).toString()).toBe('next');
  expect(Object.keys(s3.state().objects).filter((key) => key.includes(id))).toHaveLength(
    Object.keys(files).length + 1,
  );
  expect(await place.list()).toContain(id);
});

test('stopped, it ends between two parts, and nothing of it stays', async () => {
  const id = newId();
  const stop = new AbortController();
  const cutOff = async (): Promise<void> => {
    await using draft = await placeWith().begin(id, stop.signal);
    const chunks = function* () {
      yield randomBytes(128 * 1024);
      stop.abort();
      yield randomBytes(128 * 1024);
    };
    await draft.write('tables/task.copy.gz', Readable.from(chunks()));
    await draft.finish();
  };
  await expect(cutOff()).rejects.toThrow(/aborted/);
  expect(Object.keys(s3.state().objects).filter((key) => key.includes(id))).toEqual([]);
  expect(Object.keys(s3.state().uploads)).toEqual([]);
});

test.each([
  ['another key', { secretAccessKey: 'another-secret' }, /403: SignatureDoesNotMatch/],
  ['another id', { accessKeyId: 'AKIDOTHER' }, /403: InvalidAccessKeyId/],
  ['another region', { region: 'us-east-1' }, /400: AuthorizationHeaderMalformed/],
  ['another bucket', { bucket: 'others' }, /404: NoSuchBucket/],
])('with %s it says why, in a sentence', async (_, more, words) => {
  await expect(placeWith(more).list()).rejects.toThrow(words);
});
