import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEgress, type Egress } from '../../infra/egress.ts';
import { createHttpClient } from '../../infra/http-client.ts';
import { ExecutorError } from './executor-error.ts';
import { callClient, type ClientCall } from './guarded-fetch.ts';

let server: Server;
let origin: string;
let listener: RequestListener;
let received: { request: IncomingMessage; body: string }[];
let egress: Egress;

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
  egress = createEgress({ allowedInternalHosts: ['127.0.0.1'], connectTimeoutMs: 500 });
});
afterEach(async () => {
  await egress[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

const contextOf = (signal = AbortSignal.timeout(10_000)) => ({
  http: createHttpClient(egress, { reach: 'INTERNET' }),
  signal,
});

/** As vendors' clients do it: every failure becomes one of their own, which says nothing. */
const wrapping = (path: string, init: RequestInit) => async (fetch: typeof globalThis.fetch) => {
  try {
    const response = await fetch(`${origin}${path}`, init);
    if (!response.ok) throw new Error('status');
    return await response.json();
  } catch {
    throw new Error('VendorError');
  }
};
const failureOf = async (
  init: RequestInit,
  call: ClientCall = {},
  signal?: AbortSignal,
): Promise<ExecutorError> => {
  const error: unknown = await callClient(contextOf(signal), wrapping('/', init), call).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ExecutorError);
  return error as ExecutorError;
};
const post: RequestInit = { method: 'POST', body: '{}' };

describe('a request', () => {
  test('arrives with its headers and body, and asks for nothing that is coded', async () => {
    const init = {
      method: 'PATCH',
      headers: { 'X-A': '1', 'accept-encoding': 'gzip, br' },
      body: '{"a":"ü"}',
    };
    expect(await callClient(contextOf(), wrapping('/a?b=c', init))).toEqual({ ok: true });
    expect(received[0]?.request).toMatchObject({ method: 'PATCH', url: '/a?b=c' });
    expect(received[0]?.request.headers).toMatchObject({ 'x-a': '1', 'accept-encoding': 'identity' });
    expect(received[0]?.body).toBe('{"a":"ü"}');
  });

  test('may be made as a Request, a form or a stream', async () => {
    const form = new FormData();
    form.set('name', 'value');
    const stream = new Blob(['streamed']).stream();
    const asked = [
      new Request(origin, { method: 'POST', body: new URLSearchParams({ a: 'b c' }) }),
      new Request(origin, { method: 'POST', body: form }),
      new Request(origin, { method: 'POST', body: stream, duplex: 'half' }),
    ];
    for (const request of asked) await callClient(contextOf(), (fetch) => fetch(request));
    expect(received.map(({ body }) => body)).toEqual(['a=b+c', expect.stringContaining('value'), 'streamed']);
    expect(received[1]?.request.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
  });

  test('that is too large is not sent', async () => {
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(8_388_608)),
    });
    expect(await failureOf({ method: 'POST', body: endless })).toMatchObject({
      code: 'PLATFORM_REJECTED',
      effect: 'NONE',
    });
    expect(received).toEqual([]);
  });
});

describe('whatever the client makes of it', () => {
  test.each<[string, RequestListener, RequestInit, ClientCall, object]>([
    [
      'a limit',
      (_, response) => response.writeHead(429, { 'retry-after': '7' }).end(),
      post,
      {},
      { code: 'RATE_LIMIT_EXCEEDED', effect: 'NONE', retryAfterMs: 7_000 },
    ],
    [
      'a broken server',
      (_, response) => response.writeHead(500).end(),
      post,
      {},
      { code: 'SERVICE_DOWN', effect: 'UNKNOWN' },
    ],
    [
      'a broken server that was only asked',
      (_, response) => response.writeHead(500).end(),
      post,
      { isRead: true },
      { code: 'SERVICE_DOWN', effect: 'NONE' },
    ],
    [
      'a cut connection',
      (request) => request.socket.resetAndDestroy(),
      post,
      {},
      { code: 'NETWORK_ERROR', effect: 'UNKNOWN' },
    ],
    [
      'a cut connection of a look',
      (request) => request.socket.resetAndDestroy(),
      post,
      { isRead: true },
      { code: 'NETWORK_ERROR', effect: 'NONE' },
    ],
    [
      'nonsense',
      (_, response) => response.end('<html>'),
      post,
      {},
      { code: 'DEPENDENCY_FAILED', effect: 'UNKNOWN', retriable: false },
    ],
    [
      'a flood',
      (_, response) => response.end('x'.repeat(2_000)),
      post,
      { maxResponseBytes: 1_000 },
      { code: 'DEPENDENCY_FAILED', effect: 'UNKNOWN', retriable: false },
    ],
    [
      'a flood of a refusal',
      (_, response) => response.writeHead(403).end('x'.repeat(2_000)),
      post,
      { maxResponseBytes: 1_000 },
      { code: 'PLATFORM_PERMISSION_DENIED', effect: 'NONE' },
    ],
    [
      'a coded answer',
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
      { method: 'GET' },
      {},
      { code: 'DEPENDENCY_FAILED', effect: 'NONE' },
    ],
    [
      'a redirect of a look',
      (_, response) => response.writeHead(302, { location: '/elsewhere' }).end(),
      { method: 'GET' },
      {},
      { code: 'PLATFORM_REJECTED', effect: 'NONE', details: { location: '/elsewhere' } },
    ],
    [
      'a refusal that looks like success',
      (_, response) => response.end('no'),
      post,
      { failureOf: () => new ExecutorError('RESOURCE_NOT_FOUND', 'gone', { effect: 'NONE' }) },
      { code: 'RESOURCE_NOT_FOUND', effect: 'NONE' },
    ],
  ])('%s is told as it is', async (_title, answers, init, call, expected) => {
    listener = answers;
    expect(await failureOf(init, call)).toMatchObject(expected);
    expect(received).toHaveLength(1);
  });

  test('what could not be sent had no effect', async () => {
    server.closeAllConnections();
    server.close();
    expect(await failureOf(post)).toMatchObject({ code: 'NETWORK_ERROR', effect: 'NONE' });
    origin = 'http://10.0.0.1';
    expect(await failureOf(post)).toMatchObject({ code: 'POLICY_DENIED', effect: 'NONE' });
  });

  test('its caller ends it, before and after it was sent', async () => {
    listener = () => {};
    expect(await failureOf(post, {}, AbortSignal.abort())).toMatchObject({
      code: 'EXECUTION_TIMEOUT',
      effect: 'NONE',
    });
    const controller = new AbortController();
    listener = () => controller.abort();
    expect(await failureOf(post, {}, controller.signal)).toMatchObject({
      code: 'EXECUTION_TIMEOUT',
      effect: 'UNKNOWN',
      isAborted: true,
    });
  });

  test('a request that it leaves behind is ended, and may have had its effect', async () => {
    const closed = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    listener = (_, response) => {
      response.on('close', () => closed.resolve());
      arrived.resolve();
    };
    const leaving = callClient(contextOf(), async (fetch) => {
      fetch(origin, post).catch(() => {});
      await arrived.promise;
      throw Object.assign(new Error('too late'), { name: 'TimeoutError' });
    });
    await expect(leaving).rejects.toMatchObject({ code: 'EXECUTION_TIMEOUT', effect: 'UNKNOWN' });
    await closed.promise;
  });
});
