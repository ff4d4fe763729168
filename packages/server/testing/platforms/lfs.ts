import { createHash } from 'node:crypto';
import {
  jsonBody,
  startEmulator,
  type EmulatedAnswer,
  type EmulatedRequest,
  type Emulator,
  type EmulatorOptions,
} from './emulator.ts';

export interface LfsState {
  /** By SHA-256; in base64. */
  readonly objects: Record<string, string>;
}

export interface LfsOptions extends EmulatorOptions {
  /** What `Authorization` has to say. */
  readonly authorization: string;
}

interface BatchRequest {
  readonly operation: 'upload' | 'download';
  readonly transfers?: readonly string[];
  readonly objects: readonly { readonly oid: string; readonly size: number }[];
}

const mediaType = 'application/vnd.git-lfs+json';
const answer = (status: number, body?: unknown): EmulatedAnswer => ({
  status,
  headers: { 'content-type': mediaType },
  ...(body === undefined ? {} : { body }),
});
const refusal = (status: number, message = 'As the emulator was told.'): EmulatedAnswer =>
  answer(status, { message, request_id: 'emulated' });

/** What uploads are let in with: not what the batch was asked with. */
const ticket = 'RemoteAuth of-this-upload';

/** A server of Git LFS: the batch API, and the basic transfer of which each upload is verified. */
export const startLfs = ({ authorization, ...options }: LfsOptions): Promise<Emulator<LfsState>> =>
  startEmulator<LfsState>(
    {
      state: { objects: {} },
      handle: (state, request) => {
        const [, oid = ''] = /^\/storage\/([0-9a-f]{64})(?:\/verify)?$/.exec(request.path) ?? [];
        if (request.path === '/app.git/info/lfs/objects/batch')
          return request.headers.authorization === authorization
            ? batch(state, request)
            : refusal(401, 'Credentials needed');
        if (oid === '') return refusal(404, 'Not found');
        if (request.headers.authorization !== ticket) return refusal(403, 'No leave for this upload');
        return request.method === 'PUT' ? store(state, oid, request) : verify(state, oid, request);
      },
      objects: ({ objects }) =>
        Object.entries(objects).map(([oid, base64]) => ({
          kind: 'object',
          id: oid,
          name: oid.slice(0, 8),
          state: { size: Buffer.from(base64, 'base64').length },
        })),
      errorOf: (status, retryAfterSeconds) => ({
        ...refusal(status),
        ...(retryAfterSeconds === undefined ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } }),
      }),
    },
    options,
  );

const batch = ({ objects }: LfsState, request: EmulatedRequest): EmulatedAnswer => {
  const { operation, transfers = ['basic'], objects: asked } = jsonBody(request) as BatchRequest;
  if (request.method !== 'POST' || !request.headers.accept?.includes(mediaType))
    return refusal(406, `${mediaType} is spoken here.`);
  if (!transfers.includes('basic')) return refusal(422, 'No such transfer.');
  const link = (oid: string, more = '') => ({
    href: `${request.origin}/storage/${oid}${more}`,
    header: { Authorization: ticket },
    expires_in: 3_600,
  });
  return answer(200, {
    transfer: 'basic',
    hash_algo: 'sha256',
    objects: asked.map(({ oid, size }) => {
      const isThere = Object.hasOwn(objects, oid);
      if (operation === 'upload')
        return {
          oid,
          size,
          ...(isThere ? {} : { actions: { upload: link(oid), verify: link(oid, '/verify') } }),
        };
      return isThere
        ? { oid, size, actions: { download: link(oid) } }
        : { oid, size, error: { code: 404, message: 'Object does not exist' } };
    }),
  });
};

const store = ({ objects }: LfsState, oid: string, { body }: EmulatedRequest): EmulatedAnswer => {
  if (createHash('sha256').update(body).digest('hex') !== oid) return refusal(422, 'It is another object.');
  objects[oid] = body.toString('base64');
  return { ...answer(200), wrote: `object/${oid}` };
};

const verify = ({ objects }: LfsState, oid: string, request: EmulatedRequest): EmulatedAnswer => {
  const { size } = jsonBody(request) as { readonly size: number };
  const held = objects[oid];
  return held !== undefined && Buffer.from(held, 'base64').length === size
    ? answer(200)
    : refusal(404, 'Object does not exist');
};
