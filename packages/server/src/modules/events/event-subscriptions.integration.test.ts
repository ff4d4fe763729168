import { actsOn } from '../../../testing/access-node.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { compileFunction } from 'node:vm';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createNoopExecutor } from '../../../testing/executors/noop-executor.ts';
import { accepted } from '../../../testing/people.ts';
import { createTestDatabase } from '../../../testing/postgres.ts';
import { testConfig } from '../../../testing/test-config.ts';
import { createApp, type App } from '../../app.ts';
import type { Principal } from '../../domain/principal.ts';
import { startCuttingProxy } from '../../../testing/cutting-proxy.ts';
import { until } from '../../../testing/until.ts';
import { openRawSocket } from '../../../testing/raw-socket.ts';
import { signedIn } from '../../../testing/signed-in.ts';
import type { Database } from '../../infra/database.ts';
import { createLogger } from '../../infra/logger.ts';

const stack = new AsyncDisposableStack();
let url: string;
let authorization: string;
let app: App;
let admin: Principal;
let owner: Database;

beforeAll(async () => {
  const database = stack.use(await createTestDatabase());
  owner = stack.use(database.open({ as: 'OWNER' }));
  const home = await mkdtemp(join(tmpdir(), 'countersign-subscriptions-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  app = stack.use(
    await createApp(testConfig(database.connectionString, home), createLogger({ level: 'fatal' }), {
      moreExecutors: [createNoopExecutor()],
    }),
  );
  const { id: tenantId } = await app.access.ensureTenant('subscribers');
  admin = await app.access.ensurePrincipal({
    tenantId,
    type: 'HUMAN',
    name: 'Ada',
    roles: ['ADMIN', 'OPERATOR'],
  });
  const key = accepted(await app.access.issueApiKey(tenantId, { principalId: admin.id, name: 'test' }));
  ({ url } = app);
  authorization = `Bearer ${key.secret}`;
});
afterAll(() => stack.disposeAsync());

const ask = async <Data>(query: string, variables: object): Promise<Data> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ query, variables }),
  });
  return ((await response.json()) as { data: Data }).data;
};

/** A task that waits for a person until it is cancelled. */
const aWaitingTask = async (): Promise<string> => {
  const { executeTask } = await ask<{ executeTask: { task: { id: string } } }>(
    'mutation ($input: ExecuteTaskInput!) { executeTask(input: $input) { task { id } } }',
    {
      input: {
        idempotencyKey: crypto.randomUUID(),
        goal: 'Wait',
        requiresApproval: true,
        actions: [{ type: 'noop.run', params: {} }],
      },
    },
  );
  return executeTask.task.id;
};

const cancel = (taskId: string) =>
  ask('mutation ($input: CancelTaskInput!) { cancelTask(input: $input) { task { status } } }', {
    input: { taskId },
  });

const subscribe = (query: string, variables: Record<string, unknown>) => {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
  });
  return client.iterate({ query, variables });
};

const events = `subscription ($after: String, $filter: EventFilter) {
  events(after: $after, filter: $filter) { type taskId }
}`;
const taskUpdated = 'subscription ($id: ID!) { taskUpdated(id: $id) { status } }';

test('an id is the same id in capitals, in the log, live and where it is asked for', async () => {
  const taskId = await aWaitingTask();
  const capitals = taskId.toUpperCase();
  expect(await ask('query ($id: ID!) { task(id: $id) { id } }', { id: capitals })).toEqual({
    task: { id: taskId },
  });
  const stream = subscribe(events, { after: '0', filter: { taskId: capitals } });
  const seen: unknown[] = [];
  for await (const { data } of stream) {
    seen.push((data!.events as { type: string }).type);
    if (seen.at(-1) === 'approval.requested') await cancel(capitals);
    if (seen.at(-1) === 'task.cancelled') break;
  }
  expect(seen).toContain('task.submitted');
});

test('a task is told as it is, and again when it changes', async () => {
  const taskId = await aWaitingTask();
  const stream = subscribe(taskUpdated, { id: taskId.toUpperCase() });
  expect((await stream.next()).value).toEqual({ data: { taskUpdated: { status: 'AWAITING_APPROVAL' } } });
  await cancel(taskId);
  const after: unknown[] = [];
  for await (const { data } of stream) {
    after.push(data?.taskUpdated);
    if ((data!.taskUpdated as { status: string }).status === 'CANCELLED') break;
  }
  expect(after.at(-1)).toEqual({ status: 'CANCELLED' });
});

