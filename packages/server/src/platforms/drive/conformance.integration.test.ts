import { describe, test } from 'vitest';
import type { Emulator } from '../../../testing/platforms/emulator.ts';
import { startDrive, type DriveState } from '../../../testing/platforms/drive.ts';
import {
  failing,
  failuresWithoutWait,
  fallingSilent,
  lying,
  readingLate,
  unreachable,
} from '../../../testing/platform-world.ts';
import type { Json } from '../../domain/json.ts';
import { createEgress } from '../../infra/egress.ts';
import {
  conformanceCases,
  type ConformanceFailure,
  type ConformanceLie,
} from '../contract/executor-conformance.ts';
import type { ActionExecutor } from '../contract/executor.ts';
import { createGoogleApi, sandboxCredentials } from '../kit/google-api.ts';
import { createSecrets } from '../kit/secrets.ts';
import { createDrive } from './drive-api.ts';
import { createFileTrash } from './file-trash.ts';
import { createFileUpdate } from './file-update.ts';
import { createFileUpload } from './file-upload.ts';
import { createPermissionGrant } from './permission-grant.ts';
import type { DriveSetup } from './placed-file.ts';

interface OnDrive {
  readonly platform: Emulator<DriveState>;
}
type Make<Input, Output extends Json> = (setup: DriveSetup) => ActionExecutor<Input, Output>;
type Count = (state: DriveState) => number;

const createWorld = async <Input, Output extends Json>(
  make: Make<Input, Output>,
  params: Json,
  count: Count,
) => {
  const platform = await startDrive();
  const egress = createEgress({ allowedInternalHosts: ['127.0.0.1'] });
  const secrets = createSecrets({ google: { value: sandboxCredentials, origins: [] } });
  const settings = {
    apiUrl: platform.url,
    tokenUrl: `${platform.url}/token`,
    credentialsSecret: 'google',
    folders: { reports: 'folder-reports' },
  };
  const drive = createDrive(createGoogleApi({ ...settings, secrets, scope: 'drive' }));
  const held = () =>
    Object.values(platform.state().files)
      .filter(({ trashed }) => !trashed)
      .map(({ id, name, revisions, permissions }) => ({
        id,
        name,
        last: revisions.at(-1)?.base64,
        permissions,
      }));
  return {
    platform,
    egress,
    executor: make({ settings, drive, settleMs: 1 }),
    params,
    fingerprint: async () => platform.fingerprint(),
    restorable: async () => JSON.stringify(held()),
    countEffects: async () => count(platform.state()),
    received: () => platform.received,
    [Symbol.asyncDispose]: async () => {
      await egress[Symbol.asyncDispose]();
      await platform[Symbol.asyncDispose]();
    },
  };
};

const missing: ConformanceFailure<OnDrive> = {
  name: 'something that is not there',
  arrange: failing({ kind: 'STATUS', status: 404, when: 'BEFORE' }),
  code: 'RESOURCE_NOT_FOUND',
  effect: 'NONE',
  retriable: false,
};

const subject = <Input, Output extends Json>(
  make: Make<Input, Output>,
  params: Json,
  count: Count,
  drift: ((world: OnDrive) => Promise<void>) | null,
  lie: ConformanceLie<OnDrive> = { when: 'BEFORE_APPLY', arrange: lying },
) =>
  conformanceCases({
    createWorld: () => createWorld(make, params, count),
    effectsPerApply: 1,
    drift,
    lie,
    lateRead: readingLate,
    stall: fallingSilent,
    failures: [...failuresWithoutWait, unreachable, missing],
  });

const week = (state: DriveState) => state.files['file-week-47'];
const changed = async ({ platform }: OnDrive): Promise<void> => {
  week(platform.state())?.revisions.push({ id: 'theirs', base64: Buffer.from('Theirs').toString('base64') });
};
const shared = async ({ platform }: OnDrive): Promise<void> => {
  week(platform.state())?.permissions.push({
    id: 'theirs',
    type: 'user',
    role: 'reader',
    emailAddress: 'anna@example.com',
  });
};

describe.each([
  ['text', { content: 'Grüße & mehr\r\n--x\r\n' }],
  ['bytes', { content: Buffer.from([0, 255, 13, 10, 45, 45]).toString('base64'), encoding: 'base64' }],
])('drive.file.upload of %s', (_title, content) => {
  const params = { name: "it's.txt", folderId: 'reports', ...content };
  const count: Count = ({ files }) => Object.values(files).filter(({ name }) => name === "it's.txt").length;
  // A file of its own stands in nobody's way.
  for (const { name, run } of subject(createFileUpload, params, count, null)) test(name, run);
});

describe('drive.file.upload that lets others in', () => {
  const permissions = [
    { type: 'user', role: 'reader', emailAddress: 'anna@example.com' },
    { type: 'group', role: 'writer', emailAddress: 'ops@example.com' },
  ];
  const params = { name: 'shared.txt', folderId: 'reports', content: 'Deploys: 14', permissions };
  const made = ({ files }: DriveState) => Object.values(files).filter(({ name }) => name === 'shared.txt');
  // A file that not everybody was let into is a part of it.
  const count: Count = (state) => made(state).filter((file) => file.permissions.length === 3).length;
  const takenAway = async ({ platform }: OnDrive): Promise<void> => {
    for (const { permissions: held } of made(platform.state())) held.pop();
  };
  const lie = { when: 'AFTER_APPLY', arrange: takenAway } as const;
  for (const { name, run } of subject(createFileUpload, params, count, null, lie)) test(name, run);
});

describe('drive.file.update', () => {
  const params = { fileId: 'file-week-47', content: 'Deploys: 13\n' };
  const count: Count = (state) => (week(state)?.revisions.length ?? 1) - 1;
  for (const { name, run } of subject(createFileUpdate, params, count, changed)) test(name, run);
});

describe('drive.file.trash', () => {
  const count: Count = (state) => (week(state)?.trashed ? 1 : 0);
  const params = { fileId: 'file-week-47' };
  for (const { name, run } of subject(createFileTrash, params, count, changed)) test(name, run);
});

describe('drive.permission.grant', () => {
  const params = { fileId: 'file-week-47', type: 'user', role: 'reader', emailAddress: 'anna@example.com' };
  const count: Count = (state) => (week(state)?.permissions.length ?? 1) - 1;
  for (const { name, run } of subject(createPermissionGrant, params, count, shared)) test(name, run);
});
