import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestExecutors, planCall } from '../../../testing/test-executors.ts';
import type { ApplyCall, Executors, PreparedAction } from '../index.ts';

const token = 'canary-token-5f2b';

let server: Server;
let origin: string;
let listener: RequestListener;
let received: { request: IncomingMessage; body: string }[];
let executors: Executors;

beforeEach(async () => {
  received = [];
  listener = (_, response) => response.end('{"ok":true}');
  server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ request, body });
      listener(request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  executors = createTestExecutors({
    egress: { allowedInternalHosts: ['127.0.0.1'], connectTimeoutMs: 500 },
    guards: { readBackDelaysMs: [10] },
    httpRequest: {
      secrets: {
        'api-token': { value: `Bearer ${token}`, origins: [origin] },
        short: { value: 'a-short-key', origins: [origin] },
        longer: { value: 'a-short-key-longer', origins: [origin] },
        quoted: { value: 'say "quoted"', origins: [origin] },
        elsewhere: { value: 'other-secret', origins: ['https://example.com'] },
        backups: { value: 'key-of-the-backups', origins: [] },
        'git-token': { value: 'token-of-git-only', origins: [origin], actions: ['git.commit'] },
      },
      allowedHeaders: ['X-Trace', 'a'],
      maxResponseBytes: 200,
    },
  });
});

