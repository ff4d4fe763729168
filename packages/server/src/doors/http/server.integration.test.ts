import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, keys, startTestServer, type TestServer } from '../../../testing/http-server.ts';
import { openRawSocket } from '../../../testing/raw-socket.ts';
import { clusterTls } from '../../../testing/tls.ts';
import { createTlsListener } from './tls-listener.ts';

const script = `console.log('${'console '.repeat(200)}');`;
const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
let webRoot: string;
let server: TestServer;
beforeAll(async () => {
  webRoot = await mkdtemp(join(tmpdir(), 'countersign-web-'));
  await mkdir(join(webRoot, 'assets'));
  await writeFile(join(webRoot, 'index.html'), '<!doctype html><title>Console</title>');
  await writeFile(join(webRoot, 'assets/app-4f3c2b1a.js'), script);
  await writeFile(join(webRoot, 'assets/app-4f3c2b1a.js.br'), brotliCompressSync(script));
  await writeFile(join(webRoot, '.env'), 'SECRET=1');
  server = await startTestServer({ webRoot });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(webRoot, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.url}${path}`, { headers });

describe('probes and metrics', () => {
  it.each([
    ['/healthz', 'healthy'],
    ['/health', 'healthy'],
    ['/readyz', 'ready'],
    ['/ready', 'ready'],
    ['/livez', 'live'],
  ])('are at %s', async (path, status) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ status });
  });

  it('are at /metrics, as Prometheus reads them', async () => {
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toMatch('text/plain; version=0.0.4');
    expect(await response.text()).toBe('up 1\n');
    const open = await get('/metrics', {
      accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5',
    });
    expect(open.headers.get('content-type')).toMatch('application/openmetrics-text; version=1.0.0');
    expect(await open.text()).toBe('up 1\n# EOF\n');
  });

  it('ask for their tokens where they have some, of everybody but monitors, and tell more to who brings one', async () => {
    await using shut = await startTestServer({
      gates: { metricsToken: 'of-prometheus', healthToken: 'of-health', trustedProxies: 1 },
      metricsPath: '/internal/metrics',
    });
    const ask = async (path: string, token: string | null, address?: string): Promise<unknown> => {
      const headers = {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(address !== undefined && { 'x-forwarded-for': address }),
      };
      const answer = await fetch(`${shut.url}${path}`, { headers });
      const text = await answer.text();
      return answer.status === 200 ? text : answer.status;
    };
    const stranger = '203.0.113.7';
    expect(await ask('/internal/metrics', null)).toBe(401);
    expect(await ask('/internal/metrics', 'of-health')).toBe(401);
    expect(await ask('/internal/metrics', 'of-prometheus', stranger)).toBe('up 1\n');
    expect(await ask('/metrics', 'of-prometheus')).toBe(404);
    for (const path of ['/healthz', '/readyz', '/livez', '/health', '/ready']) {
      expect(await ask(path, null, stranger)).toBe(401);
      expect(await ask(path, 'a guess')).toBe(401);
      expect(await ask(path, null)).not.toContain('details');
    }
    expect(await ask('/healthz', 'of-health', stranger)).toContain('details');
    expect(await ask('/readyz', 'of-health', stranger)).toContain('details');
    const byKey = { headers: { 'x-api-key': 'of-health' } };
    expect(await (await fetch(`${shut.url}/healthz`, byKey)).text()).toContain('details');
  });
});

describe('the console', () => {
  it.each(['/', '/tasks', '/tasks/0199-abc', '/approvals?view=MINE'])(
    'is at %s, asked for anew each time',
    async (path) => {
      const response = await get(path, html);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('<title>Console</title>');
      expect(response.headers.get('cache-control')).toBe('no-cache');
    },
  );

  it('has hashed files that never change, compressed where the build did so', async () => {
    const response = await get('/assets/app-4f3c2b1a.js', { 'accept-encoding': 'br' });
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('content-encoding')).toBe('br');
    expect(response.headers.get('content-type')).toContain('javascript');
    expect(await response.text()).toBe(script);
    const plain = await get('/assets/app-4f3c2b1a.js', { 'accept-encoding': 'identity' });
    expect(plain.headers.get('content-encoding')).toBeNull();
  });

  it.each([
    '/assets/app-00000000.js',
    '/favicon.png',
    '/graphql/x',
    '/api/actions',
    '/session/x',
    '/healthz/x',
    '/.env',
    '/assets/..%2f.env',
    '/assets',
  ])('is not at %s', async (path) => {
    const response = await get(path, path === '/assets' ? {} : html);
    const text = await response.text();
    expect(response.status).toBe(404);
    expect(text).toContain('RESOURCE_NOT_FOUND');
    expect(text).not.toContain('SECRET');
  });

  it.each(['/tasks/%ff', '/%', `/tasks/${'x'.repeat(2_000)}%zz`])(
    'says in its own words that an address cannot be read: %#',
    async (path) => {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        httpRequest(server.url, { path }, resolve).on('error', reject).end();
      });
      expect(response.statusCode).toBe(400);
      expect(JSON.parse(await textOf(response))).toMatchObject({
        error: { code: 'SCHEMA_VALIDATION_FAILED', message: expect.stringContaining('%'), retriable: false },
      });
    },
  );

  it('runs nothing of others, and in nobody else’s frame', async () => {
    const { headers } = await get('/', html);
    const policy = headers.get('content-security-policy') ?? '';
    const { host } = new URL(server.url);
    expect(policy.split(';')).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        `connect-src 'self' ws://${host}`,
        "font-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ]),
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('strict-transport-security')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('a session of the console', () => {
  const signIn = (token: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${server.url}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ token }),
    });
  const write = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: `cs_session=${keys.session}`, ...headers },
      body: JSON.stringify({ query: 'mutation { write(text: "by cookie") }' }),
    });

  it('begins with a one-time token, in a cookie that scripts cannot read', async () => {
    const response = await signIn('one-time', { origin: server.url });
    expect(response.status).toBe(204);
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toContain(`cs_session=${keys.session};`);
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(cookie).toMatch(/Path=\//);
    expect(cookie).toMatch(/Expires=/);
    expect(cookie).not.toMatch(/Secure/);
  });

  it('is for https alone where people use https', async () => {
    await using encrypted = await startTestServer({ isEncrypted: true });
    const response = await fetch(`${encrypted.url}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: 'one-time' }),
    });
    expect(response.headers.get('set-cookie')).toMatch(/Secure/);
    expect(response.headers.get('strict-transport-security')).toMatch(/max-age=\d+/);
    expect(response.headers.get('content-security-policy')).toContain('wss://');
  });

  it.each([
    [401, 'AUTHENTICATION_FAILED', 'used'],
    [400, 'SCHEMA_VALIDATION_FAILED', ''],
    [400, 'SCHEMA_VALIDATION_FAILED', { $ne: null }],
  ])('does not begin: %i %s for %j', async (status, code, token) => {
    const response = await signIn(token);
    expect(response.status).toBe(status);
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  it('does not begin by a GET, nor from another page', async () => {
    expect((await get('/session?token=one-time')).status).toBe(405);
    expect((await signIn('one-time', { origin: 'https://evil.example' })).status).toBe(403);
  });

  it('writes from our own page', async () => {
    expect(await (await write({ origin: server.url })).json()).toEqual({ data: { write: 'by cookie' } });
  });

  it.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['no origin at all', { origin: 'null' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
  ] as [string, Record<string, string>][])('writes nothing from %s', async (_, headers) => {
    const before = server.observed.written.length;
    const response = await write(headers);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'AUTHORIZATION_FAILED' } }],
    });
    expect(server.observed.written).toHaveLength(before);
  });

  it('does not make up for a bad key', async () => {
    expect((await write({ authorization: 'Bearer nobody', origin: server.url })).status).toBe(401);
  });

  it('ends by DELETE', async () => {
    await using own = await startTestServer();
    const headers = { cookie: `cs_session=${keys.session}` };
    const response = await fetch(`${own.url}/session`, { method: 'DELETE', headers });
    expect(response.status).toBe(204);
    expect(response.headers.get('set-cookie')).toMatch(/cs_session=;.*(Max-Age=0|1970)/);
    const query = { headers: { ...headers, 'apollo-require-preflight': '1' } };
    expect((await fetch(`${own.url}/graphql?query={viewerName}`, query)).status).toBe(401);
  });
});

describe('a request that cannot be used', () => {
  const post = (body: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.admin}`, 'content-type': 'application/json', ...headers },
      body,
    });

  it.each([
    [400, '{"query":', {}],
    [400, '', {}],
    [400, '{"__proto__":{"x":1},"query":"{viewerName}"}', {}],
    [413, `{"query":"${'a'.repeat(5 * 1024 * 1024)}"}`, {}],
    [415, '<query/>', { 'content-type': 'application/xml' }],
  ] as [number, string, Record<string, string>][])('is told so: %i', async (status, body, headers) => {
    const response = await post(body, headers);
    expect(response.status).toBe(status);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({
      errors: [{ extensions: { code: 'SCHEMA_VALIDATION_FAILED' } }],
    });
    expect(text).not.toMatch(/node_modules|\.js:/);
  });

  it.each(['bad host', 'a b', '[', 'x/y'])('has a Host of %j: 400', async (host) => {
    const status = await new Promise((resolve, reject) => {
      const options = { port: server.http.port, host: '127.0.0.1', path: '/graphql', headers: { host } };
      httpRequest(options, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(400);
  });

  it('takes a large list of tasks', async () => {
    const { status, body } = await ask(server.url, 'mutation ($text: String!) { write(text: $text) }', {
      variables: { text: 'x'.repeat(3 * 1024 * 1024) },
    });
    expect(status).toBe(200);
    expect(body.errors).toBeUndefined();
  });
});

describe('limits of rate', () => {
  it('are told with every answer, and then with 429', async () => {
    await using small = await startTestServer({ rateLimits: { caller: { limit: 3, windowMs: 60_000 } } });
    const answers = [];
    for (let count = 0; count < 4; count += 1) answers.push(await ask(small.url, '{ viewerName }'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    const [first] = answers;
    expect(first?.headers.get('x-ratelimit-limit')).toBe('3');
    expect(first?.headers.get('x-ratelimit-remaining')).toBe('2');
    expect(Number(first?.headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000 - 5);
    expect(first?.headers.get('ratelimit-policy')).toContain('"caller";q=3;w=60');
    expect(first?.headers.get('ratelimit')).toMatch(/"address";r=\d+;t=\d+, "caller";r=2;t=\d+, "tenant"/);
    const last = answers.at(-1);
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(last?.body.errors?.[0]?.extensions).toMatchObject({
      code: 'RATE_LIMIT_EXCEEDED',
      retriable: true,
    });
    expect(last?.body.errors?.[0]?.extensions.retryAfterMs).toBeGreaterThan(0);
    expect((await ask(small.url, '{ viewerName }', { key: keys.agent })).status).toBe(200);

    const socket = await openRawSocket(small.url);
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${keys.admin}` } });
    await socket.next();
    socket.send({ id: '1', type: 'subscribe', payload: { query: '{ viewerName }' } });
    expect(await socket.next()).toMatchObject({ payload: [{ extensions: { code: 'RATE_LIMIT_EXCEEDED' } }] });
    socket.client.close();
    await socket.closed;
  });

  it('count where a request comes from by the word of our own proxies alone, and what an operation costs', async () => {
    const rateLimits = { address: { limit: 5, windowMs: 60_000 }, caller: { limit: 7, windowMs: 60_000 } };
    await using small = await startTestServer({
      rateLimits,
      gates: { trustedProxies: ['127.0.0.1'] },
    });
    const from = (address: string) => ({ 'x-forwarded-for': `192.0.2.1, ${address}` });
    const four = await ask(small.url, '{ a: viewerName b: viewerName c: viewerName d: viewerName }', {
      headers: from('203.0.113.1'),
    });
    expect(four.headers.get('ratelimit')).toMatch(/"address";r=1;t=\d+, "caller";r=3;t=\d+/);
    const tooMuch = await ask(small.url, '{ a: viewerName b: viewerName }', { headers: from('203.0.113.1') });
    expect([tooMuch.status, tooMuch.headers.get('retry-after')]).toEqual([
      429,
      expect.stringMatching(/^\d+$/),
    ]);
    const wrong = await ask(small.url, '{ viewerName }', { key: 'guess', headers: from('203.0.113.1') });
    expect([wrong.status, wrong.headers.get('x-ratelimit-limit')]).toEqual([429, '5']);
    const elsewhere = await ask(small.url, '{ viewerName }', { headers: from('203.0.113.2') });
    expect([elsewhere.status, elsewhere.headers.get('x-ratelimit-remaining')]).toEqual([200, '1']);
  });

  it('are on strangers who ask how we are, and not on this machine', async () => {
    const probes = { perSecond: 100, perMinute: 2, perHour: 100, monitoringExemption: ['203.0.113.9'] };
    await using small = await startTestServer({ gates: { probes, trustedProxies: 1 } });
    const statuses = async (address?: string): Promise<number[]> => {
      const headers = address === undefined ? {} : { 'x-forwarded-for': address };
      return Promise.all([1, 2, 3].map(async () => (await fetch(`${small.url}/health`, { headers })).status));
    };
    expect((await statuses('203.0.113.1')).toSorted()).toEqual([200, 200, 429]);
    expect(await statuses('203.0.113.9')).toEqual([200, 200, 200]);
    expect(await statuses()).toEqual([200, 200, 200]);
  });

  it('keep an address from guessing, in both transports, and nobody who need not guess', async () => {
    await using small = await startTestServer({ rateLimits: { failures: { limit: 3, windowMs: 60_000 } } });
    for (let count = 0; count < 2; count += 1)
      expect((await ask(small.url, '{ a }', { key: `guess-${count}` })).status).toBe(401);
    for (let count = 0; count < 2; count += 1) {
      const socket = await openRawSocket(small.url);
      socket.send({ type: 'connection_init', payload: { authorization: `Bearer guess-${count}` } });
      await socket.closed;
    }
    const answer = await ask(small.url, '{ a }', { key: 'guess-again' });
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).not.toBeNull();
    expect((await ask(small.url, '{ viewerName }', { key: keys.admin })).status).toBe(200);
    const socket = await openRawSocket(small.url);
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${keys.admin}` } });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    socket.client.close();
    await socket.closed;
    expect((await fetch(`${small.url}/healthz`)).status).toBe(200);
  });
});

describe('bodies that were not answered yet', () => {
  const megabyte = 1024 * 1024;
  /** A request that keeps its body back. */
  const hold = (url: string, headers: Record<string, string | number>) => {
    const request = httpRequest(`${url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.admin}`, 'content-type': 'application/json', ...headers },
    });
    request.on('error', () => undefined);
    request.flushHeaders();
    return request;
  };
  const statusOf = async (url: string, key: string): Promise<number> =>
    (await ask(url, '{ viewerName }', { key })).status;

  it.each([
    ['says how long it is', { 'content-length': 2 * megabyte }],
    ['does not say how long it is', { 'transfer-encoding': 'chunked' }],
  ])('have room for each caller, and it is given back: one that %s', async (_what, headers) => {
    const bodyLimits = { each: 2 * megabyte, total: 8 * megabyte };
    await using small = await startTestServer({
      bodyLimits: 'transfer-encoding' in headers ? { ...bodyLimits, each: 4 * megabyte } : bodyLimits,
    });
    const held = hold(small.url, headers);
    await vi.waitFor(async () => expect(await statusOf(small.url, keys.admin)).toBe(429), {
      timeout: 20_000,
    });
    const refused = await ask(small.url, '{ viewerName }');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.body.errors?.[0]).toMatchObject({
      message: expect.stringContaining('Wait for their answers') as string,
      extensions: { code: 'RATE_LIMIT_EXCEEDED', retriable: true },
    });
    expect(await statusOf(small.url, keys.agent)).toBe(200);
    held.destroy();
    await vi.waitFor(async () => expect(await statusOf(small.url, keys.admin)).toBe(200), {
      timeout: 20_000,
    });
  });

  it('are refused where as much of a caller waits as may, without keeping others', async () => {
    await using full = await startTestServer({ hasRoom: false });
    const refused = await ask(full.url, '{ viewerName }', { key: keys.agent });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(refused.body.errors?.[0]).toMatchObject({ extensions: { code: 'SERVICE_DOWN', retriable: true } });
    expect(await statusOf(full.url, keys.admin)).toBe(200);
  });

  it('have room for all of them together', async () => {
    await using small = await startTestServer({ bodyLimits: { each: 2 * megabyte, total: 2 * megabyte } });
    const held = hold(small.url, { 'content-length': 2 * megabyte });
    await vi.waitFor(async () => expect(await statusOf(small.url, keys.agent)).toBe(429), {
      timeout: 20_000,
    });
    expect(
      (
        await fetch(`${small.url}/session`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{}',
        })
      ).status,
    ).toBe(429);
    held.destroy();
    await vi.waitFor(async () => expect(await statusOf(small.url, keys.agent)).toBe(200), {
      timeout: 20_000,
    });
  });
});

