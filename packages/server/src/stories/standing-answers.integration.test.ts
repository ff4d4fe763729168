import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shippedPolicyData } from '../../testing/policy-data.ts';
import { createRestWorld, type RestWorld } from '../../testing/rest-world.ts';

let world: RestWorld;
beforeAll(async () => {
  world = await createRestWorld((home) => shippedPolicyData(home, { undoWindowMs: 0 }));
});
afterAll(() => world[Symbol.asyncDispose]());

const livesMs = 3_000;
/** Below what standing answers are looked at again after otherwise. */
const closesWithinMs = 10_000;

/** A key of the agent that ends by itself: no event tells of it. */
const aShortKey = async (): Promise<string> => {
  const issued = await world.app.access.issueApiKey(world.tenantId, {
    principalId: world.agent.id,
    name: 'short',
    expiresAt: new Date(Date.now() + livesMs),
  });
  if (!issued.ok) throw new Error(issued.refusal.message);
  return issued.value.secret;
};

const submits = async (more: object = {}): Promise<string> => {
  const { body } = await world.agent.call('POST', '/tasks', {
    body: { goal: 'Go on', actions: [{ type: 'noop.run', params: {} }], ...more },
    headers: { 'idempotency-key': crypto.randomUUID() },
  });
  return String(body['task_id']);
};

const isLetIn = async (key: string): Promise<boolean> => {
  const url = new URL('/tasks', world.app.url);
  return (await fetch(url, { headers: { authorization: `Bearer ${key}` } })).status !== 401;
};

/** Whether an answer ends soon after its key, while more happens all the time. */
const endsWith = async (key: string, answer: Promise<unknown>): Promise<boolean> => {
  let hasEnded = false;
  const onEnd = (): void => {
    hasEnded = true;
  };
  answer.then(onEnd, onEnd);
  while (await isLetIn(key)) await submits();
  const until = performance.now() + closesWithinMs;
  while (!hasEnded && performance.now() < until) await submits();
  return hasEnded;
};

test.each([
  ['the events of a task', async () => `/tasks/${await submits({ requiresApproval: true })}/events`],
  ['the events of actions', () => '/api/actions/events'],
])('%s end with the key of whoever listens', async (_words, path) => {
  const key = await aShortKey();
  const answer = await fetch(new URL(await path(), world.app.url), {
    headers: { authorization: `Bearer ${key}`, 'x-tenant-id': world.tenantId },
  });
  expect(answer.status).toBe(200);
  expect(await endsWith(key, answer.text())).toBe(true);
});

/** A client of the protocol that listens, and the stream by which it does. */
const listens = async (key: string) => {
  const { promise: stream, resolve: opened } = Promise.withResolvers<Response>();
  const client = new Client(
    { name: 'an-agent', version: '1' },
    { versionNegotiation: { mode: 'auto' }, listChanged: { tools: { onChanged: () => undefined } } },
  );
  await client.connect(
    new StreamableHTTPClientTransport(new URL('/mcp', world.app.url), {
      authProvider: { token: async () => key },
      async fetch(url, init) {
        const answer = await fetch(url, init);
        if (typeof init?.body === 'string' && init.body.includes('subscriptions/listen'))
          opened(answer.clone());
        return answer;
      },
    }),
  );
  return Object.assign(client, { stream, [Symbol.asyncDispose]: () => client.close() });
};

test('a client of tools hears of no others once its key has ended', async () => {
  const key = await aShortKey();
  await using client = await listens(key);
  const stream = await client.stream;
  expect(await endsWith(key, stream.text())).toBe(true);
});

test('a wait is told that the key has ended as soon as it has, and of no progress after that', async () => {
  const id = await submits({ requiresApproval: true });
  const key = await aShortKey();
  await using client = await listens(key);
  const notes: unknown[] = [];
  const waiting = client.callTool(
    { name: 'wait_for_task', arguments: { id, waitSeconds: 50 } },
    { onprogress: ({ message }) => notes.push(message) },
  );
  expect(await endsWith(key, waiting)).toBe(true);
  await world.agent.call('POST', `/tasks/${id}/cancel`, { body: {} });
  expect(await waiting).toMatchObject({
    isError: true,
    structuredContent: { code: 'AUTHENTICATION_FAILED' },
  });
  expect(notes).toEqual(['AWAITING_APPROVAL']);
});
