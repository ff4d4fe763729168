import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSandboxWorld, type SandboxWorld } from '../../testing/sandbox-world.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { createOperations } from '../operations.ts';
import { wholeTenant } from '../domain/sight.ts';

let sandbox: SandboxWorld;
beforeAll(async () => {
  sandbox = await createSandboxWorld();
});
afterAll(() => sandbox[Symbol.asyncDispose]());

const typesOf = async (task: { readonly id: string }) =>
  (await sandbox.world.historyOf(task)).map(({ type }) => type);

test('a goal in words is stored at once, planned by an agent, decided like any other, and runs', async () => {
  const { world, platforms } = sandbox;
  const goal = 'Scale sandbox/shop/web-01 to 3';
  const task = await world.agent.submits({ goal });
  expect(task).toMatchObject({ status: 'PLANNING', revision: 0, actions: [], agent: null });
  const planned = await world.reaches(task, 'AWAITING_APPROVAL');
  await world.approver.approves(planned);
  const done = await world.reaches(task, 'SUCCEEDED');
  expect(done).toMatchObject({
    agent: 'sop_agent',
    revision: 1,
    sources: [{ kind: 'TOOL', reference: 'inventory', trust: 'INTERNAL' }],
    actions: [
      {
        name: 'scale',
        type: 'kubernetes.deployment.scale',
        params: { cluster: 'sandbox', namespace: 'shop', name: 'web-01', replicas: 3 },
      },
    ],
  });
  expect(platforms.kubernetes.state().deployments['shop/web-01']?.replicas).toBe(3);
  expect((await typesOf(task)).filter((type) => type.startsWith('planning.'))).toEqual([
    'planning.started',
    'planning.tool_called',
    'planning.tool_called',
    'planning.tool_called',
    'planning.finished',
  ]);
  const [planning] = await world.services.agents.plannings.findMany(wholeTenant(world.tenantId), [task.id]);
  expect(planning).toMatchObject({
    planner: 'scripted',
    agent: 'sop_agent',
    spec: { taskType: 'sop_execution', goal, environment: 'DEVELOPMENT' },
    summary: 'Scale sandbox/shop/web-01 to 3',
    report: expect.stringContaining('no model was asked'),
  });
});

test.each([
  ['Post "Deploy of 14:00 is done"', 'slack.message.post', { channel: 'C0OPS' }],
  // Where its summary is cut stands the middle of a sign.
  [`Post "${'a'.repeat(79)}🚀"`, 'slack.message.post', { channel: 'C0OPS' }],
  [
    'Create a card "Order badges" on list 65a0c0de0000000000000011',
    'trello.card.create',
    { name: 'Order badges' },
  ],
  ['Create a page "Renew the certificate"', 'notion.page.create', { database_id: 'tasks' }],
  ['Restart sandbox/shop/web-02', 'kubernetes.deployment.restart', { name: 'web-02' }],
])('%s', async (goal, type, params) => {
  const { world } = sandbox;
  const task = await world.agent.submits({ goal });
  const planned = await world.reaches(task, 'SUCCEEDED', 'AWAITING_APPROVAL');
  expect(planned.actions).toMatchObject([{ type, params }]);
});

const imports = async (name: string, trust: 'INTERNAL' | 'OUTSIDE') => {
  const { services, operator } = sandbox.world;
  const { importAssets } = createOperations(services, {} as never, {} as never);
  const content = `external_id,kind,name,environment\nsandbox/shop/${name},deployment,${name},development`;
  const order = { source: `cmdb-${name}`, format: 'CSV', content, trust };
  const taken = await importAssets.execute(
    { viewer: signedIn(operator.principal), traceparent: null },
    order,
  );
  if (!taken.ok) throw new Error(taken.refusal.message);
};

