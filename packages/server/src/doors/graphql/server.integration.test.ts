import { serverAudits } from 'graphql-http';
import { createClient, fetchExchange } from '@urql/core';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest';
import { ask, keys, startTestServer, type TestServer } from '../../../testing/http-server.ts';
import { schemaText } from './schema/schema-text.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('GraphQL over HTTP', () => {
  const audits = serverAudits({
    url: () => `${server.url}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) => {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${keys.admin}`);
      return fetch(url, { ...init, headers });
    },
  });
  const levels = (level: string) => audits.filter(({ name }) => name.split(' ')[0] === level);

  it('is audited by 13 MUST and 23 SHOULD', () => {
    expect(levels('MUST')).toHaveLength(13);
    expect(levels('SHOULD')).toHaveLength(23);
  });
  it.each([...levels('MUST'), ...levels('SHOULD')].map((audit) => [audit.id, audit.name, audit] as const))(
    'passes %s: %s',
    async (_id, _name, audit) => {
      const result = await audit.fn();
      expect(result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`).toBe('ok');
    },
  );
  it('answers an oversized document like one that is not valid', async () => {
    const long = `{ ${'a'.repeat(10)} ${'viewerName '.repeat(1000)} }`;
    const plain = await ask(server.url, long, { headers: { accept: 'application/json' } });
    const strict = await ask(server.url, long, { headers: { accept: 'application/graphql-response+json' } });
    expect([plain.status, strict.status]).toEqual([200, 400]);
    expect(plain.body.errors?.[0]?.extensions.code).toBe('QUERY_TOO_COMPLEX');
  });
});

test('the schema is a document for whoever may read it, and for nobody else', async () => {
  const read = (headers: Record<string, string>) => fetch(`${server.url}/schema.graphql`, { headers });
  const answer = await read({ authorization: `Bearer ${keys.admin}` });
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  const everything = getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true });
  const { data } = JSON.parse((await ask(server.url, everything)).text) as { data: IntrospectionQuery };
  expect(await answer.text()).toBe(schemaText(buildClientSchema(data)));
  expect((await read({ authorization: `Bearer ${keys.agent}` })).status).toBe(403);
  expect((await read({})).status).toBe(401);
});

describe('who calls', () => {
  it('is known in every resolver, with the id of the request', async () => {
    const { body, headers } = await ask(server.url, '{ viewerName requestId }', {
      key: keys.agent,
      headers: { 'x-request-id': 'request-of-a-test' },
    });
    expect(body.data).toEqual({ viewerName: 'agent', requestId: 'request-of-a-test' });
    expect(headers.get('x-request-id')).toBe('request-of-a-test');
  });

  it.each([
    ['nothing', null],
    ['a wrong key', 'nobody'],
  ])('gets 401 with %s, whatever is asked', async (_, key) => {
    for (const query of ['{ viewerName }', '{', 'x'.repeat(2_000_000)]) {
      const { status, body, headers } = await ask(server.url, query, { key });
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer');
      expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'AUTHENTICATION_FAILED', retriable: false });
    }
  });

  it('is known to have gone to what is still done for them', async () => {
    const leaving = new AbortController();
    const asked = fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${keys.agent}` },
      body: JSON.stringify({ query: '{ untilLeft }' }),
      signal: leaving.signal,
    });
    const { slow, left } = server.observed;
    await vi.waitFor(() => expect(slow).toHaveLength(1), 60_000);
    expect(left).toEqual([]);
    leaving.abort();
    await expect(asked).rejects.toThrow('abort');
    await vi.waitFor(() => expect(left).toEqual(['agent']), 60_000);
  });

  it('may read the schema by role alone', async () => {
    const query = '{ __schema { types { name } } }';
    expect((await ask(server.url, query, { key: keys.admin })).status).toBe(200);
    const refused = await ask(server.url, query, { key: keys.agent });
    expect(refused.status).toBe(403);
    expect(refused.body.errors?.[0]?.extensions.code).toBe('AUTHORIZATION_FAILED');
    expect(refused.text).not.toContain('Query');
  });
});

