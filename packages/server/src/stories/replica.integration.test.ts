import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNoopExecutor } from '../../testing/executors/noop-executor.ts';
import { startReplicatedPostgres, type TestReplica } from '../../testing/replica.ts';
import { testConfig } from '../../testing/test-config.ts';
import { until } from '../../testing/until.ts';
import { createApp, type App } from '../app.ts';
import { createLogger } from '../infra/logger.ts';

const stack = new AsyncDisposableStack();
let replica: TestReplica;
/** Two processes of one installation; the second one has nothing of its own to know what the first one did. */
let apps: readonly [App, App];
let key: string;

beforeAll(async () => {
  const primary = stack.use(await startReplicatedPostgres());
  replica = stack.use(await primary.addReplica());
  const open = async (role: 'all' | 'api', replicaUrl: string | null): Promise<App> => {
    const home = await mkdtemp(join(tmpdir(), 'countersign-replica-story-'));
    stack.defer(() => rm(home, { recursive: true, force: true }));
    const config = testConfig(primary.connectionString, home, { role });
    // Without a user: it is the application's.
    const database = { ...config.database, replicaUrl };
    return stack.use(
      await createApp({ ...config, database }, createLogger({ level: 'silent' }), {
        moreExecutors: [createNoopExecutor()],
      }),
    );
  };
  const { host, pathname } = new URL(replica.connectionString);
  apps = [await open('all', null), await open('api', `postgresql://${host}${pathname}`)];
  const { access } = apps[0];
  const { id: tenantId } = await access.ensureTenant('here');
  const { id: principalId } = await access.ensurePrincipal({
    tenantId,
    type: 'HUMAN',
    name: 'Admin',
    roles: ['ADMIN', 'OPERATOR', 'APPROVER', 'SUBMITTER'],
  });
  const issued = await access.issueApiKey(tenantId, { principalId, name: 'story' });
  if (!issued.ok) throw new Error(issued.refusal.message);
  key = issued.value.secret;
});
afterAll(() => stack.disposeAsync());

const asks = async <Data>(app: App, query: string, variables: object = {}): Promise<Data> => {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: { message: string }[] };
  if (errors) throw new Error(errors.map(({ message }) => message).join(' '));
  return data;
};

const submits = async (): Promise<string> => {
  const input = {
    idempotencyKey: crypto.randomUUID(),
    goal: 'Look back at it',
    actions: [{ type: 'noop.run', params: {} }],
  };
  const { executeTask } = await asks<{ executeTask: { task: { id: string } } }>(
    apps[0],
    'mutation ($input: ExecuteTaskInput!) { executeTask(input: $input) { task { id } } }',
    { input },
  );
  return executeTask.task.id;
};

interface Seen {
  readonly tasks: {
    readonly edges: { readonly node: { readonly id: string } }[];
    readonly totalCount: number;
  };
  readonly auditEntries: { readonly edges: { readonly node: { readonly taskId: string | null } }[] };
}

/** As the other process tells it. */
const looks = (): Promise<Seen> =>
  asks<Seen>(
    apps[1],
    `{ tasks(first: 1) { edges { node { id } } totalCount }
       auditEntries(first: 1, filter: { types: ["task.submitted"] }) { edges { node { taskId } } } }`,
  );

const replicaCheck = async (): Promise<{ status: string; message: string | null } | undefined> => {
  const { health } = await asks<{
    health: { checks: { name: string; status: string; message: string | null }[] };
  }>(apps[1], '{ health { checks { name status message } } }');
  return health.checks.find(({ name }) => name === 'replica');
};

const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(`${apps[1].url}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')[1] ?? Number.NaN,
  );
};
const readsOf = (from: 'replica' | 'primary') => metric(`countersign_history_reads_total{from="${from}"}`);
const isHealthy = () =>
  until(
    async () => ((await replicaCheck())?.status === 'HEALTHY' ? true : undefined),
    () => 'the replica is not used',
  );

test('what one process was told, another one finds on the replica', async () => {
  await isHealthy();
  const before = await readsOf('replica');
  for (let round = 1; round <= 20; round += 1) {
    const taskId = await submits();
    const seen = await looks();
    expect(seen.tasks.edges[0]?.node.id).toBe(taskId);
    expect(seen.tasks.totalCount).toBe(round);
    expect(seen.auditEntries.edges[0]?.node.taskId).toBe(taskId);
  }
  expect(await readsOf('replica')).toBeGreaterThan(before + 5);
  await expect.poll(() => metric('countersign_replica_lag_seconds')).toBe(0);
});

test('while the replica is behind nobody sees less, and health says so', async () => {
  await replica.pause();
  const taskId = await submits();
  const before = await readsOf('primary');
  expect((await looks()).tasks.edges[0]?.node.id).toBe(taskId);
  expect(await readsOf('primary')).toBeGreaterThan(before);
  const check = await until(
    async () => {
      const found = await replicaCheck();
      return found?.status === 'DEGRADED' ? found : undefined;
    },
    () => 'health says nothing',
  );
  expect(check.message).toMatch(/^The replica at 127\.0\.0\.1:\d+\/postgres is \d+ s behind\./);
  expect(await metric('countersign_replica_lag_seconds')).toBeGreaterThan(9);
  const ready = await fetch(`${apps[1].url}/readyz`);
  expect(ready.status).toBe(200);
  await replica.resume();
  await isHealthy();
});
