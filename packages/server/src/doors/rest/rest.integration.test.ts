import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import responseValidator from 'openapi-response-validator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { value } from '../../../testing/access-node.ts';
import { createNoopExecutor } from '../../../testing/executors/noop-executor.ts';
import { createTestDatabase } from '../../../testing/postgres.ts';
import { testConfig } from '../../../testing/test-config.ts';
import { createApp, type App } from '../../app.ts';
import { createLogger } from '../../infra/logger.ts';
import type { OpenApi } from './openapi.ts';

/** As it is imported here; its types speak of another way. */
const Responses = responseValidator as unknown as new (document: object) => {
  validateResponse(status: string, body: unknown): { readonly errors: readonly unknown[] } | undefined;
};

const freeze = {
  message: 'Nothing is staged these years.',
  environments: ['STAGING'],
  from: '2020-01-01T00:00:00Z',
  until: '2100-01-01T00:00:00.000Z',
};

const shippedData = join(import.meta.dirname, '../../../../../policies/data.json');

/** The shipped rules' thresholds, with a freeze of STAGING, and nothing of this action in PRODUCTION. */
const policyDataIn = async (folder: string): Promise<string> => {
  const { settings } = JSON.parse(await readFile(shippedData, 'utf8')) as {
    settings: { environments: Record<string, object> };
  };
  settings.environments['PRODUCTION'] = {
    ...settings.environments['PRODUCTION'],
    forbiddenActionTypes: ['noop.run'],
  };
  const file = join(folder, 'policy-data.json');
  const time = { roundedToMs: 1_000, freezes: [freeze] };
  await writeFile(file, JSON.stringify({ settings: { ...settings, time } }));
  return file;
};

const stack = new AsyncDisposableStack();
let app: App;
let document: OpenApi;
let tenantId: string;
const keys = { agent: '', viewer: '', nobody: '' };

