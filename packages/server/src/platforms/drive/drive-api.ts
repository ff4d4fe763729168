import { Readable } from 'node:stream';
import type { drive_v3 } from '@googleapis/drive';
import { z } from 'zod';
import { ExecutorError } from '../kit/executor-error.ts';
import { tokenRead, type GoogleApi, type GoogleClientOptions } from '../kit/google-api.ts';
import type { ClientContext } from '../kit/guarded-fetch.ts';
import type { DriveSettings } from './folders.ts';

const fileSchema = z.object({
  id: z.string(),
  name: z.string(),
  mimeType: z.string(),
  parents: z.array(z.string()).default([]),
  trashed: z.boolean().default(false),
  /** Documents of Google's own have none. */
  md5Checksum: z.string().optional(),
  headRevisionId: z.string().optional(),
  size: z.string().optional(),
});
export type DriveFile = z.output<typeof fileSchema>;
const fields = 'id,name,mimeType,parents,trashed,md5Checksum,headRevisionId,size';

const permissionSchema = z.object({
  id: z.string(),
  type: z.string(),
  role: z.string(),
  emailAddress: z.string().optional(),
  domain: z.string().optional(),
});
export type Permission = z.output<typeof permissionSchema>;
export type NewPermission = Pick<drive_v3.Schema$Permission, 'type' | 'role' | 'emailAddress' | 'domain'>;
const permissionFields = 'id,type,role,emailAddress,domain';

export const folderType = 'application/vnd.google-apps.folder';
/** Far above what an upload may hold. */
const maxContentBytes = 8_388_608;

export const readsOf = ({ tokenUrl }: DriveSettings) => [
  tokenRead(tokenUrl),
  { method: 'GET', path: '/drive/v3/files' },
  { method: 'GET', path: '/drive/v3/files/generateIds' },
  { method: 'GET', path: '/drive/v3/files/{id}' },
  { method: 'GET', path: '/drive/v3/files/{id}/permissions' },
  { method: 'GET', path: '/drive/v3/files/{id}/revisions/{revision}' },
];

export interface Drive {
  /** Null where there is none. */
  readonly file: (id: string, context: ClientContext) => Promise<DriveFile | null>;
  /** An id that the next upload may take. */
  readonly newId: (context: ClientContext) => Promise<string>;
  readonly namesakes: (folderId: string, name: string, context: ClientContext) => Promise<number>;
  readonly revision: (id: string, revisionId: string, context: ClientContext) => Promise<Buffer>;
  readonly create: (
    file: {
      readonly id: string;
      readonly name: string;
      readonly mimeType: string;
      readonly folderId: string;
    },
    content: Buffer,
    context: ClientContext,
  ) => Promise<DriveFile>;
  readonly write: (
    file: { readonly id: string; readonly mimeType: string },
    content: Buffer,
    context: ClientContext,
  ) => Promise<DriveFile>;
  readonly trash: (id: string, trashed: boolean, context: ClientContext) => Promise<DriveFile>;
  readonly permissions: (id: string, context: ClientContext) => Promise<Permission[]>;
  readonly grant: (id: string, permission: NewPermission, context: ClientContext) => Promise<Permission>;
  readonly revoke: (id: string, permissionId: string, context: ClientContext) => Promise<void>;
}

/** It takes a while to load, and only where Drive is used. */
const filesOf = async (options: GoogleClientOptions): Promise<drive_v3.Drive> => {
  const { drive } = await import('@googleapis/drive');
  return drive({ version: 'v3', ...options, headers: { ...options.headers } });
};

const shared = { supportsAllDrives: true };
const looking = <Value>(schema: z.ZodType<Value>) => ({ isRead: true, schema });
const writing = <Value>(schema: z.ZodType<Value>) => ({ isRead: false, schema });

