import { createHash, randomUUID } from 'node:crypto';
import {
  jsonBody,
  startEmulator,
  type EmulatedAnswer,
  type EmulatedRequest,
  type Emulator,
  type EmulatorOptions,
} from './emulator.ts';
import { googleError, googleGate } from './google.ts';

export interface DrivePermission {
  readonly id: string;
  readonly type: 'user' | 'group' | 'domain' | 'anyone';
  role: string;
  readonly emailAddress?: string;
  readonly domain?: string;
}

export interface DriveFile {
  readonly id: string;
  name: string;
  mimeType: string;
  readonly parents: string[];
  trashed: boolean;
  /** Oldest first; of a folder there is none. */
  revisions: { readonly id: string; readonly base64: string }[];
  permissions: DrivePermission[];
}

export interface DriveState {
  readonly files: Record<string, DriveFile>;
}

export const folderType = 'application/vnd.google-apps.folder';
const owner: DrivePermission = { id: 'p0', type: 'user', role: 'owner', emailAddress: 'bot@example.com' };

export const driveFile = (
  state: DriveState,
  id: string,
  fields: Partial<DriveFile> & { readonly text?: string },
): void => {
  const { text, ...rest } = fields;
  state.files[id] = {
    id,
    name: id,
    mimeType: 'text/plain',
    parents: [],
    trashed: false,
    revisions: text === undefined ? [] : [{ id: `${id}-r1`, base64: Buffer.from(text).toString('base64') }],
    permissions: [{ ...owner }],
    ...rest,
  };
};

export const sandboxDriveState = (): DriveState => {
  const state: DriveState = { files: {} };
  driveFile(state, 'folder-reports', { name: 'reports', mimeType: folderType, parents: ['root'] });
  driveFile(state, 'file-week-47', {
    name: 'week-47.txt',
    parents: ['folder-reports'],
    text: 'Deploys: 12\nRollbacks: 1\n',
  });
  return state;
};

export interface DriveOptions extends EmulatorOptions {
  /** Default: the sandbox's. */
  readonly state?: DriveState;
}

/** Google Drive's API for uploading, changing and trashing files, and for granting permissions. */
export const startDrive = (options: DriveOptions = {}): Promise<Emulator<DriveState>> =>
  startEmulator(
    {
      state: options.state ?? sandboxDriveState(),
      handle: (state, request) => googleGate(request) ?? handle(state, request),
      objects: ({ files }) =>
        Object.values(files).map((file) => ({
          kind: file.mimeType === folderType ? 'folder' : 'file',
          id: file.id,
          name: file.name,
          state: {
            folderId: file.parents[0] ?? null,
            name: file.name,
            md5: md5Of(file),
            trashed: file.trashed,
            permissions: file.permissions.map(({ type, role, emailAddress, domain }) => ({
              type,
              role,
              ...(emailAddress === undefined ? {} : { emailAddress }),
              ...(domain === undefined ? {} : { domain }),
            })),
          },
        })),
      // Drive has no Retry-After: whoever is limited backs off by itself.
      errorOf: (status) =>
        status === 429
          ? googleError(403, 'Rate Limit Exceeded', 'userRateLimitExceeded')
          : googleError(status),
      limits: [
        {
          count: 12_000,
          perMs: 60_000,
          of: ({ path }) => (path === '/token' ? null : 'user'),
        },
      ],
    },
    options,
  );

const contentOf = ({ revisions }: DriveFile): Buffer | null => {
  const last = revisions.at(-1);
  return last ? Buffer.from(last.base64, 'base64') : null;
};
const md5Of = (file: DriveFile): string | null => {
  const content = contentOf(file);
  return content && createHash('md5').update(content).digest('hex');
};

const shown = (file: DriveFile) => {
  const content = contentOf(file);
  return {
    kind: 'drive#file',
    id: file.id,
    name: file.name,
    mimeType: file.mimeType,
    parents: file.parents,
    trashed: file.trashed,
    ...(content
      ? {
          md5Checksum: md5Of(file),
          headRevisionId: file.revisions.at(-1)?.id,
          size: String(content.length),
        }
      : {}),
  };
};

const fine = (body: unknown, wrote?: string): EmulatedAnswer => ({
  status: 200,
  body,
  ...(wrote === undefined ? {} : { wrote }),
});
const notFound = (id: string): EmulatedAnswer => googleError(404, `File not found: ${id}.`);