beforeAll(async () => {
  const database = stack.use(await createTestDatabase());
  const home = await mkdtemp(join(tmpdir(), 'countersign-rest-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  app = stack.use(
    await createApp(
      testConfig(database.connectionString, home, { policyData: await policyDataIn(home) }),
      createLogger({ level: 'fatal' }),
      { moreExecutors: [createNoopExecutor()] },
    ),
  );
  ({ id: tenantId } = await app.access.ensureTenant('here'));
  const owner = await app.access.ensurePrincipal({
    tenantId,
    type: 'HUMAN',
    name: 'Olga',
    roles: ['VIEWER'],
  });
  const agent = {
    tenantId,
    type: 'AGENT',
    name: 'builder',
    roles: ['SUBMITTER'],
    ownerId: owner.id,
  } as const;
  const keyOf = async (principalId: string): Promise<string> =>
    value(await app.access.issueApiKey(tenantId, { principalId, name: 'rest' })).secret;
  keys.agent = await keyOf((await app.access.ensurePrincipal(agent)).id);
  keys.viewer = await keyOf(owner.id);
  document = (await (await fetch(`${app.url}/openapi.json`)).json()) as OpenApi;
});
afterAll(() => stack.disposeAsync());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** Everything that a caller sends is kept; `undefined` leaves a header out. */
const call = async (
  method: 'GET' | 'POST',
  path: string,
  { headers = {}, body }: { headers?: Record<string, string | undefined>; body?: string | object } = {},
): Promise<Answer> => {
  const sent = {
    authorization: `Bearer ${keys.agent}`,
    'x-tenant-id': tenantId,
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...headers,
  };
  const response = await fetch(`${app.url}${path}`, {
    method,
    headers: Object.fromEntries(Object.entries(sent).filter(([, text]) => text !== undefined)) as Record<
      string,
      string
    >,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const answer = {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Answer['body'],
  };
  expect(faultsOf(method, path, answer)).toEqual([]);
  return answer;
};

/** The address of the document that a path is one of. */
const templateOf = (path: string): string => {
  const parts = path.replace(/\?.*/s, '').split('/');
  const fits = (wanted: string[]): boolean =>
    wanted.length === parts.length && wanted.every((part, at) => part.startsWith('{') || part === parts[at]);
  return Object.keys(document.paths).find((template) => fits(template.split('/'))) ?? path;
};

/** What the document says against an answer. */
const faultsOf = (method: string, path: string, { status, headers, body }: Answer): unknown[] => {
  const { responses } = document.paths[templateOf(path)]?.[method.toLowerCase()] as {
    responses: Record<string, { content: object }>;
  };
  const [type] = Object.keys((responses[status] ?? responses['default'])?.content ?? {});
  const isTyped = headers.get('content-type')?.startsWith(type ?? '-');
  const validator = new Responses({ responses, components: document.components });
  const found = validator.validateResponse(String(status), body);
  return [
    ...(isTyped === true ? [] : [`${status} is ${headers.get('content-type')}`]),
    ...(found?.errors ?? []),
  ];
};

const submit = (body: string | object, headers: Record<string, string | undefined> = {}): Promise<Answer> =>
  call('POST', '/tasks', { body, headers: { 'idempotency-key': crypto.randomUUID(), ...headers } });

const aTask = { goal: 'Try the door', actions: [{ type: 'noop.run', params: {} }] };
const pathsOf = ({ body }: Answer): string[] =>
  (body['faults'] as { path: string }[]).map(({ path }) => path);

describe('the document', () => {
  test('is OpenAPI 3.0.3 and whole in itself', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(document.openapi).toBe('3.0.3');
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    expect(refs.map(([, name = '']) => name).every((name) => name in document.components.schemas)).toBe(true);
    expect(JSON.stringify(document)).not.toMatch(/"\$ref":"(?!#\/components\/schemas\/)/);
  });

  test('is a page for people and JSON for programs, at one address', async () => {
    const page = await fetch(`${app.url}/openapi`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await page.text()).toContain('POST /tasks');
    expect(await (await fetch(`${app.url}/openapi`)).json()).toEqual(document);
  });
});

test('an answer that the document does not know is noticed', () => {
  const headers = new Headers({ 'content-type': 'application/json' });
  expect(faultsOf('POST', '/tasks', { status: 201, headers, body: { id: 7 } })).not.toEqual([]);
  expect(faultsOf('POST', '/tasks', { status: 400, headers, body: {} })).not.toEqual([]);
});

describe('a story', () => {
  test('a task is submitted once, and is found with its events', async () => {
    const headers = { 'idempotency-key': 'rest-1' };
    const first = await submit(aTask, headers);
    expect(first).toMatchObject({
      status: 202,
      body: { goal: 'Try the door', status: 'queued', code: null, replayed: false },
    });
    const { task_id: id } = first.body as { task_id: string };
    expect(first.headers.get('location')).toBe(`/tasks/${id}`);
    expect(first.headers.get('x-ratelimit-remaining')).not.toBeNull();
    expect(await submit(aTask, headers)).toMatchObject({
      status: 202,
      body: { task_id: id, replayed: true },
    });
    expect(await submit({ ...aTask, goal: 'Another' }, headers)).toMatchObject({
      status: 422,
      body: {
        code: 'SCHEMA_VALIDATION_FAILED',
        reason: 'IDEMPOTENCY_KEY_REUSED',
        taskId: id,
        retriable: false,
      },
    });
    const events = await expect
      .poll(async () => (await call('GET', `/tasks/${id}`)).body['events'] as { type: string; seq: string }[])
      .toContainEqual(expect.objectContaining({ type: 'task.submitted' }))
      .then(
        async () => (await call('GET', `/tasks/${id}`)).body['events'] as { type: string; seq: string }[],
      );
    const after = await call('GET', `/tasks/${id}?after=${events[0]?.seq}`);
    expect((after.body['events'] as { seq: string }[]).map(({ seq }) => seq)).not.toContain(events[0]?.seq);
  });

  test('a task that people must decide on says where', async () => {
    const { body, status } = await submit({ ...aTask, requiresApproval: true });
    expect({ status, body }).toMatchObject({
      status: 202,
      body: {
        status: 'awaiting_approval',
        code: 'HITL_REQUIRED',
        approval_link: `${app.url}/tasks/${body['task_id'] as string}`,
      },
    });
  });

  test('one action is an operation and its payload', async () => {
    const key = { 'idempotency-key': 'rest-short' };
    const short = await submit({ operation: 'noop.run', payload: {} }, key);
    expect(short).toMatchObject({ status: 202, body: { goal: 'noop.run', status: 'queued' } });
    const whole = { goal: 'noop.run', actions: [{ type: 'noop.run', params: {} }] };
    expect(await submit(whole, key)).toMatchObject({
      status: 202,
      body: { task_id: short.body['task_id'], replayed: true },
    });
  });

  test('a task that is held says until when and why', async () => {
    const { body } = await submit({ ...aTask, environment: 'STAGING' });
    await expect
      .poll(async () => (await call('GET', `/tasks/${body['task_id'] as string}`)).body['hold'])
      .toEqual({ rule: 'change_freeze.period', reason: freeze.message, until: freeze.until });
  });

  test('what policy does not allow is refused, and its task is on the record', async () => {
    const answer = await submit({ ...aTask, environment: 'PRODUCTION' });
    expect(answer).toMatchObject({ status: 403, body: { reason: 'POLICY_DENIED' } });
    expect(await call('GET', `/tasks/${answer.body['taskId'] as string}`)).toMatchObject({
      status: 200,
      body: { status: 'denied', hold: null },
    });
  });
});

/** What the record says of the caller's trace, in all that happened to a task. */
const tracesOf = async (taskId: unknown): Promise<(string | null)[]> => {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.agent}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      query:
        'query ($taskId: ID!) { auditEntries(filter: { taskId: $taskId }) { nodes: edges { node { traceparent } } } }',
      variables: { taskId },
    }),
  });
  const { data } = (await response.json()) as {
    data: { auditEntries: { nodes: { node: { traceparent: string | null } }[] } };
  };
  return [...new Set(data.auditEntries.nodes.map(({ node }) => node.traceparent))];
};

