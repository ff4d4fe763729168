import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shippedPolicyData } from '../../../testing/policy-data.ts';
import { createRestWorld, type RestCaller, type RestWorld } from '../../../testing/rest-world.ts';

let world: RestWorld;
beforeAll(async () => {
  world = await createRestWorld((home) => shippedPolicyData(home, { undoWindowMs: 0 }));
});
afterAll(() => world[Symbol.asyncDispose]());

type Era = 'auto' | 'legacy';

/** The protocol's own client, as an agent's host has it. */
const connect = async (
  { key }: Pick<RestCaller, 'key'>,
  era: Era = 'auto',
  onPage?: (url: string) => void,
): Promise<Client & AsyncDisposable> => {
  const client = new Client(
    { name: 'an-agent', version: '1' },
    {
      versionNegotiation: { mode: era },
      ...(onPage && { capabilities: { elicitation: { url: {} } } }),
    },
  );
  if (onPage)
    client.setRequestHandler('elicitation/create', ({ params }) => {
      if (params.mode === 'url') onPage(params.url);
      return { action: 'accept' };
    });
  await client.connect(
    new StreamableHTTPClientTransport(new URL('/mcp', world.app.url), {
      authProvider: { token: async () => key },
    }),
  );
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
};

const aSubmission = (more: object = {}) => ({
  idempotencyKey: crypto.randomUUID(),
  goal: 'Try the tools',
  params: {},
  ...more,
});

const textOf = ({ content }: { content: unknown }): string => JSON.stringify(content);

describe.each(['auto', 'legacy'] as const)('a client of the %s revision', (era) => {
  test('finds the tools that it may use, and runs one', async () => {
    await using client = await connect(world.agent, era);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['submit_task', 'wait_for_task', 'list_action_types', 'noop-run']),
    );
    for (const { name, inputSchema } of tools) {
      expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      expect(inputSchema.type).toBe('object');
    }
    const done = await client.callTool({ name: 'noop-run', arguments: aSubmission() });
    expect(done).toMatchObject({ isError: false, structuredContent: { status: 'succeeded' } });
    expect(textOf(done)).toContain('It is done.');
  });

  test('is told of a person, and hears what they decided', async () => {
    await using client = await connect(world.agent, era);
    const asked = await client.callTool({
      name: 'submit_task',
      arguments: {
        ...{ idempotencyKey: crypto.randomUUID(), goal: 'Ask somebody', requiresApproval: true },
        ...{ actions: [{ type: 'noop.run', params: {} }], waitSeconds: 0 },
      },
    });
    expect(asked).toMatchObject({
      isError: false,
      structuredContent: { status: 'awaiting_approval', retry_after_ms: 30_000 },
    });
    const task = asked.structuredContent as {
      task_id: string;
      approval_link: string;
      approval_token: string;
    };
    expect(textOf(asked)).toContain(task.approval_link);
    const hearing = client.callTool({
      name: 'wait_for_task',
      arguments: { id: task.task_id, waitSeconds: 50 },
    });
    await world.ann.call('POST', `/approvals/${task.task_id}`, {
      body: { decision: 'reject', reason: 'Not on a Friday.', approval_token: task.approval_token },
      headers: { 'idempotency-key': crypto.randomUUID() },
    });
    const heard = await hearing;
    expect(heard).toMatchObject({ isError: true, structuredContent: { status: 'rejected' } });
    expect(textOf(heard)).toContain('Not on a Friday.');
  });

  test('is told everything that is wrong, in the names of the tool', async () => {
    await using client = await connect(world.agent, era);
    const no = await client.callTool({
      name: 'noop-run',
      arguments: { goal: 7, params: 'none', waitSeconds: 51, colour: 'red' },
    });
    expect(no).toMatchObject({ isError: true, structuredContent: { code: 'SCHEMA_VALIDATION_FAILED' } });
    const { faults } = no.structuredContent as { faults: { path: string }[] };
    const elsewhere = await client.callTool({ name: 'list_tasks', arguments: { after: 'approvals:x' } });
    expect(textOf(elsewhere)).toContain('after is a cursor of approvals: give what a page of tasks told.');
    expect(new Set(faults.map(({ path }) => path))).toEqual(
      new Set(['waitSeconds', 'idempotencyKey', 'goal', 'params', 'colour']),
    );
  });
});

test('the same key is the same task, through whichever tool or door', async () => {
  await using client = await connect(world.agent);
  const submission = aSubmission();
  const first = await client.callTool({ name: 'noop-run', arguments: submission });
  const again = await client.callTool({ name: 'noop-run', arguments: submission });
  expect(again.structuredContent).toMatchObject({
    task_id: (first.structuredContent as { task_id: string }).task_id,
  });
  const other = await client.callTool({
    name: 'noop-run',
    arguments: { ...submission, goal: 'Something else' },
  });
  expect(other).toMatchObject({ isError: true, structuredContent: { code: 'IDEMPOTENCY_KEY_REUSED' } });
});

test('a task that has run is rated, and its list takes the words of its answers', async () => {
  await using client = await connect(world.agent);
  const done = await client.callTool({ name: 'noop-run', arguments: aSubmission() });
  const { task_id: taskId, status } = done.structuredContent as { task_id: string; status: string };
  const listed = await client.callTool({
    name: 'list_tasks',
    arguments: { status: [status], ids: [taskId] },
  });
  expect(listed.structuredContent).toMatchObject({ tasks: [{ task_id: taskId }] });
  const rate = (executionQuality: number) =>
    client.callTool({ name: 'record_feedback', arguments: { taskId, outcome: 'FAILURE', executionQuality } });
  expect(await rate(7)).toMatchObject({
    isError: true,
    structuredContent: { code: 'SCHEMA_VALIDATION_FAILED' },
  });
  expect(await rate(2)).toMatchObject({
    isError: false,
    structuredContent: { task_id: taskId, outcome: 'FAILURE', executionQuality: 2 },
  });
});

