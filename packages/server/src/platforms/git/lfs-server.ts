import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { systemClock } from '../../infra/clock.ts';
import type { ApplyContext } from '../contract/executor.ts';
import { amended, classifyError, ExecutorError } from '../kit/executor-error.ts';
import { askJson } from '../kit/json-api.ts';
import { failureOfStatus } from '../kit/response-status.ts';
import { isLfsPointer, objectHolding, objectOf, type LfsObject } from './lfs-pointer.ts';

/** Where a repository's files are kept that Git LFS keeps: what `git lfs env` calls its endpoint. */
export interface LfsServer {
  /** `https://git.example.com/app.git/info/lfs` */
  readonly url: string;
  /** Value of the `Authorization` header. */
  readonly authorization: string | null;
}

export interface LfsFile {
  readonly path: string;
  /** What the file holds, or a pointer to what the server is to have already. */
  readonly content: string;
}

type Context = Pick<ApplyContext, 'http' | 'signal'>;

const mediaType = 'application/vnd.git-lfs+json';
const maxAnswerBytes = 4_194_304;
/** As many as servers take at once. */
const mostAtOnce = 100;

const action = z.object({
  href: z.string(),
  header: z.record(z.string(), z.string()).default({}),
});
const batchSchema = z.object({
  transfer: z.string().default('basic'),
  objects: z.array(
    z.object({
      oid: z.string(),
      actions: z.record(z.string(), action).default({}),
      error: z.object({ code: z.int(), message: z.string().default('') }).optional(),
    }),
  ),
});
type Answered = z.output<typeof batchSchema>['objects'][number];

/**
 * Sees to it that the server has what these files hold, before any commit points to it. What no commit points to
 * changes nothing for anybody, so that no failure leaves an effect behind.
 */
export const keepInLfs = async (
  server: LfsServer,
  ref: string,
  files: readonly LfsFile[],
  context: Context,
): Promise<void> => {
  try {
    for (let at = 0; at < files.length; at += mostAtOnce)
      await keepSome(server, ref, files.slice(at, at + mostAtOnce), context);
  } catch (error) {
    throw amended(classifyError(error), { effect: 'NONE' });
  }
};

const keepSome = async (
  server: LfsServer,
  ref: string,
  files: readonly LfsFile[],
  context: Context,
): Promise<void> => {
  const given = files
    .filter(({ content }) => !isLfsPointer(content))
    .map(({ content }) => Buffer.from(content));
  const contents = new Map(given.map((content) => [objectHolding(content).oid, content]));
  const objects = [...contents.values()].map(objectHolding);
  if (objects.length > 0)
    for (const answered of await batch(server, 'upload', ref, objects, context)) {
      const content = contents.get(answered.oid);
      if (content) await upload(content, answered, context);
    }
  const wanted = new Map(
    files.map(({ path, content }) => [path, objectOf(content) ?? objectHolding(Buffer.from(content))]),
  );
  const held = await batch(server, 'download', ref, [...wanted.values()], context);
  const there = new Set(
    held.flatMap(({ oid, actions, error }) => (actions['download'] && !error ? oid : [])),
  );
  const missing = files.find(({ path }) => !there.has(wanted.get(path)?.oid ?? ''));
  if (missing) throw notThere(missing);
};

const notThere = ({ path, content }: LfsFile): ExecutorError =>
  isLfsPointer(content)
    ? new ExecutorError(
        'PRECONDITION_FAILED',
        `${quoted(path)} is a pointer to something that the LFS server does not have: upload it first, or give what the file holds.`,
        { effect: 'NONE' },
      )
    : new ExecutorError(
        'DEPENDENCY_FAILED',
        `The LFS server took what ${quoted(path)} holds, and does not have it.`,
        { effect: 'NONE', retriable: true },
      );

const batch = async (
  { url, authorization }: LfsServer,
  operation: 'upload' | 'download',
  ref: string,
  objects: readonly LfsObject[],
  { http, signal }: Context,
): Promise<readonly Answered[]> => {
  const { transfer, objects: answered } = await askJson(
    http,
    {
      method: 'POST',
      url: `${url.replace(/\/$/, '')}/objects/batch`,
      headers: {
        accept: mediaType,
        'content-type': mediaType,
        ...(authorization === null ? {} : { authorization }),
      },
      json: { operation, transfers: ['basic'], ref: { name: ref }, objects, hash_algo: 'sha256' },
      signal,
      maxResponseBytes: maxAnswerBytes,
    },
    batchSchema,
  );
  if (transfer === 'basic') return answered;
  throw new ExecutorError('PLATFORM_REJECTED', `The LFS server wants the transfer ${quoted(transfer)}.`, {
    effect: 'NONE',
  });
};

/** Where the server wants nothing of it, it has it. */
const upload = async (content: Buffer, { actions, error }: Answered, context: Context): Promise<void> => {
  if (error) {
    const message = `The LFS server does not take a file: ${quoted(error.message)} (${error.code}).`;
    throw new ExecutorError('PLATFORM_REJECTED', message, { effect: 'NONE' });
  }
  const { upload: put, verify } = actions;
  if (!put) return;
  await send('PUT', put, { 'content-type': 'application/octet-stream' }, content, context);
  if (!verify) return;
  const said = { accept: mediaType, 'content-type': mediaType };
  await send('POST', verify, said, JSON.stringify(objectHolding(content)), context);
};

/** What the server wants to be sent along must not say how the request is sent. */
const ofTransport = new Set(['connection', 'content-length', 'host', 'transfer-encoding']);

const send = async (
  method: 'PUT' | 'POST',
  { href, header }: z.output<typeof action>,
  ownHeaders: Readonly<Record<string, string>>,
  body: string | Uint8Array,
  { http, signal }: Context,
): Promise<void> => {
  const wanted = Object.entries(header).map(([name, value]) => [name.toLowerCase(), value] as const);
  const headers = {
    ...ownHeaders,
    ...Object.fromEntries(wanted.filter(([name]) => !ofTransport.has(name))),
  };
  const response = await http.request({ method, url: href, headers, body, signal });
  const failure = failureOfStatus(response, method, systemClock.now().getTime());
  if (failure) throw failure;
};
