import { createHash } from 'node:crypto';
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startDrive, type DriveState } from '../../../testing/platforms/drive.ts';
import type { Emulator } from '../../../testing/platforms/emulator.ts';
import { createTestExecutors, planCall } from '../../../testing/test-executors.ts';
import type { ApplyCall, Executors, PreparedAction } from '../index.ts';
import { createGoogleApi, sandboxCredentials } from '../kit/google-api.ts';
import { createSecrets } from '../kit/secrets.ts';
import { createDrive } from './drive-api.ts';
import { createFileTrash } from './file-trash.ts';
import { createFileUpdate } from './file-update.ts';
import { createFileUpload } from './file-upload.ts';
import { createPermissionGrant } from './permission-grant.ts';

let platform: Emulator<DriveState>;
let executors: Executors;

const executorsWith = (credentials: string): Executors => {
  const secrets = createSecrets({ google: { value: credentials, origins: [] } });
  const settings = {
    apiUrl: platform.url,
    tokenUrl: `${platform.url}/token`,
    credentialsSecret: 'google',
    folders: { reports: 'folder-reports' },
  };
  const drive = createDrive(createGoogleApi({ ...settings, secrets, scope: 'drive' }));
  const setup = { settings, drive, settleMs: 1 };
  return createTestExecutors({
    egress: { allowedInternalHosts: ['127.0.0.1'] },
    guards: { readBackDelaysMs: [10] },
    moreExecutors: [
      createFileUpload(setup),
      createFileUpdate(setup),
      createFileTrash(setup),
      createPermissionGrant(setup),
    ],
  });
};
beforeEach(async () => {
  platform = await startDrive();
  executors = executorsWith(sandboxCredentials);
});
afterEach(async () => {
  await executors[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
});

const prepareWith = (from: Executors, action: string, params: object): PreparedAction => {
  const prepared = from.prepare(`drive.${action}`, params, 'a');
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.faults));
  return prepared.action;
};
const upload = (params: object = {}) =>
  prepareWith(executors, 'file.upload', { name: 'a.txt', content: 'A', folderId: 'reports', ...params });
const update = (params: object = {}) =>
  prepareWith(executors, 'file.update', { fileId: 'file-week-47', content: 'Deploys: 13\n', ...params });
const grant = (params: object = {}) =>
  prepareWith(executors, 'permission.grant', {
    fileId: 'file-week-47',
    type: 'anyone',
    role: 'reader',
    ...params,
  });
const callOf = async (action: PreparedAction): Promise<ApplyCall> => {
  const planned = await action.plan(planCall());
  if (!planned.ok) throw new Error(JSON.stringify(planned.refusal));
  const { precondition } = planned.value;
  return {
    ...planCall(),
    precondition,
    idempotencyKey: 'c0de'.repeat(16),
    taskId: 't',
    stepId: 's',
    attempt: 1,
  };
};