describe('errors', () => {
  it('hide what nobody expected and keep the rest of the answer', async () => {
    const { status, body, text, headers } = await ask(server.url, '{ viewerName boom }');
    expect(status).toBe(200);
    expect(body.data).toEqual({ viewerName: 'admin', boom: null });
    expect(body.errors?.[0]).toMatchObject({
      path: ['boom'],
      extensions: { code: 'INTERNAL_ERROR', requestId: headers.get('x-request-id') },
    });
    expect(text).not.toContain('hunter2');
    const logged = server.log.filter((line) => line.includes(headers.get('x-request-id') ?? 'none'));
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('testing/http-server.ts');
  });

  it('of ours pass with their code', async () => {
    const { body } = await ask(server.url, '{ refused }');
    expect(body.errors?.[0]).toMatchObject({
      message: 'That is not yours.',
      extensions: { code: 'AUTHORIZATION_FAILED', retriable: false },
    });
  });

  it('of a null where none may be are ours', async () => {
    const { body } = await ask(server.url, '{ broken }');
    expect(body.data).toBeNull();
    expect(body.errors?.[0]?.extensions.code).toBe('INTERNAL_ERROR');
  });

  it.each([
    ['query ($filter: Filter) { count(filter: $filter) }', { filter: { unit: 'MINUTE' } }],
    ['query ($filter: Filter) { count(filter: $filter) }', { filter: { texts: 'x' } }],
    ['query ($id: ID) { required(id: $id) }', {}],
    ['{ viewerNames }', {}],
    ['{ count(filter: { unit: HOURS }) }', {}],
    ['query A { viewerName } query B { viewerName }', {}],
    ['subscription { ticks(count: 1) }', {}],
    ['subscription ($n: Boolean = true) { ticks(count: 1) @include(if: $n) }', {}],
    ['{ ', {}],
  ])('of bad input say so without a suggestion: %s %j', async (query, variables) => {
    const { status, body, text } = await ask(server.url, query, { variables });
    expect(status).toBeLessThan(500);
    expect(body.errors?.[0]?.extensions.code).toBe('SCHEMA_VALIDATION_FAILED');
    expect(text).not.toContain('Did you mean');
  });

  it('of an outage of our own are 500 without a word of it', async () => {
    const response = await fetch(`${server.url}/graphql`, { headers: { authorization: 'Bearer outage' } });
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).toContain('INTERNAL_ERROR');
    expect(text).not.toContain('db:5432');
    expect(server.log.some((line) => line.includes('db:5432'))).toBe(true);
  });
});

describe('a number that no double holds', () => {
  const post = (body: string) =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.admin}`, 'content-type': 'application/json' },
      body,
    });

  it('is refused before another one is read, in variables and in the document', async () => {
    const inVariables = await post('{"query":"{ viewerName }","variables":{"a":{"b":4503599627370497.75}}}');
    expect(inVariables.status).toBe(400);
    expect(await inVariables.json()).toMatchObject({
      errors: [
        {
          message: 'The number 4503599627370497.75 cannot be held exactly: send it as text.',
          extensions: { code: 'SCHEMA_VALIDATION_FAILED' },
        },
      ],
    });
    const { body } = await ask(server.url, '{ viewerName @include(if: 4503599627370497.75) }');
    expect(JSON.stringify(body)).toContain('4503599627370497.75 cannot be held exactly');
  });

  it.each(['variables', 'extensions'])('is refused in the %s of a GET', async (where) => {
    const url = new URL(`${server.url}/graphql?query={viewerName}`);
    url.searchParams.set(where, '{"a":{"b":4503599627370497.75}}');
    const answer = await fetch(url, { headers: { authorization: `Bearer ${keys.admin}` } });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('4503599627370497.75 cannot be held exactly');
  });

  it('may stand in text, and a number that is held may stand anywhere', async () => {
    const answer = await post(
      '{"query":"{ viewerName }","variables":{"a":"4503599627370497.75","b":1234.25}}',
    );
    expect(answer.status).toBe(200);
  });
});

describe('what browsers may be made to send', () => {
  it.each([
    ['a GET', {}],
    ['a POST of text', { method: 'POST', body: '{"query":"{ viewerName }"}' }],
  ])('with the cookie of the console is no simple request: %s', async (_what, init) => {
    const response = await fetch(`${server.url}/graphql?query={viewerName}`, {
      ...init,
      headers: { cookie: `cs_session=${keys.session}`, 'sec-fetch-site': 'same-origin' },
    });
    expect([400, 415]).toContain(response.status);
    expect(await response.text()).not.toContain('"viewerName"');
  });

  it('is no batch', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.admin}`, 'content-type': 'application/json' },
      body: JSON.stringify([{ query: '{ viewerName }' }, { query: '{ viewerName }' }]),
    });
    expect(response.status).toBe(400);
  });
});