describe('starting and stopping', () => {
  it('says in one sentence that the port is taken', async () => {
    const { port } = server.http;
    await expect(startTestServer({ port })).rejects.toThrow(
      `Port ${port} on 127.0.0.1 cannot be used: another program has it. Set PORT to a free one.`,
    );
  });

  it('says in one sentence that the host is none of this machine', async () => {
    await expect(startTestServer({ host: '192.0.2.1', port: 0 })).rejects.toThrow(
      'Port 0 on 192.0.2.1 cannot be used: this machine has no such address. Set COUNTERSIGN_HOST to one that it has.',
    );
  });

  it('refuses an upgrade anywhere else', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': 'x',
        'sec-websocket-version': '13',
      };
      httpRequest({ port: server.http.port, path: '/', headers })
        .on('response', ({ statusCode }) => {
          resolve(statusCode);
        })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(404);
  });

  it('stops: not ready, sockets gone with 1001, requests in flight answered, nothing left', async () => {
    const stopping = await startTestServer();
    const socket = await openRawSocket(stopping.url);
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${keys.admin}` } });
    await socket.next();
    stopping.http.announceStop();
    const notReady = await fetch(`${stopping.url}/readyz`);
    expect(notReady.status).toBe(503);
    expect(notReady.headers.get('connection')).toBe('close');
    // Whoever comes before it closes is let in.
    const late = await openRawSocket(stopping.url);

    const inFlight = Array.from({ length: 20 }, () => ask(stopping.url, '{ slow(ms: 200) }'));
    await vi.waitFor(() => expect(stopping.observed.slow).toHaveLength(20), { timeout: 20_000 });
    const startedAt = performance.now();
    const stopped = stopping.http.stop(30_000);
    expect((await socket.closed).code).toBe(1001);
    expect((await late.closed).code).toBe(1001);
    for (const answer of await Promise.all(inFlight)) expect(answer.body).toEqual({ data: { slow: 'done' } });
    await stopped;
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    await expect(fetch(`${stopping.url}/livez`)).rejects.toThrow();
    await stopping[Symbol.asyncDispose]();
  });

  it('waits for no connection that was kept by a request from before the stop', async () => {
    const stopping = await startTestServer();
    const inFlight = Array.from({ length: 5 }, () => ask(stopping.url, '{ slow(ms: 200) }'));
    await vi.waitFor(() => expect(stopping.observed.slow).toHaveLength(5), { timeout: 20_000 });
    const startedAt = performance.now();
    await stopping.http.stop(20_000);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    for (const answer of await Promise.all(inFlight)) expect(answer.body).toEqual({ data: { slow: 'done' } });
    await stopping[Symbol.asyncDispose]();
  });

  it('cuts who never shook hands', async () => {
    const { cert: certificate, key } = clusterTls;
    const stopping = await startTestServer({
      tls: createTlsListener({ certificate, key, clientAuthorities: null }),
    });
    const socket = connect(stopping.http.port, '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    const startedAt = performance.now();
    await stopping.http.stop(200);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    socket.destroy();
    await stopping[Symbol.asyncDispose]();
  });

  it('cuts at the deadline what does not end', async () => {
    const stopping = await startTestServer();
    const cut = ask(stopping.url, '{ slow(ms: 60000) }').catch((error: unknown) => error);
    await vi.waitFor(() => expect(stopping.observed.slow).toHaveLength(1), { timeout: 20_000 });
    const startedAt = performance.now();
    await stopping.http.stop(200);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect(await cut).toBeInstanceOf(Error);
    await stopping[Symbol.asyncDispose]();
  });
});
