import { definePlatform } from '../contract/platform.ts';
import { createGoogleApi, sandboxCredentials } from '../kit/google-api.ts';
import { createDrive } from './drive-api.ts';
import { createFileTrash } from './file-trash.ts';
import { createFileUpdate } from './file-update.ts';
import { createFileUpload } from './file-upload.ts';
import { driveSchema } from './folders.ts';
import { createPermissionGrant } from './permission-grant.ts';

const scope = 'https://www.googleapis.com/auth/drive';

export const drive = definePlatform({
  name: 'drive',
  config: { drive: driveSchema.nullable().default(null).describe('Google Drive.') },
  secretsOf: ({ drive: settings }) => (settings ? [settings.credentialsSecret] : []),
  reachOf: ({ drive: settings }) =>
    Object.keys(settings?.folders ?? {}).map((name) => ({ kind: 'folder', name, isPrefix: false })),
  sandbox: {
    isConfigured: ({ drive: settings }) => settings !== null,
    settings: (apiUrl) => ({
      settings: {
        drive: {
          apiUrl,
          tokenUrl: `${apiUrl}/token`,
          credentialsSecret: 'sandbox-drive',
          folders: { reports: 'folder-reports' },
        },
      },
      secrets: { 'sandbox-drive': sandboxCredentials },
    }),
  },
  actions: ({ drive: settings }, { secrets }) => {
    if (!settings) return [];
    const api = createDrive(createGoogleApi({ ...settings, secrets, scope }));
    const setup = { settings, drive: api };
    return [
      createFileUpload(setup),
      createFileUpdate(setup),
      createFileTrash(setup),
      createPermissionGrant(setup),
    ];
  },
});