test('a client that can open pages sends its person to the request, and nothing that it says approves', async () => {
  const pages: string[] = [];
  await using client = await connect(world.agent, 'auto', (url) => pages.push(url));
  const answer = await client.callTool({
    name: 'submit_task',
    arguments: {
      ...{ idempotencyKey: crypto.randomUUID(), goal: 'Ask somebody', requiresApproval: true },
      ...{ actions: [{ type: 'noop.run', params: {} }], waitSeconds: 1 },
    },
  });
  const told = answer.structuredContent as { status: string; task_id: string; approval_link: string };
  expect(pages).toEqual([told.approval_link]);
  expect(told.status).toBe('awaiting_approval');
  const { body } = await world.agent.call('GET', `/tasks/${told.task_id}`);
  expect(body['status']).toBe('awaiting_approval');
});

test('who may only look is offered nothing that changes anything', async () => {
  const { access } = world.app;
  const { id } = await access.ensurePrincipal({
    ...{ tenantId: world.tenantId, type: 'SERVICE', name: 'watcher', roles: ['VIEWER'] },
    ownerId: world.olga.id,
  });
  const key = await access.issueApiKey(world.tenantId, { principalId: id, name: 'mcp' });
  if (!key.ok) throw new Error(key.refusal.message);
  await using client = await connect({ key: key.value.secret });
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).not.toContain('noop-run');
  const no = await client.callTool({ name: 'noop-run', arguments: aSubmission() });
  expect(no).toMatchObject({ isError: true, structuredContent: { code: 'RESOURCE_NOT_FOUND' } });
});

test('a wait tells nothing to a key that ended meanwhile, and of a submission that it was taken in', async () => {
  await using client = await connect(world.agent);
  const issued = await world.app.access.issueApiKey(world.tenantId, {
    principalId: world.agent.id,
    name: 'short',
  });
  if (!issued.ok) throw new Error(issued.refusal.message);
  await using short = await connect({ key: issued.value.secret });
  const goal = `Ask somebody ${crypto.randomUUID()}`;
  const asks = (waitSeconds: number) => ({
    name: 'submit_task',
    arguments: {
      ...{ idempotencyKey: crypto.randomUUID(), goal, requiresApproval: true },
      ...{ actions: [{ type: 'noop.run', params: {} }], waitSeconds },
    },
  });
  const asked = (await client.callTool(asks(0))).structuredContent as { task_id: string };
  /** Once it waits, its answer. */
  const begun = (call: Parameters<typeof short.callTool>[0]) =>
    new Promise<{ answer: ReturnType<typeof short.callTool> }>((resolve) => {
      const answer = short.callTool(call, {
        onprogress: () => {
          resolve({ answer });
        },
      });
    });
  const wait = { name: 'wait_for_task', arguments: { id: asked.task_id, waitSeconds: 50 } };
  const [waiting, submitting] = await Promise.all([begun(wait), begun(asks(50))]);
  await world.admin.graphql(
    'mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { refusal { code } } }',
    { id: issued.value.apiKey.id },
  );
  const { structuredContent } = await client.callTool({ name: 'list_tasks', arguments: { first: 10 } });
  const { tasks } = structuredContent as { tasks: { task_id: string; goal: string }[] };
  const own = tasks.filter((task) => task.goal === goal);
  expect(own).toHaveLength(2);
  for (const { task_id: taskId } of own)
    await client.callTool({ name: 'cancel_task', arguments: { taskId } });
  expect(await waiting.answer).toMatchObject({
    isError: true,
    structuredContent: { code: 'AUTHENTICATION_FAILED' },
  });
  expect(await submitting.answer).toMatchObject({
    isError: false,
    structuredContent: { status: 'awaiting_approval', code: 'HITL_REQUIRED' },
  });
});

test('nobody comes in without a key, and what is no message is refused', async () => {
  const url = new URL('/mcp', world.app.url);
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const stranger = await fetch(url, { method: 'POST', headers, body: '{}' });
  expect(stranger.status).toBe(401);
  expect(stranger.headers.get('www-authenticate')).toMatch(/^Bearer/);
  const authorization = `Bearer ${world.agent.key}`;
  for (const body of ['{}', '[]', 'null', '{"jsonrpc":"2.0","id":1,"method":7}', '{']) {
    const answer = await fetch(url, { method: 'POST', headers: { ...headers, authorization }, body });
    expect(answer.status, body).toBe(400);
  }
});

const post = (body: string): Promise<Response> =>
  fetch(new URL('/mcp', world.app.url), {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      authorization: `Bearer ${world.agent.key}`,
    },
    body,
  });

const nested = `${'{"a":'.repeat(60_000)}1${'}'.repeat(60_000)}`;

test.each([
  ['arguments', 'submit_task', nested],
  ['params', 'noop-run', `{"idempotencyKey":"deep","goal":"x","params":${nested}}`],
])('%s that are nested without end are refused in words', async (_what, name, given) => {
  const answer = await post(
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${given}}}`,
  );
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('SCHEMA_VALIDATION_FAILED');
});

test('a message of a batch counts as one that comes alone', async () => {
  const left = async (body: object): Promise<number> => {
    const answer = await post(JSON.stringify(body));
    await answer.body?.cancel();
    return Number(/"caller";r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1]);
  };
  const message = (id: number) => ({ jsonrpc: '2.0', id, method: 'tools/list' });
  const before = await left(message(0));
  expect(before - (await left(Array.from({ length: 40 }, (_, id) => message(id))))).toBe(40);
});
