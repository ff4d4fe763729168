import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createRestWorld,
  type RestAnswer,
  type RestCaller,
  type RestWorld,
  type SentHeaders,
} from '../../../testing/rest-world.ts';

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

let world: RestWorld;
beforeAll(async () => {
  world = await createRestWorld(policyDataIn);
});
afterAll(() => world[Symbol.asyncDispose]());

const call: RestCaller['call'] = (method, path, sent) => world.agent.call(method, path, sent);

const submit = (body: string | object, headers: SentHeaders = {}): Promise<RestAnswer> =>
  call('POST', '/tasks', { body, headers: { 'idempotency-key': crypto.randomUUID(), ...headers } });

/** Readers see an event a moment after it became true. */
const patiently = { timeout: 20_000 };

const aTask = { goal: 'Try the door', actions: [{ type: 'noop.run', params: {} }] };
const pathsOf = ({ body }: RestAnswer): string[] =>
  (body['faults'] as { path: string }[]).map(({ path }) => path);

describe('the document', () => {
  test('is OpenAPI 3.0.3 and whole in itself', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(world.document));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(world.document.openapi).toBe('3.0.3');
    const refs = [...JSON.stringify(world.document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    expect(refs.map(([, name = '']) => name).every((name) => name in world.document.components.schemas)).toBe(
      true,
    );
    expect(JSON.stringify(world.document)).not.toMatch(/"\$ref":"(?!#\/components\/schemas\/)/);
  });

  test('passes the rules that API catalogues hold such documents against', async () => {
    // A link to the licence would lead out of the document.
    const rules = { 'info-license-strict': 'off', 'info-license-url': 'off' } as const;
    const config = await createConfig({ extends: ['recommended'], rules });
    const source = JSON.stringify(world.document);
    const found = await lintFromString({ source, absoluteRef: 'openapi.json', config });
    const told = found.map(
      ({ ruleId, message, location: [at] }) => `${ruleId} ${at?.pointer ?? ''}: ${message}`,
    );
    expect(told).toEqual([]);
  });

  test('is a page for people and JSON for programs, at one address', async () => {
    const page = await fetch(`${world.app.url}/openapi`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await page.text()).toContain('POST /tasks');
    expect(await (await fetch(`${world.app.url}/openapi`)).json()).toEqual(world.document);
  });
});

test('an answer that the document does not know is noticed', () => {
  const headers = new Headers({ 'content-type': 'application/json' });
  expect(world.faultsOf('POST', '/tasks', { status: 201, headers, body: { id: 7 } })).not.toEqual([]);
  expect(world.faultsOf('POST', '/tasks', { status: 400, headers, body: {} })).not.toEqual([]);
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
      .poll(
        async () => (await call('GET', `/tasks/${id}`)).body['events'] as { type: string; seq: string }[],
        patiently,
      )
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
        approval_link: `${world.app.url}/tasks/${body['task_id'] as string}`,
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
      .poll(async () => (await call('GET', `/tasks/${body['task_id'] as string}`)).body['hold'], patiently)
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
  const response = await fetch(`${world.app.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.agent.key}`, 'content-type': 'application/json' },
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
  const response = await fetch(`${world.app.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.agent.key}`, 'content-type': 'application/json', traceparent },
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
    const answer = await submit(aTask, { authorization: `Bearer ${world.olga.key}` });
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

/** Values that come as text: in a path, a query or a header. */
const aText = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.constantFrom('1', '-1', 'true', '', '%00', crypto.randomUUID()),
);
const aBody = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.dictionary(
    fc.constantFrom(
      'goal',
      'actions',
      'decision',
      'reason',
      'revision',
      'planHash',
      'params',
      'tags',
      'intent',
      'userId',
    ),
    fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.array(fc.record({ type: fc.constantFrom('noop.run', 'x'), params: fc.jsonValue({ maxDepth: 2 }) })),
    ),
  ),
);

interface Described {
  readonly parameters: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: object;
}

describe('whatever is sent', () => {
  test('every address answers as the document says, and never with 500', async () => {
    const addresses = Object.entries(world.document.paths)
      // Its answer has no end.
      .filter(([path]) => path !== '/api/actions/events')
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, described]) => ({ method, path, ...(described as Described) })),
      );
    const values = fc.array(aText, { minLength: 8, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.nat(), values, aBody, async (index, texts, body) => {
        const { method, path, parameters, requestBody } = addresses[index % addresses.length] ?? never();
        const text = (at: number): string => encodeURIComponent(`${texts[at % texts.length]}`);
        const inQuery = parameters.filter((parameter) => parameter.in === 'query');
        const query = inQuery.map(({ name }, at) => `${name}=${text(at)}`).slice(0, index % 4);
        // Never the beginning of another address.
        const filled = path.replace(/\{\w+\}/g, () => `-${text(index)}`);
        const sent = await call(method === 'get' ? 'GET' : 'POST', [filled, query.join('&')].join('?'), {
          headers: index % 3 === 0 ? {} : { 'idempotency-key': crypto.randomUUID() },
          ...(requestBody && { body: JSON.stringify(body) }),
        });
        expect(sent.status).toBeLessThan(500);
      }),
      { numRuns: 90 },
    );
  });
});

const never = (): never => {
  throw new Error('The document has no address.');
};