test('a task that is none ends at once', async () => {
  for (const id of ['nonsense', crypto.randomUUID()])
    expect(await subscribe(taskUpdated, { id }).next()).toMatchObject({ done: true });
});

test.each([
  ['an id that is none', { taskId: 'nonsense' }],
  ['a type that no store carries', { types: ['task.\u0000'] }],
  ['a type that is misspelt', { types: ['task.submitted', 'task.suceeded'] }],
  ['no type at all', { types: [] }],
  ['more types than there are', { types: Array(200_000).fill('task.submitted') }],
])('a filter with %s is refused, from the log and live', async (_title, filter) => {
  for (const after of [null, '0']) {
    const { value } = (await subscribe(events, { after, filter }).next()) as { value: unknown };
    expect(value).toMatchObject({ errors: [{ extensions: { code: 'SCHEMA_VALIDATION_FAILED' } }] });
  }
});

test('a misspelt type is told with the name that it may have been', async () => {
  const { value } = (await subscribe(events, { filter: { types: ['task.suceeded'] } }).next()) as {
    value: unknown;
  };
  const message = 'there is no such type; did you mean "task.succeeded"?';
  expect(value).toMatchObject({
    errors: [{ extensions: { details: { faults: [{ path: 'filter.types[0]', message }] } } }],
  });
});

test("a task's events can be of some types alone; one that does not exist is refused", async () => {
  const id = await aWaitingTask();
  await cancel(id);
  const query =
    'query ($id: ID!, $types: [String!]) { task(id: $id) { events(types: $types) { nodes { type } } } }';
  const nodes = ['task.submitted', 'task.cancelled'].map((type) => ({ type }));
  // A reader onwards sees what is below the horizon.
  await expect
    .poll(() => ask(query, { id, types: ['task.cancelled', 'task.submitted'] }))
    .toEqual({ task: { events: { nodes } } });
  expect(await ask(query, { id, types: ['task.suceeded'] })).toEqual({ task: null });
});

test('a task that does not exist is never waited for', async () => {
  const { value } = (await subscribe(events, { filter: { taskId: crypto.randomUUID() } }).next()) as {
    value: unknown;
  };
  expect(value).toMatchObject({ errors: [{ extensions: { code: 'RESOURCE_NOT_FOUND' } }] });
});

test('a socket ends with its key, and not later', async () => {
  const expiresAt = new Date(Date.now() + 1_500);
  const issued = await app.access.issueApiKey(admin.tenantId, {
    principalId: admin.id,
    name: 'short',
    expiresAt,
  });
  const socket = await openRawSocket(url);
  const payload = { authorization: `Bearer ${accepted(issued).secret}` };
  socket.send({ type: 'connection_init', payload });
  expect(await socket.next()).toMatchObject({ type: 'connection_ack' });
  const [key] = (await actsOn(app.access).listApiKeys(admin)).filter(({ name }) => name === 'short');
  expect(await socket.closed).toEqual({ code: 4403, reason: 'These credentials are no longer valid' });
  const lateMs = Date.now() - (key?.expiresAt?.getTime() ?? 0);
  expect(lateMs).toBeGreaterThan(-100);
  // Far below the half minute after which sockets are looked at anyway.
  expect(lateMs).toBeLessThan(10_000);
});

