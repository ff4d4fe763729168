import type { ServerResponse } from 'node:http';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { value } from '../../../testing/access-node.ts';
import { startOtherMcpServer, type OtherMcpServer } from '../../../testing/other-mcp-server.ts';
import { shippedPolicyData } from '../../../testing/policy-data.ts';
import { createRestWorld, type RestWorld } from '../../../testing/rest-world.ts';
import { until } from '../../../testing/until.ts';
import { serversSchema } from '../../platforms/mcp/servers.ts';

let bank: OtherMcpServer;
let world: RestWorld;
/** Ann's, made to decide in PRODUCTION too. */
let annKey: string;
/** What the bank has done. */
const done: string[] = [];

const saying = (text: string) => ({ content: [{ type: 'text', text }] });

/** Has our own server do something, by the same agent, before it answers itself. */
const relay = async (response: ServerResponse, id: unknown, to: string): Promise<void> => {
  await using client = await connect();
  const answer = await client.callTool({ name: 'bank__note', arguments: { to } });
  done.push(`relay ${to}`);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ jsonrpc: '2.0', id, result: saying(JSON.stringify(answer.content)) }));
};

beforeAll(async () => {
  bank = await startOtherMcpServer(({ id, method, params }, response) => {
    const { name = '', arguments: given } = params ?? {};
    const inputSchema = { type: 'object' };
    if (method === 'tools/list')
      return { tools: ['pay', 'note', 'relay'].map((each) => ({ name: each, inputSchema })) };
    const { to } = given as { to: string };
    if (name === 'relay') {
      relay(response, id, to).catch(() => response.destroy());
      return undefined;
    }
    done.push(`${name} ${to}`);
    return saying(`${name} ${to}: done.`);
  });
  const mcpServers = serversSchema.parse({
    bank: { url: bank.url, tools: { pay: {}, note: {}, relay: { callsBack: true } } },
  });
  world = await createRestWorld(
    (home) => shippedPolicyData(home, { undoWindowMs: 0, rememberRejectionMs: 3_600_000 }),
    undefined,
    { mcpServers, platforms: { mcp: { environments: { 'bank/pay': 'PRODUCTION' } } } },
  );
  const wanted = { principalId: world.ann.id, name: 'production', decidesIn: ['PRODUCTION'] as const };
  annKey = value(await world.app.access.issueApiKey(world.tenantId, wanted)).secret;
  await using client = await connect();
  await until(
    async () => {
      const { tools } = await client.listTools();
      return tools.some(({ name }) => name === 'bank__pay') || undefined;
    },
    () => 'the tools of the bank are not offered',
  );
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await bank[Symbol.asyncDispose]();
});

const connect = async (): Promise<Client & AsyncDisposable> => {
  const client = new Client({ name: 'an-agent', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  const authProvider = { token: async () => world.agent.key };
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', world.app.url), { authProvider }));
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
};

interface Waiting {
  readonly task_id: string;
  readonly approval_token: string;
}

/** Those that wait for people, once there are so many. */
const waiting = (count: number): Promise<readonly Waiting[]> =>
  until(
    async () => {
      const { body } = await world.ann.call('GET', '/tasks?status=awaiting_approval');
      const found = body['tasks'] as Waiting[];
      return found.length === count ? found : undefined;
    },
    () => `${count} do not wait for people`,
  );

const payeeOf = async ({ task_id: id }: Waiting): Promise<string> => {
  const { body } = await world.ann.call('GET', `/tasks/${id}/plan`);
  return /payee-\d+/.exec(JSON.stringify(body))?.[0] ?? '';
};

const decide = async ({ task_id: id, approval_token: token }: Waiting, reason?: string): Promise<void> => {
  const decision = reason === undefined ? 'approve' : 'reject';
  const { status } = await world.ann.call('POST', `/approvals/${id}`, {
    headers: { authorization: `Bearer ${annKey}`, 'idempotency-key': crypto.randomUUID() },
    body: { decision, approval_token: token, ...(reason !== undefined && { reason }) },
  });
  expect(status).toBe(200);
};

const pay = (client: Client, to: string, signal?: AbortSignal) =>
  client.callTool({ name: 'bank__pay', arguments: { to } }, { ...(signal && { signal }) });

test('a call waits for a person, and is answered by its own server once they approved; twice it is one', async () => {
  await using client = await connect();
  const calls = [pay(client, 'payee-1'), pay(client, 'payee-1')];
  const [task] = await waiting(1);
  expect(done).not.toContain('pay payee-1');
  await decide(task!);
  for (const answer of await Promise.all(calls))
    expect(answer).toMatchObject({
      isError: false,
      content: [{ text: 'pay payee-1: done.' }],
      _meta: { 'countersign/task_id': task!.task_id },
    });
  expect(done.filter((each) => each === 'pay payee-1')).toHaveLength(1);
});

test('a call that a person rejects is told why, never runs, and asks nobody again', async () => {
  await using client = await connect();
  const call = pay(client, 'payee-2');
  const [task] = await waiting(1);
  await decide(task!, 'This payee is not known.');
  const answer = await call;
  expect(answer).toMatchObject({ isError: true, structuredContent: { status: 'rejected' } });
  expect(JSON.stringify(answer.content)).toContain('This payee is not known.');
  const again = await pay(client, 'payee-2');
  expect(again).toMatchObject({ isError: true, structuredContent: { code: 'APPROVAL_REJECTED' } });
  expect(JSON.stringify(again.content)).toContain('This payee is not known.');
  await waiting(0);
  expect(done).not.toContain('pay payee-2');
});

test('a caller that gives up approves nothing; the same call finds what was decided meanwhile', async () => {
  await using client = await connect();
  const impatient = new AbortController();
  const given = pay(client, 'payee-3', impatient.signal);
  const [task] = await waiting(1);
  impatient.abort();
  await expect(given).rejects.toThrow();
  expect(await waiting(1)).toMatchObject([{ task_id: task!.task_id }]);
  expect(done).not.toContain('pay payee-3');
  const again = pay(client, 'payee-3');
  await decide(task!);
  expect(await again).toMatchObject({
    isError: false,
    _meta: { 'countersign/task_id': task!.task_id },
  });
  expect(done.filter((each) => each === 'pay payee-3')).toHaveLength(1);
});

test('of calls side by side, the one that is rejected leaves those alone that are approved', async () => {
  await using client = await connect();
  const payees = ['payee-4', 'payee-5', 'payee-6'];
  const calls = payees.map((to) => pay(client, to));
  for (const task of await waiting(3))
    await decide(task, (await payeeOf(task)) === 'payee-5' ? 'Not this one.' : undefined);
  const answers = await Promise.all(calls);
  expect(answers.map(({ isError }) => isError)).toEqual([false, true, false]);
  expect(payees.filter((to) => done.includes(`pay ${to}`))).toEqual(['payee-4', 'payee-6']);
});

test('a server that calls another tool through us while it is called itself does not wait for ever', async () => {
  await using client = await connect();
  const names = Array.from({ length: 40 }, (_, at) => `friend-${at}`);
  const answers = await Promise.all(
    names.map((to) => client.callTool({ name: 'bank__relay', arguments: { to } })),
  );
  for (const [at, to] of names.entries()) {
    expect(answers[at]).toMatchObject({ isError: false });
    expect(JSON.stringify(answers[at]?.content)).toContain(`note ${to}: done.`);
    expect(done.filter((each) => each.endsWith(` ${to}`))).toEqual([`note ${to}`, `relay ${to}`]);
  }
});