test('what an agent looked up is on record with its source, and its plan cites it', async () => {
  const { world } = sandbox;
  await imports('web-04', 'INTERNAL');
  const task = await world.agent.submits({ goal: 'Scale deployment web-04 to 3' });
  const planned = await world.reaches(task, 'AWAITING_APPROVAL');
  expect(planned).toMatchObject({
    sources: [{ kind: 'TOOL', reference: 'inventory', trust: 'INTERNAL' }],
    actions: [{ params: { cluster: 'sandbox', namespace: 'shop', name: 'web-04', replicas: 3 } }],
  });
  const [planning] = await world.services.agents.plannings.findMany(wholeTenant(world.tenantId), [task.id]);
  const [call] = planning?.calls ?? [];
  expect(call).toMatchObject({
    tool: 'query_assets',
    input: { search: 'web-04', kind: 'deployment', environment: 'DEVELOPMENT' },
    outputDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
    source: { name: 'inventory', isOutside: false },
    citation: {
      text: expect.stringMatching(/^1 deployment found, inventory of /),
      rows: expect.stringMatching(/^\/inventory\?/),
    },
    failure: null,
  });
  expect(planning?.report).toContain(call?.citation?.text);
});

test('what outsiders may have written names no target, and taints the task that rests on it', async () => {
  const { world } = sandbox;
  await imports('web-05', 'OUTSIDE');
  const unnamed = await world.agent.submits({ goal: 'Scale deployment web-05 to 3' });
  expect((await world.reaches(unnamed, 'FAILED')).error?.message).toMatch(/^In which cluster and namespace/);
  const task = await world.agent.submits({ goal: 'Scale sandbox/shop/web-05 to 3' });
  const planned = await world.reaches(task, 'AWAITING_APPROVAL');
  expect(planned.sources).toContainEqual({
    kind: 'TOOL',
    reference: 'inventory',
    trust: 'OUTSIDE',
    via: null,
  });
});

test.each([
  ['Sing a song', /^No agent takes this goal/],
  ['Scale web-01 to 3', /^In which cluster and namespace is web-01\?/],
  ['Find out what drift means', /^The scripted planner, .* knows no plan for this/],
])('%s is refused with what is missing', async (goal, message) => {
  const { world } = sandbox;
  const task = await world.agent.submits({ goal });
  const done = await world.reaches(task, 'FAILED');
  expect(done.error).toMatchObject({ code: 'GOAL_WITHOUT_ACTIONS', message: expect.stringMatching(message) });
  expect(done).toMatchObject({ revision: 0, actions: [] });
});

test('an agent that there is not is refused at once, with those that there are', async () => {
  const { agent } = sandbox.world;
  expect(await agent.asks({ goal: 'Sing', idempotencyKey: 'sing-0', agent: 'singer' })).toMatchObject({
    refusal: {
      code: 'SCHEMA_VALIDATION_FAILED',
      details: { faults: [{ path: 'agent', message: expect.stringContaining('drift_agent') }] },
    },
  });
});

test('a goal alone is nothing to simulate, and its key stands for it', async () => {
  const { world } = sandbox;
  const input = { goal: 'Sing', idempotencyKey: 'sing-1' };
  const task = await world.agent.submits(input);
  expect(await world.agent.asks(input)).toMatchObject({ value: { isReplay: true, task: { id: task.id } } });
  expect(await world.agent.asks({ ...input, context: { loud: true } })).toMatchObject({
    refusal: { code: 'IDEMPOTENCY_KEY_REUSED' },
  });
  const viewer = signedIn(world.agent.principal);
  expect(await world.services.tasks.simulate(viewer, { ...input, idempotencyKey: 'sing-2' })).toMatchObject({
    refusal: { code: 'GOAL_WITHOUT_ACTIONS' },
  });
});

test('specialists are told with what they may, and what their plans came to', async () => {
  const { services, agent } = sandbox.world;
  const { specialists } = createOperations(services, {} as never, {} as never);
  const told = await specialists.execute({ viewer: signedIn(agent.principal), traceparent: null }, {});
  if (!told.ok) throw new Error(told.refusal.message);
  expect(told.value).toHaveLength(10);
  expect(told.value.find(({ name }) => name === 'sop_agent')).toMatchObject({
    planner: 'scripted',
    budget: { tokens: 80_000 },
    track: { refused: 2 },
  });
});