/** A console's session, begun as its page does it; the cookie that stands for it. */
const aSession = async (): Promise<string> => {
  const { token } = accepted(await app.access.createSignInLink(admin.id));
  const response = await fetch(`${url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ token }),
  });
  expect(response.status).toBe(204);
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
};
/** The console's socket while it waits for an event. */
const followWith = async (cookie: string) => {
  const socket = await openRawSocket(url, { headers: { cookie, origin: url } });
  socket.send({ type: 'connection_init' });
  expect(await socket.next()).toMatchObject({ type: 'connection_ack' });
  socket.send({ id: '1', type: 'subscribe', payload: { query: 'subscription { events { seq } }' } });
  return socket;
};

test('a socket of the console ends with its session, and no other', async () => {
  const [cookie, another] = [await aSession(), await aSession()];
  const [socket, kept] = [await followWith(cookie), await followWith(another)];
  const ended = await fetch(`${url}/session`, { method: 'DELETE', headers: { cookie, origin: url } });
  expect(ended.status).toBe(204);
  expect(await socket.closed).toEqual({ code: 4403, reason: 'These credentials are no longer valid' });
  expect(kept.client.readyState).toBe(WebSocket.OPEN);
  const late = await openRawSocket(url, { headers: { cookie, origin: url } });
  late.send({ type: 'connection_init' });
  expect((await late.closed).code).toBe(4401);
  const operator = signedIn(admin);
  accepted(await actsOn(app.access).endSessions(operator, admin.id));
  expect(await kept.closed).toMatchObject({ code: 4403 });
});

test('a socket of the console ends when its session expires, and not later', async () => {
  const cookie = await aSession();
  const [row] = await owner.query<{ expiresAt: Date }>(
    `UPDATE session SET expires_at = now() + interval '1500 milliseconds' WHERE revoked_at IS NULL
     RETURNING expires_at AS "expiresAt"`,
  );
  const socket = await followWith(cookie);
  expect(await socket.closed).toEqual({ code: 4403, reason: 'These credentials are no longer valid' });
  const lateMs = Date.now() - (row?.expiresAt.getTime() ?? 0);
  expect(lateMs).toBeGreaterThan(-100);
  expect(lateMs).toBeLessThan(10_000);
});

test('a socket begins anew with other roles, and ends with the principal', async () => {
  const { tenantId } = admin;
  const operator = signedIn(admin);
  const bea = await app.access.ensurePrincipal({ tenantId, type: 'HUMAN', name: 'Bea', roles: ['VIEWER'] });
  const { secret } = accepted(await app.access.issueApiKey(tenantId, { principalId: bea.id, name: 'test' }));
  const open = async () => {
    const socket = await openRawSocket(url);
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${secret}` } });
    expect(await socket.next()).toMatchObject({ type: 'connection_ack' });
    return socket;
  };
  const before = await open();
  accepted(await actsOn(app.access).setRoles(operator, bea.id, ['OPERATOR']));
  expect(await before.closed).toEqual({ code: 1001, reason: 'Your roles changed: connect again' });
  const after = await open();
  accepted(await actsOn(app.access).disablePrincipal(operator, bea.id));
  expect(await after.closed).toEqual({ code: 4403, reason: 'These credentials are no longer valid' });
});

interface FollowOptions {
  readonly url: string;
  readonly key: string;
  readonly after: string;
  readonly onEvent: (event: { readonly seq: string; readonly taskId: string; readonly type: string }) => void;
  readonly onEnd: (reason?: unknown) => void;
}

/** The very text that the README shows, with the client that it names. */
const exampleOfReadme = (): ((options: FollowOptions) => () => Promise<void>) => {
  const readme = readFileSync(new URL('../../../../../README.md', import.meta.url), 'utf8');
  const [code = ''] = readme
    .split('```js\n')
    .flatMap((part) => part.split('```')[0] ?? [])
    .slice(1);
  const body = code.replaceAll(/^import .*$/gm, '');
  const compiled = compileFunction(`${body}; return followEvents;`, ['createClient', 'WebSocket']);
  return (compiled as (...parts: unknown[]) => ReturnType<typeof exampleOfReadme>)(createClient, WebSocket);
};

test('the client of the README loses and repeats nothing, though it is cut off again and again', async () => {
  await using proxy = await startCuttingProxy(Number(new URL(url).port));
  const { eventCursor } = await ask<{ eventCursor: string }>('{ eventCursor }', {});
  const seen: { seq: string; taskId: string; type: string }[] = [];
  const stop = exampleOfReadme()({
    url: `ws://127.0.0.1:${proxy.port}/graphql`,
    key: authorization.replace('Bearer ', ''),
    after: eventCursor,
    onEvent: (event) => {
      seen.push(event);
      if (seen.length % 7 === 0) proxy.cut();
    },
    onEnd: (reason) => {
      if (reason !== undefined) throw new Error('The subscription ended.', { cause: reason });
    },
  });
  const tasks: string[] = [];
  for (let count = 0; count < 12; count += 1) {
    tasks.push(await aWaitingTask());
    if (count % 4 === 0) proxy.cut();
  }
  const asked = () => seen.filter(({ type }) => type === 'approval.requested').map(({ taskId }) => taskId);
  await until(
    () => Promise.resolve(tasks.every((id) => asked().includes(id)) || undefined),
    () => Promise.resolve(`${asked().length} of ${tasks.length} came`),
    { timeoutMs: 60_000 },
  );
  await stop();
  expect(asked().filter((id) => tasks.includes(id))).toEqual(tasks);
  const places = seen.map(({ seq }) => BigInt(seq));
  expect(places).toEqual([...new Set(places)].toSorted((a, b) => (a < b ? -1 : 1)));
});
