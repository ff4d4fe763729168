import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '@countersign/postgres/free-port';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEgress, EgressRefused, type Egress } from './egress.ts';
import { createHttpClient, HttpFailure, type HttpClient } from './http-client.ts';

let server: Server;
let origin: string;
let listener: RequestListener;
let requests: IncomingMessage[];
let egress: Egress;
let client: HttpClient;

beforeEach(async () => {
  requests = [];
  listener = (_, response) => response.end('hello');
  server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://one.test:${(server.address() as AddressInfo).port}`;
  egress = createEgress({ allowedInternalHosts: ['*.test'] }, async () => [
    { address: '127.0.0.1', family: 4 },
  ]);
  client = createHttpClient(egress, { reach: 'INTERNET' });
});

afterEach(async () => {
  await egress[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

const signal = () => AbortSignal.timeout(10_000);
const get = (path: string, headers = {}) =>
  client.request({ method: 'GET', url: `${origin}${path}`, headers, signal: signal() });
const failureOf = async (work: Promise<unknown>): Promise<HttpFailure> => {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HttpFailure);
  return error as HttpFailure;
};
/** The same server under another name: another origin. */
const elsewhere = () => origin.replace('one.test', 'two.test');

describe('answers', () => {
  test('any status is a value', async () => {
    listener = (_, response) => response.writeHead(503, { 'X-Reason': 'busy' }).end('later');
    const response = await get('/a?b=c');
    expect(response).toMatchObject({ status: 503, headers: { 'x-reason': 'busy' }, isTruncated: false });
    expect(response.body.toString()).toBe('later');
    expect(requests[0]?.url).toBe('/a?b=c');
  });

  test('a longer body than asked for is cut, and the rest is not read', async () => {
    listener = (_, response) => {
      response.write('x'.repeat(100));
      const flood = setInterval(() => response.write('x'.repeat(65_536)), 1);
      response.on('close', () => clearInterval(flood));
    };
    const { body, isTruncated } = await client.request({
      method: 'GET',
      url: origin,
      signal: signal(),
      maxResponseBytes: 1_000,
    });
    expect(body).toHaveLength(1_000);
    expect(isTruncated).toBe(true);
  });
});

describe('redirects', () => {
  const redirectTo = (location: string, status = 302): RequestListener => {
    return (request, response) => {
      if (request.url === '/start') response.writeHead(status, { location }).end();
      else response.end('arrived');
    };
  };

  test('are followed by reads, with all headers on the same origin', async () => {
    listener = redirectTo('/end');
    const response = await get('/start', { authorization: 'secret', accept: 'text/plain' });
    expect(response.url).toBe(`${origin}/end`);
    expect(requests[1]?.headers).toMatchObject({ authorization: 'secret', accept: 'text/plain' });
  });

  test('lose everything that could be a credential on the way to another origin', async () => {
    listener = redirectTo(`${elsewhere()}/end`);
    await get('/start', {
      authorization: 'secret',
      cookie: 'a=b',
      'x-api-key': 'secret',
      accept: 'text/plain',
    });
    expect(requests[1]?.headers.host).toContain('two.test');
    expect(requests[1]?.headers).toMatchObject({ accept: 'text/plain' });
    expect(JSON.stringify(requests[1]?.headers)).not.toContain('secret');
    expect(requests[1]?.headers.cookie).toBeUndefined();
  });

  test('end after three', async () => {
    listener = (request, response) => response.writeHead(302, { location: `${request.url}x` }).end();
    expect((await failureOf(get('/'))).kind).toBe('REDIRECTS');
    expect(requests).toHaveLength(4);
  });

  test('are not followed by writes', async () => {
    listener = redirectTo(`${elsewhere()}/end`, 307);
    const write = { method: 'POST', url: `${origin}/start`, body: 'data', signal: signal() };
    expect((await client.request(write)).status).toBe(307);
    expect(requests).toHaveLength(1);
  });
});

describe('failures say whether anything was sent', () => {
  test('nothing listens: nothing was sent', async () => {
    const url = `http://one.test:${await freePort()}/`;
    const request = { method: 'POST', url, body: 'data', signal: signal() };
    expect(await failureOf(client.request(request))).toMatchObject({
      ...{ kind: 'CONNECT', isSent: false },
      message: `${new URL(url).host} cannot be reached: nothing listens there (ECONNREFUSED).`,
    });
  });

  test('the connection is cut before an answer: it may have acted', async () => {
    listener = (request) => request.socket.resetAndDestroy();
    expect(await failureOf(get('/'))).toMatchObject({ kind: 'BROKEN', isSent: true });
  });

  test('the connection is cut within the answer', async () => {
    listener = (request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('part');
      setTimeout(() => request.socket.destroy(), 20);
    };
    expect(await failureOf(get('/'))).toMatchObject({ kind: 'BROKEN', isSent: true });
  });

  test('no answer in time', async () => {
    const time = new AbortController();
    listener = () => time.abort(new DOMException('It is over.', 'TimeoutError'));
    const request = { method: 'GET', url: origin, signal: time.signal };
    expect(await failureOf(client.request(request))).toMatchObject({
      ...{ kind: 'TIMEOUT', isSent: true },
      message: `${new URL(origin).host} did not answer in time.`,
    });
  });

  test('the caller stops waiting', async () => {
    const controller = new AbortController();
    listener = () => controller.abort();
    const request = { method: 'GET', url: origin, signal: controller.signal };
    expect(await failureOf(client.request(request))).toMatchObject({ kind: 'ABORTED', isSent: true });
  });

  test('the caller has stopped before it began', async () => {
    const request = { method: 'GET', url: origin, signal: AbortSignal.abort() };
    expect(await failureOf(client.request(request))).toMatchObject({ kind: 'ABORTED', isSent: false });
    expect(requests).toHaveLength(0);
  });
});

describe('what a client may do', () => {
  test('one without network sends nothing, one for inside stays inside', async () => {
    const none = createHttpClient(egress, { reach: 'NONE' });
    const inside = createHttpClient(egress, { reach: 'INTERNAL' });
    const read = { method: 'GET', url: origin, signal: signal() };
    await expect(none.request(read)).rejects.toBeInstanceOf(EgressRefused);
    await expect(inside.request({ ...read, url: 'https://example.com/' })).rejects.toBeInstanceOf(
      EgressRefused,
    );
    expect((await inside.request(read)).status).toBe(200);
  });
});