afterEach(async () => {
  await executors[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

const prepare = (params: object = {}): PreparedAction => {
  const prepared = executors.prepare(
    'http.request',
    { method: 'POST', url: `${origin}/things`, ...params },
    'a',
  );
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.faults));
  return prepared.action;
};
const call = (): ApplyCall => ({
  ...planCall(),
  idempotencyKey: 'c0de'.repeat(16),
  precondition: null,
  taskId: 'task-1',
  stepId: 'step-1',
  attempt: 1,
});
const planOf = (params: object = {}) => prepare(params).plan(planCall());

describe('the plan', () => {
  test('shows the request, with the names of secrets and not their values', async () => {
    const planned = await planOf({
      headers: { 'x-trace': '1' },
      secretHeaders: { Authorization: 'api-token' },
      body: { name: 'x' },
    });
    expect(planned).toMatchObject({
      ok: true,
      value: {
        summary: `Send POST to ${origin.slice(7)}/things`,
        targets: [
          { kind: 'origin', name: origin },
          { kind: 'secret', name: 'api-token' },
        ],
        precondition: null,
        diffs: [
          {
            type: 'HTTP_REQUEST',
            method: 'POST',
            url: `${origin}/things`,
            headers: [
              { name: 'content-type', value: 'application/json', isSecret: false },
              { name: 'x-trace', value: '1', isSecret: false },
              { name: 'Authorization', value: 'api-token', isSecret: true },
            ],
            body: '{"name":"x"}',
          },
        ],
      },
    });
    expect(JSON.stringify(planned)).not.toContain(token);
    expect(received).toEqual([]);
  });

  test('names the whole place in its summary, where a query decides what happens', async () => {
    const url = `${origin}/ok?delete=everything`;
    expect(await planOf({ method: 'GET', url })).toMatchObject({
      value: { summary: `Read ${origin.slice(7)}/ok?delete=everything` },
    });
    expect(await planOf({ url: `${origin}/${'x'.repeat(1_000)}` })).toMatchObject({
      value: { summary: expect.stringMatching(/x… \(\d+ more characters\)$/) },
    });
  });

  test.each([
    ['http://169.254.169.254/latest/meta-data/', 'POLICY_DENIED'],
    ['http://10.0.0.1/', 'POLICY_DENIED'],
    ['http://[::1]/', 'POLICY_DENIED'],
    ['file:///etc/passwd', 'POLICY_DENIED'],
    ['http://user:pass@example.com/', 'POLICY_DENIED'],
    ['https://example.com:22/', 'POLICY_DENIED'],
    ['no url', 'POLICY_DENIED'],
    ['https://no-such-name.invalid/', 'NETWORK_ERROR'],
  ])('is refused for %s', async (url, code) => {
    expect(await planOf({ url })).toMatchObject({
      ok: false,
      refusal: { code, details: { faults: [{ path: 'url', message: expect.any(String) }] } },
    });
  });

  test.each([
    ['missing', 'POLICY_DENIED'],
    ['elsewhere', 'POLICY_DENIED'],
    ['git-token', 'POLICY_DENIED'],
    ['__proto__', 'POLICY_DENIED'],
  ])('is refused for the secret "%s"', async (name, code) => {
    expect(await planOf({ secretHeaders: { 'X-Api-Key': name } })).toMatchObject({
      ok: false,
      refusal: { code, details: { faults: [{ path: 'secretHeaders["X-Api-Key"]' }] } },
    });
  });

  test('names no other secrets than those that the request may send there', async () => {
    const answerTo = async (name: string) => {
      const outcome = await planOf({ secretHeaders: { 'X-Api-Key': name } });
      return JSON.stringify(outcome).replaceAll(name, 'it');
    };
    expect(await answerTo('missing')).toMatch(/api-token.*short/);
    expect(await answerTo('missing')).not.toMatch(/elsewhere|backups|git-token/);
    // Of one that is sent nowhere they do not hear that it is there.
    expect(await answerTo('backups')).toBe(await answerTo('missing'));
  });
});

describe('traits follow the request', () => {
  test('reading is reading; a write may not be repeated unless the origin is known to take keys', async () => {
    expect(prepare({ method: 'GET' }).traits).toMatchObject({ category: 'READ' });
    expect(prepare({ method: 'HEAD' }).traits).toMatchObject({ category: 'READ' });
    expect(prepare({ method: 'DELETE' }).traits).toMatchObject({ category: 'WRITE', idempotency: 'NONE' });
    await using knowing = createTestExecutors({ httpRequest: { secrets: {}, idempotentOrigins: [origin] } });
    const prepared = knowing.prepare('http.request', { method: 'POST', url: `${origin}/a` }, 'a');
    expect(prepared).toMatchObject({ ok: true, action: { traits: { idempotency: 'NATIVE_KEY' } } });
  });
});

describe('the request', () => {
  test('carries body, headers, secrets and our key', async () => {
    await prepare({
      headers: { 'X-Trace': '1' },
      secretHeaders: { Authorization: 'api-token' },
      body: { name: 'x' },
    }).apply(call());
    expect(received).toHaveLength(1);
    expect(received[0]?.body).toBe('{"name":"x"}');
    expect(received[0]?.request.headers).toMatchObject({
      'x-trace': '1',
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': 'c0de'.repeat(16),
    });
  });

  test('sends text as it is', async () => {
    await prepare({ body: 'a=b', headers: { 'Content-Type': 'text/csv' } }).apply(call());
    expect(received[0]).toMatchObject({ body: 'a=b', request: { headers: { 'content-type': 'text/csv' } } });
  });

  test('gives status, headers and body, cut where it is too long, without what is secret', async () => {
    listener = (request, response) => {
      response.writeHead(200, { 'set-cookie': 'session=1', 'x-echo': request.headers.authorization ?? '' });
      response.end(`you sent ${request.headers.authorization}`);
    };
    const output = await prepare({ secretHeaders: { Authorization: 'api-token' } }).apply(call());
    expect(output).toMatchObject({
      status: 200,
      url: `${origin}/things`,
      body: 'you sent [secret]',
      encoding: 'UTF8',
    });
    expect(JSON.stringify(output)).not.toContain(token);
    expect(JSON.stringify(output)).not.toContain('session=1');
    listener = (_, response) => response.end('x'.repeat(1_000));
    expect(await prepare().apply(call())).toMatchObject({ body: 'x'.repeat(200), isTruncated: true });
    listener = (_, response) => response.end(Buffer.from([0xff, 0xfe, 0x00]));
    expect(await prepare().apply(call())).toMatchObject({ body: '//4A', encoding: 'BASE64' });
  });

  test.each([
    [400, 'PLATFORM_REJECTED', 'NONE', false],
    [401, 'PLATFORM_AUTHENTICATION_FAILED', 'NONE', false],
    [402, 'QUOTA_EXCEEDED', 'NONE', false],
    [403, 'PLATFORM_PERMISSION_DENIED', 'NONE', false],
    [404, 'RESOURCE_NOT_FOUND', 'NONE', false],
    [301, 'PLATFORM_REJECTED', 'UNKNOWN', false],
    [308, 'PLATFORM_REJECTED', 'NONE', false],
    [408, 'EXECUTION_TIMEOUT', 'UNKNOWN', true],
    [409, 'PLATFORM_CONFLICT', 'NONE', false],
    [412, 'PLATFORM_CONFLICT', 'NONE', false],
    [428, 'PLATFORM_REJECTED', 'NONE', false],
    [422, 'PLATFORM_REJECTED', 'NONE', false],
    [429, 'RATE_LIMIT_EXCEEDED', 'NONE', true],
    [500, 'SERVICE_DOWN', 'UNKNOWN', true],
    [502, 'SERVICE_DOWN', 'UNKNOWN', true],
    [503, 'SERVICE_DOWN', 'UNKNOWN', true],
    [504, 'EXECUTION_TIMEOUT', 'UNKNOWN', true],
  ])('takes %i for %s', async (status, code, effect, retriable) => {
    listener = (_, response) => response.writeHead(status).end('why');
    await expect(prepare().apply(call())).rejects.toMatchObject({
      code,
      effect,
      retriable,
      details: { status, body: 'why' },
    });
  });

  test('quotes no secret that the platform throws back', async () => {
    listener = (request, response) => response.writeHead(401).end(`bad: ${request.headers.authorization}`);
    await expect(
      prepare({ secretHeaders: { Authorization: 'api-token' } }).apply(call()),
    ).rejects.toMatchObject({ code: 'PLATFORM_AUTHENTICATION_FAILED', details: { body: 'bad: [secret]' } });
  });

  test.each<[string, (secret: string, response: ServerResponse) => void, object]>([
    [
      'in bytes that are no text',
      (secret, response) => response.end(Buffer.concat([Buffer.from([0xff, 0xfe, 0]), Buffer.from(secret)])),
      { encoding: 'BASE64', body: Buffer.from('\xff\xfe\0[secret]', 'latin1').toString('base64') },
    ],
    [
      'coded, though nobody asked for it',
      (secret, response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(`you sent ${secret}`)),
      { encoding: 'UTF8', body: 'you sent [secret]' },
    ],
    [
      'coded in a way that nobody knows',
      (secret, response) =>
        response.writeHead(200, { 'content-encoding': 'rot13' }).end(`you sent ${secret}`),
      { encoding: 'UTF8', body: '[withheld: coded as rot13, which cannot be read]' },
    ],
    [
      'within a longer one, and as JSON and a URL have it',
      (secret, response) =>
        response.end(
          `${secret}-longer ${JSON.stringify('say "quoted"')} ${encodeURIComponent('say "quoted"')}`,
        ),
      { body: '[secret] "[secret]" [secret]' },
    ],
  ])('gives no secret back %s', async (_title, answer, expected) => {
    listener = (request, response) => {
      answer(String(request.headers['x-key']), response);
    };
    const output = await prepare({ secretHeaders: { 'X-Key': 'short' } }).apply(call());
    expect(output).toMatchObject(expected);
  });

  test('waits as long as the platform asks for', async () => {
    listener = (_, response) => response.writeHead(429, { 'retry-after': '7' }).end();
    await expect(prepare().apply(call())).rejects.toMatchObject({ retryAfterMs: 7_000 });
    const date = new Date(Date.now() + 60_000).toUTCString();
    listener = (_, response) => response.writeHead(503, { 'retry-after': date }).end();
    const error: unknown = await prepare()
      .apply(call())
      .catch((thrown: unknown) => thrown);
    expect((error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(55_000);
  });

  test('is not sent on to where the platform would rather have it', async () => {
    listener = (_, response) => response.writeHead(308, { location: '/elsewhere' }).end();
    await expect(prepare().apply(call())).rejects.toMatchObject({
      code: 'PLATFORM_REJECTED',
      effect: 'NONE',
    });
    expect(received).toHaveLength(1);
  });

  test('does not send a secret along a redirect to another origin', async () => {
    const seen: (string | undefined)[] = [];
    const other = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end();
    });
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    listener = (_, response) => response.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end();
    await prepare({ method: 'GET', secretHeaders: { Authorization: 'api-token' } }).apply(call());
    expect(seen).toEqual([undefined]);
    other.close();
  });

  test('created something: that is read back, and must be there', async () => {
    let isThere = true;
    listener = (request, response) => {
      if (request.method === 'POST') response.writeHead(201, { location: '/things/1' }).end();
      else response.writeHead(isThere ? 200 : 404).end();
    };
    const action = prepare({ secretHeaders: { Authorization: 'api-token' } });
    const output = await action.apply(call());
    await action.verify(output, call());
    expect(received[1]?.request).toMatchObject({ method: 'GET', url: '/things/1' });
    isThere = false;
    await expect(action.verify(output, call())).rejects.toMatchObject({
      effect: 'UNKNOWN',
      retriable: false,
    });
  });
});

describe('what the platform says that it created', () => {
  const looks: readonly [string, RequestListener][] = [
    ['nobody answers', (request) => request.socket.destroy()],
    [
      'the answer breaks off',
      (request, response) =>
        response.writeHead(200, { 'content-length': '2000' }).write('a', () => request.socket.destroy()),
    ],
    ['the platform is busy', (_, response) => response.writeHead(503).end()],
    ['the platform does not let us look', (_, response) => response.writeHead(403).end()],
    ['the look is sent round and round', (_, response) => response.writeHead(302, { location: '/a' }).end()],
  ];
  test.each(looks)('is done, by its own word, where %s', async (_title, answer) => {
    listener = (request, response) => {
      if (request.method === 'GET') answer(request, response);
      else response.writeHead(201, { location: '/things/1' }).end();
    };
    const action = prepare();
    await action.verify(await action.apply(call()), call());
    expect(received.filter(({ request }) => request.url === '/things/1').length).toBeGreaterThan(0);
  });

  test.each(['http://a:b@HOST/things/1', 'http://HOST:1/', 'file:///etc/passwd', 'data:,x', '//', '', 'a b'])(
    'is done where it names %j',
    async (place) => {
      listener = (request, response) => {
        const location = place.replace('HOST', request.headers.host ?? '');
        response.writeHead(request.method === 'GET' ? 200 : 201, { location }).end();
      };
      const action = prepare();
      await action.verify(await action.apply(call()), call());
    },
  );
});

describe('params', () => {
  test.each([
    [{ method: 'CONNECT' }, 'method'],
    [{ method: 'get' }, 'method'],
    [{ url: '' }, 'url'],
    [{ method: 'GET', body: 'x' }, 'body'],
    [{ headers: { Host: 'x' } }, 'headers.Host'],
    [{ headers: { 'Accept-Encoding': 'gzip' } }, 'headers["Accept-Encoding"]'],
    [{ headers: { 'X-HTTP-Method-Override': 'DELETE' } }, 'headers["X-HTTP-Method-Override"]'],
    [{ headers: { x_http_method_override: 'DELETE' } }, 'headers.x_http_method_override'],
    [{ headers: { 'X-Http_Method.Override': 'DELETE' } }, 'headers["X-Http_Method.Override"]'],
    [{ headers: { 'x-original-url': '/admin' } }, 'headers["x-original-url"]'],
    [{ headers: { 'X-Rewrite-URL': '/admin' } }, 'headers["X-Rewrite-URL"]'],
    [{ headers: { 'x-forwarded-host': 'other' } }, 'headers["x-forwarded-host"]'],
    [{ headers: { destination: '/elsewhere' } }, 'headers.destination'],
    [{ headers: { if_match: '"1"' } }, 'headers.if_match'],
    [{ headers: { content_length: '1' } }, 'headers.content_length'],
    [{ secretHeaders: { x_http_method_override: 'api-token' } }, 'secretHeaders.x_http_method_override'],
    [{ secretHeaders: { transfer_encoding: 'api-token' } }, 'secretHeaders.transfer_encoding'],
    [{ headers: { 'Content-Length': '1' } }, 'headers["Content-Length"]'],
    [{ headers: { 'Idempotency-Key': '1' } }, 'headers["Idempotency-Key"]'],
    [{ headers: { Authorization: 'Bearer x' } }, 'headers.Authorization'],
    [{ headers: { Cookie: 'a=b' } }, 'headers.Cookie'],
    [{ headers: { 'a b': 'x' } }, 'headers["a b"]'],
    [{ headers: { a: 'x\r\nHost: y' } }, 'headers.a'],
    [{ headers: { a: '1', A: '2' } }, 'headers.A'],
    [{ headers: { a: '1' }, secretHeaders: { A: 'api-token' } }, 'secretHeaders.A'],
    [{ body: 'x'.repeat(1_048_577) }, 'body'],
    [{ socketPath: '/var/run/docker.sock' }, 'socketPath'],
  ])('%j is a fault at %s', (params, path) => {
    const prepared = executors.prepare(
      'http.request',
      { method: 'POST', url: origin, ...params },
      'actions[0]',
    );
    expect(prepared).toMatchObject({ ok: false, faults: [{ path: `actions[0].params.${path}` }] });
  });
});

test.each(['headers', 'secretHeaders'])(
  'too many %s are one fault, however wrong each of them is',
  (name) => {
    const given = Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`no header ${index}`, 7]));
    const params = { method: 'GET', url: origin, [name]: given };
    expect(executors.prepare('http.request', params, 'a')).toMatchObject({
      ok: false,
      faults: [{ path: `a.params.${name}`, message: 'At most 50 headers.' }],
    });
  },
);

test('whoever may not set a header is told which are allowed, and by what', () => {
  const params = { method: 'GET', url: origin, headers: { 'x-api-version': '2' } };
  expect(executors.prepare('http.request', params, 'a')).toMatchObject({
    ok: false,
    faults: [{ message: expect.stringMatching(/accept, .*if-match, .*x-trace, .*"allowedHeaders"/) }],
  });
  expect(executors.registry.list().find(({ name }) => name === 'http.request')?.inputSchema).toMatchObject({
    properties: { headers: { description: expect.stringContaining('x-trace') } },
  });
});

test('a secret that no header can carry is a fault of the configuration', () => {
  const secrets = { broken: { value: 'a\r\nb', origins: [] } };
  expect(() => createTestExecutors({ httpRequest: { secrets } })).toThrow('broken');
});
