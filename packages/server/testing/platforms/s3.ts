import { createHash, createHmac, hash, randomUUID } from 'node:crypto';
import { startEmulator, type EmulatedAnswer, type EmulatedRequest, type Emulator } from './emulator.ts';

/** Objects by `BUCKET/KEY`, and those of which parts are there only, by their upload. */
export interface S3State {
  readonly objects: Record<string, Uint8Array>;
  readonly uploads: Record<string, { readonly path: string; readonly parts: Record<string, Uint8Array> }>;
}

export interface S3Options {
  readonly buckets: readonly string[];
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Keys of one page of a list. */
  readonly pageSize?: number;
  /** Bytes of all parts but the last, at least. */
  readonly smallestPart?: number;
}

/** Amazon S3 as its REST API describes it, as far as backups use it: every request is checked by Signature Version 4. */
export const startS3 = (options: S3Options): Promise<Emulator<S3State>> =>
  startEmulator<S3State>({
    state: { objects: {}, uploads: {} },
    handle: (state, request) => refusalOf(options, request) ?? answer(options, state, request),
    objects: ({ objects }) =>
      Object.entries(objects).map(([id, bytes]) => ({
        kind: 'object',
        id,
        name: id,
        state: { bytes: bytes.length },
      })),
    errorOf: (status) => refuse(status, status === 503 ? 'SlowDown' : 'InternalError'),
  });

const refuse = (status: number, code: string): EmulatedAnswer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`,
});
const told = (body: string): EmulatedAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?>${body}`,
});

const escaped = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const authorization =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
const skewMs = 15 * 60_000;

/** Null where the request is signed as it is. */
const refusalOf = (
  { region, accessKeyId, secretAccessKey }: S3Options,
  { method, path, query, headers, body, now }: EmulatedRequest,
): EmulatedAnswer | null => {
  const [, id, day = '', where, names = '', given] = authorization.exec(headers.authorization ?? '') ?? [];
  if (given === undefined) return refuse(403, 'AccessDenied');
  if (id !== accessKeyId) return refuse(403, 'InvalidAccessKeyId');
  if (where !== region) return refuse(400, 'AuthorizationHeaderMalformed');
  const stamp = String(headers['x-amz-date']);
  const at = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!stamp.startsWith(day) || !(Math.abs(now.getTime() - at) < skewMs))
    return refuse(403, 'RequestTimeTooSkewed');
  const sum = String(headers['x-amz-content-sha256']);
  if (sum !== hash('sha256', body)) return refuse(400, 'XAmzContentSHA256Mismatch');
  const signedNames = names.split(';');
  if (!['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => signedNames.includes(name)))
    return refuse(403, 'AccessDenied');
  const canonical = [
    method,
    path
      .split('/')
      .map((part) => escaped(decodeURIComponent(part)))
      .join('/'),
    [...query]
      .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
      .toSorted()
      .join('&'),
    ...signedNames.map((name) => `${name}:${String(headers[name]).trim().replaceAll(/ +/g, ' ')}`),
    '',
    names,
    sum,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${hash('sha256', canonical)}`);
  return signature.toString('hex') === given ? null : refuse(403, 'SignatureDoesNotMatch');
};

const answer = (options: S3Options, state: S3State, request: EmulatedRequest): EmulatedAnswer => {
  const path = decodeURIComponent(request.path.slice(1));
  const [bucket = '', ...rest] = path.split('/');
  if (!options.buckets.includes(bucket)) return refuse(404, 'NoSuchBucket');
  if (rest.join('/') === '') return list(options, state, request, bucket);
  const uploadId = request.query.get('uploadId');
  if (request.query.has('uploads') || uploadId !== null)
    return inParts(options, state, request, path, uploadId);
  const { [path]: found } = state.objects;
  switch (request.method) {
    case 'PUT':
      state.objects[path] = request.body;
      return { status: 200, headers: { etag: etagOf(request.body) }, wrote: path };
    case 'DELETE':
      Reflect.deleteProperty(state.objects, path);
      return { status: 204, wrote: path };
    case 'GET':
      return found ? rangeOf(found, request) : refuse(404, 'NoSuchKey');
    default:
      return refuse(405, 'MethodNotAllowed');
  }
};

const etagOf = (bytes: Uint8Array): string => `"${createHash('md5').update(bytes).digest('hex')}"`;

const rangeOf = (bytes: Uint8Array, { headers: { range } }: EmulatedRequest): EmulatedAnswer => {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (from === undefined) return { status: 200, body: bytes };
  if (Number(from) >= bytes.length) return refuse(416, 'InvalidRange');
  return { status: 206, body: bytes.slice(Number(from), Number(to) + 1) };
};

const textOf = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const list = (
  { pageSize = 1_000 }: S3Options,
  { objects }: S3State,
  { query }: EmulatedRequest,
  bucket: string,
): EmulatedAnswer => {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const after = query.get('continuation-token') ?? '';
  const keys = Object.keys(objects)
    .filter((path) => path.startsWith(`${bucket}/${prefix}`))
    .map((path) => path.slice(bucket.length + 1))
    .toSorted()
    .filter((key) => key > after)
    .filter((key) => delimiter === '' || !key.slice(prefix.length).includes(delimiter));
  const page = keys.slice(0, pageSize);

  const isCut = keys.length > page.length;
  return told(
    `<ListBucketResult><IsTruncated>${isCut}</IsTruncated>${isCut ? `<NextContinuationToken>${textOf(page.at(-1) ?? '')}</NextContinuationToken>` : ''}${page.map((key) => `<Contents><Key>${textOf(key)}</Key></Contents>`).join('')}</ListBucketResult>`,
  );
};

const inParts = (
  { smallestPart = 5 * 1024 * 1024 }: S3Options,
  { objects, uploads }: S3State,
  { method, query, body }: EmulatedRequest,
  path: string,
  uploadId: string | null,
): EmulatedAnswer => {
  if (uploadId === null) {
    const id = randomUUID();
    uploads[id] = { path, parts: {} };
    return {
      ...told(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`),
      wrote: path,
    };
  }
  const { [uploadId]: upload } = uploads;
  if (upload?.path !== path) return refuse(404, 'NoSuchUpload');
  if (method === 'PUT') {
    upload.parts[String(query.get('partNumber'))] = body;
    return { status: 200, headers: { etag: etagOf(body) }, wrote: path };
  }
  Reflect.deleteProperty(uploads, uploadId);
  if (method === 'DELETE') return { status: 204, wrote: path };
  const named = [
    ...body.toString().matchAll(/<Part><PartNumber>(\d+)<\/PartNumber><ETag>([^<]+)<\/ETag><\/Part>/g),
  ].map(([, number = '', etag]) => ({ etag, bytes: upload.parts[number] ?? new Uint8Array() }));
  if (named.some(({ etag, bytes }) => etag !== etagOf(bytes))) return refuse(400, 'InvalidPart');
  if (named.slice(0, -1).some(({ bytes }) => bytes.length < smallestPart))
    return refuse(400, 'EntityTooSmall');
  objects[path] = Buffer.concat(named.map(({ bytes }) => bytes));
  return { ...told('<CompleteMultipartUploadResult></CompleteMultipartUploadResult>'), wrote: path };
};