describe('a plan', () => {
  test.each([
    ['<script>', '<script>', []],
    [
      Buffer.from([0xff, 0, 0xd8]),
      {
        bytes: 3,
        sha256: createHash('sha256')
          .update(Buffer.from([0xff, 0, 0xd8]))
          .digest('hex'),
      },
      [{ severity: 'MEDIUM' }],
    ],
    ['x'.repeat(100_001), expect.objectContaining({ bytes: 100_001 }), [{ severity: 'MEDIUM' }]],
  ])(
    'shows what base64 holds where that is text, and warns where it cannot: %#',
    async (content, shown, findings) => {
      const given = { content: Buffer.from(content).toString('base64'), encoding: 'base64' };
      expect(await upload(given).plan(planCall())).toMatchObject({
        value: {
          diffs: expect.arrayContaining([expect.objectContaining({ path: '/content', after: shown })]),
          findings,
        },
      });
    },
  );

  test('of an upload says what goes where, and that its name is taken', async () => {
    expect(await upload({ name: 'week-47.txt' }).plan(planCall())).toMatchObject({
      value: {
        summary: 'Upload "week-47.txt" in "reports"',
        targets: [{ kind: 'file', name: 'reports/week-47.txt' }],
        findings: [{ severity: 'LOW' }],
      },
    });
  });

  test('of a change shows what the file holds and will', async () => {
    expect(await update().plan(planCall())).toMatchObject({
      value: {
        summary: 'Change what "week-47.txt" in "reports" holds',
        diffs: [{ before: 'Deploys: 12\nRollbacks: 1\n', after: 'Deploys: 13\n' }],
      },
    });
  });

  test('tells bytes from others, from a text that says the same, and a group from one person', async () => {
    const lookOf = async (action: PreparedAction) => {
      const planned = await action.plan(planCall());
      if (!planned.ok) throw new Error(JSON.stringify(planned.refusal));
      const { summary, diffs } = planned.value;
      return JSON.stringify({ summary, diffs });
    };
    const bytes = (...of: number[]) => ({ content: Buffer.from(of).toString('base64'), encoding: 'base64' });
    const emailAddress = 'ops@example.com';
    const looks = await Promise.all(
      [
        upload(bytes(0xff, 0, 1)),
        upload(bytes(0xff, 0, 2)),
        upload({ content: '3 bytes' }),
        grant({ type: 'user', role: 'reader', emailAddress }),
        grant({ type: 'group', role: 'reader', emailAddress }),
      ].map(lookOf),
    );
    expect(new Set(looks).size).toBe(looks.length);
  });

  test('of a grant to anyone is a HIGH finding', async () => {
    expect(await grant().plan(planCall())).toMatchObject({
      value: {
        summary: 'Let anyone with the link be a reader of "week-47.txt" in "reports"',
        diffs: [{ type: 'PERMISSION', act: 'GRANT', permission: 'reader' }],
        findings: [{ severity: 'HIGH' }],
      },
    });
  });

  test('of an upload for others shows who gets what', async () => {
    const permissions = [
      { type: 'user', role: 'writer', emailAddress: 'anna@example.com' },
      { type: 'anyone', role: 'reader' },
    ];
    expect(await upload({ permissions }).plan(planCall())).toMatchObject({
      value: {
        summary: 'Upload "a.txt" in "reports", shared with 2 others',
        diffs: expect.arrayContaining([
          {
            type: 'PERMISSION',
            act: 'GRANT',
            subject: 'anna@example.com',
            permission: 'writer',
            resource: '"a.txt" in "reports"',
          },
        ]),
        findings: [{ severity: 'HIGH', message: expect.stringContaining('who has the link') }],
      },
    });
  });

  test.each<[string, () => PreparedAction, string, string]>([
    [
      'a role that the folder gives',
      () => upload({ permissions: [{ type: 'user', role: 'writer', emailAddress: 'BOT@example.com' }] }),
      'permissions[0]',
      'PRECONDITION_FAILED',
    ],
    ['a folder of nobody', () => upload({ folderId: 'report' }), 'folderId', 'POLICY_DENIED'],
    ['a file that is not there', () => update({ fileId: 'nowhere' }), 'fileId', 'RESOURCE_NOT_FOUND'],
    ['a folder as a file', () => update({ fileId: 'folder-reports' }), 'fileId', 'RESOURCE_NOT_FOUND'],
    [
      'what it holds already',
      () => update({ content: 'Deploys: 12\nRollbacks: 1\n' }),
      'content',
      'NOTHING_TO_CHANGE',
    ],
    [
      'a role that is there',
      () => grant({ type: 'user', emailAddress: 'BOT@example.com' }),
      'role',
      'PRECONDITION_FAILED',
    ],
  ])('with %s is refused at its place', async (_title, action, path, code) => {
    expect(await action().plan(planCall())).toMatchObject({
      ok: false,
      refusal: { code, details: { faults: [{ path }] } },
    });
  });

  test('of a file in the trash says where trashing it is all that was asked for', async () => {
    Object.assign(platform.state().files['file-week-47'] ?? {}, { trashed: true });
    const trash = prepareWith(executors, 'file.trash', { fileId: 'file-week-47' });
    expect(await trash.plan(planCall())).toMatchObject({ refusal: { code: 'NOTHING_TO_CHANGE' } });
    for (const action of [update(), grant()])
      expect(await action.plan(planCall())).toMatchObject({ refusal: { code: 'PRECONDITION_FAILED' } });
  });

  test('of a file elsewhere is refused, though the credentials see it', async () => {
    Object.assign(platform.state().files['file-week-47'] ?? {}, { parents: ['root'] });
    expect(await update().plan(planCall())).toMatchObject({ refusal: { code: 'POLICY_DENIED' } });
  });

  test.each([
    ['file.update', { fileId: '../folder-reports', content: 'A' }, 'fileId'],
    ['file.update', { fileId: 'a/b', content: 'A' }, 'fileId'],
    ['file.upload', { name: 'a\nb', content: 'A', folderId: 'reports' }, 'name'],
    ['file.upload', { name: 'a', content: 'é', encoding: 'base64', folderId: 'reports' }, 'content'],
    [
      'file.upload',
      { name: 'a', content: 'A', folderId: 'reports', mimeType: 'application/vnd.google-apps.script' },
      'mimeType',
    ],
    [
      'file.upload',
      { name: 'a', content: 'A', folderId: 'reports', permissions: [{ type: 'user', role: 'reader' }] },
      'permissions[0].emailAddress',
    ],
    [
      'file.upload',
      {
        name: 'a',
        content: 'A',
        folderId: 'reports',
        permissions: [
          { type: 'anyone', role: 'reader' },
          { type: 'anyone', role: 'writer' },
        ],
      },
      'permissions',
    ],
    ['permission.grant', { fileId: 'a', type: 'user', role: 'reader' }, 'emailAddress'],
    ['permission.grant', { fileId: 'a', type: 'user', role: 'owner', emailAddress: 'a@b.example' }, 'role'],
    ['permission.grant', { fileId: 'a', type: 'domain', role: 'reader', domain: 'localhost' }, 'domain'],
  ])('is not even tried: %s %j', (action, params, path) => {
    const prepared = executors.prepare(`drive.${action}`, params, 'a');
    expect(prepared.ok ? [] : prepared.faults.map((fault) => fault.path)).toContain(`a.params.${path}`);
  });
});