const routes: readonly (readonly [
  string,
  RegExp,
  (state: DriveState, request: EmulatedRequest, ids: string[]) => EmulatedAnswer,
])[] = [
  [
    'GET',
    /^\/drive\/v3\/files\/generateIds$/,
    () => fine({ kind: 'drive#generatedIds', space: 'drive', ids: [`g-${randomUUID()}`] }),
  ],
  ['GET', /^\/drive\/v3\/files$/, (state, request) => list(state, request)],
  [
    'GET',
    /^\/drive\/v3\/files\/([^/]+)$/,
    (state, { query }, [id = '']) => {
      const file = fileOf(state, id);
      if (!file) return notFound(id);
      return query.get('alt') === 'media' ? media(contentOf(file)) : fine(shown(file));
    },
  ],
  [
    'GET',
    /^\/drive\/v3\/files\/([^/]+)\/revisions\/([^/]+)$/,
    (state, _request, [id = '', revision = '']) => {
      const found = fileOf(state, id)?.revisions.find((one) => one.id === revision);
      return found
        ? media(Buffer.from(found.base64, 'base64'))
        : googleError(404, `Revision not found: ${revision}.`);
    },
  ],
  ['POST', /^\/upload\/drive\/v3\/files$/, (state, request) => create(state, request)],
  [
    'PATCH',
    /^\/upload\/drive\/v3\/files\/([^/]+)$/,
    (state, { body }, [id = '']) => {
      const file = fileOf(state, id);
      if (!file) return notFound(id);
      file.revisions.push({ id: `r-${randomUUID()}`, base64: body.toString('base64') });
      return fine(shown(file), `file/${id}`);
    },
  ],
  [
    'PATCH',
    /^\/drive\/v3\/files\/([^/]+)$/,
    (state, request, [id = '']) => {
      const file = fileOf(state, id);
      if (!file) return notFound(id);
      const { trashed } = (jsonBody(request) ?? {}) as { trashed?: boolean };
      if (trashed !== undefined) file.trashed = trashed;
      return fine(shown(file), `file/${id}`);
    },
  ],
  [
    'GET',
    /^\/drive\/v3\/files\/([^/]+)\/permissions$/,
    (state, { query }, [id = '']) => {
      const file = fileOf(state, id);
      if (!file) return notFound(id);
      const from = Number(query.get('pageToken') ?? 0);
      const size = Number(query.get('pageSize') ?? 100);
      const hasMore = file.permissions.length > from + size;
      return fine({
        kind: 'drive#permissionList',
        permissions: file.permissions.slice(from, from + size),
        ...(hasMore ? { nextPageToken: String(from + size) } : {}),
      });
    },
  ],
  [
    'POST',
    /^\/drive\/v3\/files\/([^/]+)\/permissions$/,
    (state, request, [id = '']) => {
      const file = fileOf(state, id);
      if (!file) return notFound(id);
      const given = jsonBody(request) as Omit<DrivePermission, 'id'>;
      if ((given.type === 'user' || given.type === 'group') && !given.emailAddress?.includes('@'))
        return googleError(
          400,
          'The specified emailAddress is invalid or not applicable for the given permission type.',
          'invalid',
        );
      const known = Object.entries(given).filter(([, value]) => value !== null);
      // Whoever has a permission already gets another role, and no second one.
      const had = file.permissions.find(
        ({ type, emailAddress, domain }) =>
          type === given.type &&
          (emailAddress ?? null) === (given.emailAddress ?? null) &&
          (domain ?? null) === (given.domain ?? null),
      );
      if (had) {
        had.role = given.role;
        return fine({ kind: 'drive#permission', ...had }, `permission/${id}/${had.id}`);
      }
      const permission = { ...(Object.fromEntries(known) as typeof given), id: `p-${randomUUID()}` };
      file.permissions.push(permission);
      return fine({ kind: 'drive#permission', ...permission }, `permission/${id}/${permission.id}`);
    },
  ],
  [
    'DELETE',
    /^\/drive\/v3\/files\/([^/]+)\/permissions\/([^/]+)$/,
    (state, _request, [id = '', permission = '']) => {
      const file = fileOf(state, id);
      if (!file?.permissions.some((one) => one.id === permission))
        return googleError(404, `Permission not found: ${permission}.`);
      file.permissions = file.permissions.filter((one) => one.id !== permission);
      return { status: 204, wrote: `permission/${id}/${permission}` };
    },
  ],
];

const media = (content: Buffer | null): EmulatedAnswer =>
  content
    ? { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: content }
    : googleError(403, 'Only files with binary content can be downloaded.', 'fileNotDownloadable');

const fileOf = ({ files }: DriveState, id: string): DriveFile | undefined =>
  Object.hasOwn(files, id) ? files[id] : undefined;

const handle = (state: DriveState, request: EmulatedRequest): EmulatedAnswer => {
  for (const [method, pattern, answer] of routes) {
    const match = method === request.method ? pattern.exec(request.path) : null;
    if (match) return answer(state, request, match.slice(1).map(decodeURIComponent));
  }
  return googleError(404, 'Not Found');
};

/** `'folder' in parents and name = 'it''s' and trashed = false`, which is all that is asked here. */
const list = ({ files }: DriveState, { query }: EmulatedRequest): EmulatedAnswer => {
  const q = query.get('q') ?? '';
  const match = /^'((?:[^'\\]|\\.)*)' in parents and name = '((?:[^'\\]|\\.)*)' and trashed = false$/.exec(q);
  if (!match) return googleError(400, `Invalid Value: ${q}`, 'invalid');
  const [parent = '', name = ''] = match.slice(1).map((text) => text.replaceAll(/\\(.)/g, '$1'));
  const found = Object.values(files).filter(
    (file) => file.parents.includes(parent) && file.name === name && !file.trashed,
  );
  return fine({ kind: 'drive#fileList', files: found.map(shown) });
};

const create = (state: DriveState, { headers, body }: EmulatedRequest): EmulatedAnswer => {
  const boundary = /boundary=(\S+)/.exec(headers['content-type'] ?? '')?.[1] ?? '';
  const [, first, second] = body.toString('latin1').split(`--${boundary}`);
  const bodyOf = (part = ''): Buffer => Buffer.from(part.slice(part.indexOf('\r\n\r\n') + 4, -2), 'latin1');
  const { id, name, parents, mimeType } = JSON.parse(bodyOf(first).toString('utf8')) as DriveFile;
  if (fileOf(state, id)) return googleError(409, 'A file already exists with the provided ID.');
  const [parent = ''] = parents;
  if (!fileOf(state, parent)) return notFound(parent);
  const file: DriveFile = {
    id,
    name,
    mimeType,
    parents,
    trashed: false,
    revisions: [{ id: `r-${randomUUID()}`, base64: bodyOf(second).toString('base64') }],
    permissions: [{ ...owner }],
  };
  state.files[id] = file;
  return fine(shown(file), `file/${id}`);
};