const overGraphql = async (traceparent: string): Promise<unknown> => {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.agent}`, 'content-type': 'application/json', traceparent },
    body: JSON.stringify({
      query: 'mutation ($input: ExecuteTaskInput!) { executeTask(input: $input) { task { id } } }',
      variables: { input: { ...aTask, idempotencyKey: crypto.randomUUID() } },
    }),
  });
  return ((await response.json()) as { data: { executeTask: { task: { id: string } } } }).data.executeTask
    .task.id;
};
const overRest = async (traceparent: string): Promise<unknown> =>
  (await submit(aTask, { traceparent })).body['task_id'];

describe.each([
  ['REST', overRest],
  ['GraphQL', overGraphql],
])('the trace of a caller over %s', (_door, submitWith) => {
  const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  test('stands with all that came of its call', async () => {
    const id = await submitWith(trace);
    await expect.poll(() => tracesOf(id)).toEqual([trace]);
  });

  test.each(['mine', `${trace}-more`, 'x'.repeat(8_000), trace.replace(/[1-9a-f]/g, '0')])(
    'that has not the form of one is none: %#',
    async (traceparent) => {
      const id = await submitWith(traceparent);
      await expect.poll(() => tracesOf(id)).toEqual([null]);
    },
  );
});

describe('refused, as a problem that says everything', () => {
  test.each([
    ['Idempotency-Key', { 'idempotency-key': undefined }],
    ['Idempotency-Key', { 'idempotency-key': 'two words' }],
    ['X-Tenant-ID', { 'x-tenant-id': undefined }],
    ['X-Tenant-ID', { 'x-tenant-id': 'here' }],
  ])('%s is needed, in its form', async (name, headers) => {
    const answer = await submit(aTask, headers);
    expect(answer).toMatchObject({ status: 400, body: { code: 'SCHEMA_VALIDATION_FAILED' } });
    expect(pathsOf(answer)).toEqual([name]);
    expect(answer.body['detail']).toMatch(name);
  });

  test('faults of headers and of the body are told at once', async () => {
    const headers = { 'idempotency-key': undefined, 'x-tenant-id': 'here' };
    const answer = await submit(
      { priority: 'SOON', actions: [{ type: 'noop.run', params: { extra: 1 } }] },
      headers,
    );
    expect(answer.status).toBe(400);
    expect(pathsOf(answer).toSorted()).toEqual(
      ['Idempotency-Key', 'X-Tenant-ID', 'actions[0].params.extra', 'goal', 'priority'].toSorted(),
    );
  });

  test.each([
    [{ operation: 'noop.run', payload: { extra: 1 } }, 'payload.extra', 'There is no such property.'],
    [{ operation: 'noop.run' }, 'payload', 'must be an object'],
    [{ operation: 7, payload: {} }, 'operation', 'operation must be text'],
    [{ payload: {} }, 'operation', 'operation is missing'],
    [{ operation: 'noop.run', ...aTask }, 'operation', 'There is no such property.'],
  ])('a short submission in its own words: %#', async (body, path, message) => {
    const answer = await submit(body);
    expect(answer).toMatchObject({ status: 400, body: { faults: [{ path, message }] } });
    expect(answer.body['detail']).toContain(path);
    expect(answer.body['detail']).not.toContain('actions[0]');
  });

  test('every fault of a body, with its path', async () => {
    const actions = [
      { type: 'noop.run', params: { extra: 1 } },
      { type: 'noop.run', params: 7, dependsOn: ['x'] },
    ];
    const answer = await submit({ priority: 'SOON', actions, colour: 'red' });
    expect(answer.status).toBe(400);
    expect(pathsOf(answer)).toEqual(
      expect.arrayContaining(['goal', 'priority', 'colour', 'actions[1].params']),
    );
  });

  test.each([
    ['without a key', 401, 'AUTHENTICATION_FAILED', { authorization: undefined }],
    ['with a key of nobody', 401, 'AUTHENTICATION_FAILED', { authorization: 'Bearer cs_none' }],
    ['for another tenant', 403, 'AUTHORIZATION_FAILED', { 'x-tenant-id': crypto.randomUUID() }],
  ])('%s', async (_words, status, code, headers) => {
    expect(await submit(aTask, headers)).toMatchObject({ status, body: { code, reason: code, faults: [] } });
  });

  test('without the right', async () => {
    const answer = await submit(aTask, { authorization: `Bearer ${keys.viewer}` });
    expect(answer).toMatchObject({ status: 403, body: { code: 'AUTHORIZATION_FAILED' } });
  });

  test.each([crypto.randomUUID(), 'no-id', '%00', "'--"])('a task that is not there: %s', async (id) => {
    const answer = await call('GET', `/tasks/${id}`);
    expect(answer).toMatchObject({ status: 404, body: { code: 'RESOURCE_NOT_FOUND' } });
  });

  test('a body that is too large, no JSON, inexact or of another type', async () => {
    expect(await submit({ goal: 'x'.repeat(5 * 1024 * 1024) })).toMatchObject({ status: 413 });
    expect(await submit('{')).toMatchObject({ status: 400 });
    expect(await submit('[]')).toMatchObject({ status: 400 });
    expect(await submit('{"goal":"x","timeoutMs":9007199254740993}')).toMatchObject({ status: 400 });
    expect(await submit('<x/>', { 'content-type': 'application/xml' })).toMatchObject({ status: 415 });
    expect(await submit({ ...aTask, idempotencyKey: 'mine' })).toMatchObject({ status: 400 });
    expect(await call('GET', '/tasks/x?after=1&after=2')).toMatchObject({ status: 404 });
  });
});

describe('whatever is sent', () => {
  const part = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constant(undefined));
  const body = fc.oneof(
    fc.jsonValue({ maxDepth: 4 }),
    fc.record({
      goal: fc.oneof(fc.string(), part),
      actions: fc.oneof(
        part,
        fc.array(
          fc.record({
            type: fc.oneof(fc.string(), fc.constant('noop.run')),
            params: part,
            name: part,
            dependsOn: part,
          }),
        ),
      ),
      mode: part,
      tags: part,
      timeoutMs: part,
      retry: part,
      correlationId: part,
    }),
  );

  test('POST /tasks answers as the document says, and never with 500', async () => {
    await fc.assert(
      fc.asyncProperty(body, fc.string({ unit: 'binary-ascii', maxLength: 20 }), async (sent, key) => {
        const header = key.replace(/[^\x20-\x7e]/g, '');
        const { status } = await submit(JSON.stringify(sent) ?? '', {
          'idempotency-key': header || undefined,
        });
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 200 },
    );
  });

  test('GET /tasks/{id} answers as the document says, and never with 500', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), fc.string(), async (id, after) => {
        const path = `/tasks/${encodeURIComponent(`-${id}`)}?after=${encodeURIComponent(after)}`;
        expect((await call('GET', path)).status).toBeLessThan(500);
      }),
      { numRuns: 100 },
    );
  });
});