test('an id that somebody else took is no success', async () => {
  const action = upload();
  const call = await callOf(action);
  const { id } = call.precondition as { id: string };
  const theirs = { ...platform.state().files['file-week-47'], id };
  Object.assign(platform.state().files, { [id]: theirs });
  await expect(action.apply(call)).rejects.toMatchObject({ code: 'PLATFORM_CONFLICT', effect: 'NONE' });
  expect(await action.reconcile(call)).toEqual({ kind: 'UNKNOWN' });
});

test('an upload that stopped before everybody was let in goes on from there, and is undone whole', async () => {
  const permissions = ['anna', 'ben'].map((name) => ({
    type: 'user',
    role: 'reader',
    emailAddress: `${name}@example.com`,
  }));
  const action = upload({ permissions });
  const call = await callOf(action);
  const { id } = call.precondition as { id: string };
  const held = () =>
    platform
      .state()
      .files[id]?.permissions.flatMap(({ emailAddress, role }) =>
        role === 'owner' ? [] : (emailAddress ?? []),
      );
  platform.behaviour.failures = [{ kind: 'STATUS', status: 403, when: 'BEFORE', after: 2 }];
  await expect(action.apply(call)).rejects.toMatchObject({
    code: 'PLATFORM_PERMISSION_DENIED',
    effect: 'UNKNOWN',
    message: expect.stringContaining('"a.txt" was uploaded'),
  });
  expect(held()).toEqual(['anna@example.com']);
  expect(await action.reconcile(call)).toEqual({ kind: 'UNKNOWN' });
  const output = await action.apply({ ...call, attempt: 2 });
  await action.verify(output, call);
  expect(held()).toEqual(['anna@example.com', 'ben@example.com']);
  await action.compensate(output, call);
  expect(held()).toEqual([]);
  expect(platform.state().files[id]?.trashed).toBe(true);
});

test('a change is not taken back where somebody wrote since', async () => {
  const action = update();
  const call = await callOf(action);
  const output = await action.apply(call);
  platform.state().files['file-week-47']?.revisions.push({ id: 'theirs', base64: 'VGhlaXJz' });
  await expect(action.compensate(output, call)).rejects.toMatchObject({
    code: 'PRECONDITION_FAILED',
    effect: 'NONE',
  });
});

test('a permission is found among many', async () => {
  const permissions = platform.state().files['file-week-47']?.permissions ?? [];
  for (let index = 0; index < 250; index += 1)
    permissions.push({ id: `x${index}`, type: 'user', role: 'reader', emailAddress: `${index}@example.com` });
  const action = grant({ type: 'user', role: 'writer', emailAddress: '249@example.com' });
  expect(await action.plan(planCall())).toMatchObject({ refusal: { code: 'PRECONDITION_FAILED' } });
});

describe('credentials', () => {
  test('of a service account get one token for many calls', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const account = {
      type: 'service_account',
      client_email: 'bot@project.example',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    };
    await using own = executorsWith(JSON.stringify(account));
    const action = prepareWith(own, 'file.upload', { name: 'a.txt', content: 'A', folderId: 'reports' });
    await action.apply(await callOf(action));
    expect(platform.received.filter(({ url }) => url.endsWith('/token'))).toHaveLength(1);
  });

  test.each([
    ['that Google does not know', sandboxCredentials.replace('refresh-token', 'taken-back-token')],
    ['that are none', 'no-json-at-all'],
  ])('%s are told without saying them', async (_title, credentials) => {
    await using strangers = executorsWith(credentials);
    const outcome = await prepareWith(strangers, 'file.update', { fileId: 'a', content: 'A' }).plan(
      planCall(),
    );
    expect(outcome).toMatchObject({ ok: false, refusal: { code: 'PLATFORM_AUTHENTICATION_FAILED' } });
    expect(JSON.stringify(outcome)).not.toMatch(/taken-back|no-json/);
  });
});
