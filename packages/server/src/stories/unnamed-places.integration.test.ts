import { afterAll, beforeAll, expect, test } from 'vitest';
import { testConfig } from '../../testing/test-config.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { faultsOf } from '../domain/refusal-details.ts';
import { sandboxSettings } from '../platforms/index.ts';
import { installed } from '../platforms/installed.ts';

let world: World;
beforeAll(async () => {
  // Nothing is asked at any of them.
  const others: Readonly<Record<string, string>> = {
    ...{ fleet: 'file:///nowhere', robot: 'mqtt://127.0.0.1:1', terraform: 'file:///nowhere' },
  };
  const urls = Object.fromEntries(installed.map(({ name }) => [name, others[name] ?? 'http://127.0.0.1:1']));
  const { settings, secrets } = sandboxSettings(testConfig('', '/tmp').executors, urls);
  world = await createWorld({ background: 'NONE', settings, secrets });
});
afterAll(() => world[Symbol.asyncDispose]());

const deployment = { cluster: 'elsewhere', namespace: 'shop', name: 'web' };

/** By platform, an action on what configuration does not name. */
const elsewhere: Readonly<Record<string, { type: string; params: object; setting: string }>> = {
  drive: {
    type: 'drive.file.upload',
    params: { folderId: 'elsewhere', name: 'a.txt', content: 'a' },
    setting: 'drive.folders',
  },
  fleet: { type: 'fleet.restart', params: { fleet: 'elsewhere', server: 'web-1' }, setting: 'fleets' },
  git: {
    type: 'repo.commit',
    params: {
      ...{ repository: 'elsewhere', branch: 'main', message: 'a' },
      files: [{ path: 'a', content: 'a' }],
    },
    setting: 'repositories',
  },
  http: {
    type: 'http.request',
    params: { url: 'http://127.0.0.1/', method: 'GET', secretHeaders: { Authorization: 'elsewhere' } },
    setting: 'secrets',
  },
  kubernetes: {
    type: 'kubernetes.deployment.scale',
    params: { ...deployment, replicas: 2 },
    setting: 'clusters',
  },
  mcp: {
    type: 'mcp.call',
    params: { server: 'notes', tool: 'elsewhere', arguments: {} },
    setting: 'mcpServers.notes.tools',
  },
  notion: {
    type: 'notion.page.create',
    params: { database_id: 'elsewhere', title: 'a' },
    setting: 'notion.databases',
  },
  robot: { type: 'robot.actuate', params: { robot: 'elsewhere', position: 1 }, setting: 'robots' },
  sheets: {
    type: 'sheets.rows.append',
    params: { spreadsheetId: 'elsewhere', range: 'Sheet1', values: [['a']] },
    setting: 'sheets.spreadsheets',
  },
  slack: {
    type: 'slack.message.post',
    params: { channel: 'C0ELSE', text: 'a' },
    setting: 'slack.channels',
  },
  terraform: {
    type: 'terraform.apply',
    params: { directory: 'elsewhere' },
    setting: 'terraform.directories',
  },
};

test.each(Object.entries(elsewhere))(
  'what configuration does not name has one code, and tells what it names: %s',
  async (_platform, { type, params, setting }) => {
    const outcome = await world.agent.asks({ goal: 'Try it', actions: [{ type, params }] } as never);
    if (outcome.ok) throw new Error('It was accepted.');
    const { code, details, retriable } = outcome.refusal;
    expect({ code, retriable, faults: faultsOf(details) }).toMatchObject({
      code: 'POLICY_DENIED',
      retriable: false,
      faults: [{ code: 'POLICY_DENIED', setting, path: expect.stringMatching(/^actions\[0\]\.params\./) }],
    });
  },
);

test('beside a fault of the form, the form is what is wrong', async () => {
  const { type, params } = elsewhere['mcp'] as { type: string; params: object };
  const actions = [
    { type, params },
    { type, params: {} },
  ];
  expect(await world.agent.asks({ goal: 'Try it', actions } as never)).toMatchObject({
    refusal: { code: 'SCHEMA_VALIDATION_FAILED' },
  });
});

test('no platform that names places is left out', () => {
  // Of these the place is no name of the configuration: it is asked for at the platform.
  const asked = ['porch', 'trello'];
  expect([...Object.keys(elsewhere), ...asked].toSorted()).toEqual(installed.map(({ name }) => name));
});