const bytes = z.custom<ArrayBuffer>((value) => value instanceof ArrayBuffer);
/** Within a query of Drive. */
const escaped = (text: string): string => text.replaceAll(/[\\']/g, '\\$&');
const mostPages = 20;

type Files = Pick<Drive, 'file' | 'newId' | 'namesakes' | 'revision'>;

const lookingAtFiles = ({ ask }: GoogleApi): Files => ({
  file: async (id, context) => {
    try {
      return await ask(context, looking(fileSchema), async (options) =>
        (await filesOf(options)).files.get({ fileId: id, fields, ...shared }),
      );
    } catch (error) {
      if (error instanceof ExecutorError && error.code === 'RESOURCE_NOT_FOUND') return null;
      throw error;
    }
  },
  newId: async (context) => {
    const generated = z.object({ ids: z.tuple([z.string()]) });
    const { ids } = await ask(context, looking(generated), async (options) =>
      (await filesOf(options)).files.generateIds({ count: 1, space: 'drive', type: 'files' }),
    );
    return ids[0];
  },
  namesakes: async (folderId, name, context) => {
    const q = `'${escaped(folderId)}' in parents and name = '${escaped(name)}' and trashed = false`;
    const { files } = await ask(
      context,
      looking(z.object({ files: z.array(z.unknown()) })),
      async (options) =>
        (await filesOf(options)).files.list({
          q,
          fields: 'files(id)',
          includeItemsFromAllDrives: true,
          ...shared,
        }),
    );
    return files.length;
  },
  revision: async (fileId, revisionId, context) => {
    const asked = { ...looking(bytes), maxResponseBytes: maxContentBytes };
    const content = await ask(context, asked, async (options) =>
      (await filesOf(options)).revisions.get(
        { fileId, revisionId, alt: 'media' },
        { responseType: 'arraybuffer' },
      ),
    );
    return Buffer.from(content);
  },
});

const changingFiles = ({ ask }: GoogleApi): Pick<Drive, 'create' | 'write' | 'trash'> => ({
  create: ({ id, name, mimeType, folderId }, content, context) =>
    ask(context, writing(fileSchema), async (options) =>
      (await filesOf(options)).files.create(
        {
          requestBody: { id, name, mimeType, parents: [folderId] },
          media: { mimeType, body: Readable.from([content]) },
          fields,
          ...shared,
        },
        // Uploads go to the vendor's host unless each call says otherwise.
        { rootUrl: options.rootUrl },
      ),
    ),
  write: ({ id, mimeType }, content, context) =>
    ask(context, writing(fileSchema), async (options) =>
      (await filesOf(options)).files.update(
        { fileId: id, media: { mimeType, body: Readable.from([content]) }, fields, ...shared },
        { rootUrl: options.rootUrl },
      ),
    ),
  trash: (fileId, trashed, context) =>
    ask(context, writing(fileSchema), async (options) =>
      (await filesOf(options)).files.update({ fileId, requestBody: { trashed }, fields, ...shared }),
    ),
});

const sharing = ({ ask }: GoogleApi): Pick<Drive, 'permissions' | 'grant' | 'revoke'> => ({
  permissions: async (fileId, context) => {
    const page = z.object({
      permissions: z.array(permissionSchema),
      nextPageToken: z.string().optional(),
    });
    const all: Permission[] = [];
    let pageToken: string | undefined;
    for (let count = 0; count < mostPages; count += 1) {
      const token = pageToken === undefined ? {} : { pageToken };
      const found = await ask(context, looking(page), async (options) =>
        (await filesOf(options)).permissions.list({
          fileId,
          pageSize: 100,
          fields: `nextPageToken,permissions(${permissionFields})`,
          ...token,
          ...shared,
        }),
      );
      all.push(...found.permissions);
      pageToken = found.nextPageToken;
      if (pageToken === undefined) return all;
    }
    throw new ExecutorError('PLATFORM_REJECTED', 'Too many people may see this file to look at them all.', {
      effect: 'NONE',
    });
  },
  grant: (fileId, permission, context) =>
    ask(context, writing(permissionSchema), async (options) =>
      (await filesOf(options)).permissions.create({
        fileId,
        requestBody: permission,
        sendNotificationEmail: false,
        fields: permissionFields,
        ...shared,
      }),
    ),
  revoke: async (fileId, permissionId, context) => {
    await ask(context, writing(z.unknown()), async (options) =>
      (await filesOf(options)).permissions.delete({ fileId, permissionId, ...shared }),
    );
  },
});

export const createDrive = (api: GoogleApi): Drive => ({
  ...lookingAtFiles(api),
  ...changingFiles(api),
  ...sharing(api),
});
