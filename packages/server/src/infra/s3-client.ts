import { hash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { HttpFailure, type HttpClient, type HttpResponse } from './http-client.ts';

export interface S3Settings {
  /** Of the service, without the bucket: `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A part of an object that is sent in parts. */
export interface SentPart {
  readonly number: number;
  readonly etag: string;
}

/** Objects of one bucket, each answer in bounds. Throws one sentence where the service refuses. */
export interface S3Client {
  /** Keys below a prefix, in their order; with a delimiter only those that have none after the prefix. */
  keys(prefix: string, delimiter?: string): Promise<readonly string[]>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Bytes from a place on, so many at most; empty at the end. */
  read(key: string, from: number, length: number): Promise<Buffer>;
  /** Nothing where there is none. */
  remove(key: string): Promise<void>;
  beginParts(key: string): Promise<string>;
  putPart(key: string, upload: string, number: number, bytes: Uint8Array): Promise<SentPart>;
  finishParts(key: string, upload: string, parts: readonly SentPart[]): Promise<void>;
  dropParts(key: string, upload: string): Promise<void>;
}

const timeoutMs = 60_000;
const largestAnswer = 4 * 1024 * 1024;

interface Asked {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly maxBytes?: number;
}

const xml = new XMLParser({
  parseTagValue: false,
  processEntities: true,
  isArray: (name) => name === 'Contents',
});
const listed = z.object({
  ListBucketResult: z.object({
    IsTruncated: z.string().optional(),
    NextContinuationToken: z.string().optional(),
    Contents: z.array(z.object({ Key: z.string() })).default([]),
  }),
});
const begun = z.object({ InitiateMultipartUploadResult: z.object({ UploadId: z.string() }) });
const completed = z.object({ CompleteMultipartUploadResult: z.unknown() });
const refusedWith = z.object({ Error: z.object({ Code: z.string() }) });

const readXml = <Shape extends z.ZodType>(shape: Shape, { body }: HttpResponse): z.output<Shape> => {
  const read = shape.safeParse(xml.parse(body.toString('utf8')));
  if (!read.success) throw new Error(`The object storage answered with something else: ${codeOf(body)}`);
  return read.data;
};

const codeOf = (body: Buffer): string => {
  const read = refusedWith.safeParse(xml.parse(body.subarray(0, 64 * 1024).toString('utf8')));
  return read.success ? read.data.Error.Code : 'no reason is given';
};

const pathOf = (key: string): string => key.split('/').map(encodeURIComponent).join('/');

const createAsk =
  (http: HttpClient, { endpoint, region, bucket, accessKeyId, secretAccessKey }: S3Settings) =>
  async ({ method, key = '', query = {}, headers, body, maxBytes = largestAnswer }: Asked) => {
    const url = new URL(`${endpoint.replace(/\/+$/, '')}/${bucket}/${pathOf(key)}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const signed = await new AwsV4Signer({
      method,
      url: url.href,
      headers: { ...headers, 'x-amz-content-sha256': hash('sha256', body ?? new Uint8Array()) },
      accessKeyId,
      secretAccessKey,
      region,
      service: 's3',
    }).sign();
    return http.request({
      method,
      url: signed.url.href,
      headers: Object.fromEntries(signed.headers),
      ...(body && { body }),
      signal: AbortSignal.timeout(timeoutMs),
      maxResponseBytes: maxBytes,
      followsRedirects: false,
    });
  };

/** What each of the tries after the first one waits for, at most. */
const waitsMs: readonly number[] = [200, 1_000, 4_000];
/** Nothing was done: there is too much to do. */
const busy: readonly number[] = [429, 503];

/** Again where it may go well: a POST only where nothing can have come of it, the others are the same done twice. */
const tried = async (ask: () => Promise<HttpResponse>, method: Asked['method']): Promise<HttpResponse> => {
  for (const waitMs of waitsMs) {
    try {
      const answer = await ask();
      const { status } = answer;
      if (!busy.includes(status) && (status < 500 || status === 501 || method === 'POST')) return answer;
    } catch (error) {
      if (!(error instanceof HttpFailure) || (error.isSent && method === 'POST')) throw error;
    }
    // Not all of them at the same moment.
    await pause(waitMs * (0.5 + Math.random() / 2));
  }
  return ask();
};

type Done = (asked: Asked, ...also: readonly number[]) => Promise<HttpResponse>;

/** For Amazon S3 and what speaks like it; the bucket is part of the path, which all of them take. */
export const createS3Client = (http: HttpClient, settings: S3Settings): S3Client => {
  const ask = createAsk(http, settings);
  const done: Done = async (asked, ...also) => {
    const answer = await tried(() => ask(asked), asked.method);
    if ((answer.status >= 200 && answer.status < 300) || also.includes(answer.status)) return answer;
    throw new Error(
      `The object storage refused ${asked.method} ${asked.key ?? settings.bucket} with ${answer.status}: ${codeOf(answer.body)}`,
    );
  };
  return { ...wholeObjects(done), ...inParts(done) };
};

const wholeObjects = (done: Done): Pick<S3Client, 'keys' | 'put' | 'read' | 'remove'> => ({
  async keys(prefix, delimiter) {
    const found: string[] = [];
    for (let token: string | undefined; ;) {
      const answer = await done({
        method: 'GET',
        query: {
          'list-type': '2',
          prefix,
          ...(delimiter !== undefined && { delimiter }),
          ...(token !== undefined && { 'continuation-token': token }),
        },
      });
      const { ListBucketResult: page } = readXml(listed, answer);
      found.push(...page.Contents.map(({ Key }) => Key));
      if (page.IsTruncated === 'true' && page.NextContinuationToken === undefined)
        throw new Error('The object storage cut off a list and does not say how it goes on.');
      token = page.IsTruncated === 'true' ? page.NextContinuationToken : undefined;
      if (token === undefined) return found;
    }
  },
  async put(key, body) {
    await done({ method: 'PUT', key, body });
  },
  async read(key, from, length) {
    const range = `bytes=${from}-${from + length - 1}`;
    const answer = await done({ method: 'GET', key, headers: { range }, maxBytes: length }, 416);
    if (answer.status === 416) return Buffer.alloc(0);
    // A whole object in the place of its part would be read twice.
    if (answer.status !== 206) throw new Error('The object storage does not give parts of objects.');
    return answer.body;
  },
  async remove(key) {
    await done({ method: 'DELETE', key }, 404);
  },
});

const inParts = (done: Done): Pick<S3Client, 'beginParts' | 'putPart' | 'finishParts' | 'dropParts'> => ({
  async beginParts(key) {
    const answer = await done({ method: 'POST', key, query: { uploads: '' } });
    return readXml(begun, answer).InitiateMultipartUploadResult.UploadId;
  },
  async putPart(key, uploadId, number, body) {
    const query = { partNumber: String(number), uploadId };
    const { headers } = await done({ method: 'PUT', key, query, body });
    const { etag } = headers;
    if (etag === undefined) throw new Error('The object storage gave no ETag of a part.');
    return { number, etag };
  },
  async finishParts(key, uploadId, parts) {
    const told = parts
      .map(({ number, etag }) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`)
      .join('');
    const body = Buffer.from(`<CompleteMultipartUpload>${told}</CompleteMultipartUpload>`);
    // It may fail with 200 and an error in its body.
    readXml(completed, await done({ method: 'POST', key, query: { uploadId }, body }));
  },
  async dropParts(key, uploadId) {
    await done({ method: 'DELETE', key, query: { uploadId } }, 404);
  },
});