describe('a query by GET with a key', () => {
  it('is answered as urql asks it', async () => {
    const client = createClient({
      url: `${server.url}/graphql`,
      exchanges: [fetchExchange],
      preferGetMethod: 'force',
      fetchOptions: { headers: { authorization: `Bearer ${keys.admin}` } },
    });
    const query = 'query Greet($name: String) { greeting(name: $name) }';
    const { data, error } = await client.query<unknown>(query, { name: 'é & =' }).toPromise();
    expect(error).toBeUndefined();
    expect(data).toEqual({ greeting: 'Hello, é & =' });
  });

  it('is answered as the link of Apollo asks it', async () => {
    const url = new URL(`${server.url}/graphql`);
    url.searchParams.set('query', 'query Greet($name: String) { greeting(name: $name) __typename }');
    url.searchParams.set('operationName', 'Greet');
    url.searchParams.set('variables', '{"name":"you"}');
    url.searchParams.set('extensions', '{"clientLibrary":{"name":"@apollo/client","version":"4.0.0"}}');
    const accept = 'application/graphql-response+json,application/json;q=0.9';
    const response = await fetch(url, { headers: { accept, authorization: `Bearer ${keys.admin}` } });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ data: { greeting: 'Hello, you', __typename: 'Query' } });
  });

  it('changes nothing', async () => {
    const query = encodeURIComponent('mutation { write(text: "by GET") }');
    const response = await fetch(`${server.url}/graphql?query=${query}`, {
      headers: { authorization: `Bearer ${keys.admin}` },
    });
    expect(response.status).toBe(405);
    expect(server.observed.written).not.toContain('by GET');
  });
});

describe('an answer to a client that can unpack it', () => {
  const encodingOf = async (query: string, variables: object, accept: string): Promise<string | null> => {
    const { headers, body } = await ask(server.url, query, {
      variables,
      headers: { 'accept-encoding': accept },
    });
    expect(body.errors).toBeUndefined();
    return headers.get('content-encoding');
  };
  const greeting = 'query ($name: String) { greeting(name: $name) }';

  it.each([
    ['br, gzip', 2_000, 'br'],
    ['gzip, deflate', 2_000, 'gzip'],
    ['gzip', 3_000_000, 'gzip'],
    ['br', 3_000_000, 'br'],
    ['identity', 2_000, null],
    ['gzip', 20, null],
  ])('who accepts %s gets %d characters as %s', async (accept, length, encoding) => {
    expect(await encodingOf(greeting, { name: 'x'.repeat(length) }, accept)).toBe(encoding);
  });

  it('is never packed where a secret may be in it', async () => {
    const write = 'mutation ($text: String!) { write(text: $text) }';
    expect(await encodingOf(write, { text: 'x'.repeat(5_000) }, 'br, gzip')).toBeNull();
  });
});
