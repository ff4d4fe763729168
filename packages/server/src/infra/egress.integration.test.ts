import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '@countersign/postgres/free-port';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { allowedUrls, forbiddenUrls, rebindingNames } from '../../testing/ssrf-corpus.ts';
import { createEgress, EgressRefused, type Egress, type Resolver } from './egress.ts';
import { createHttpClient, HttpFailure, type HttpClient } from './http-client.ts';

/** Hears every connection to a loopback address, in IPv4 and IPv6. */
const canaries: Server[] = [];
let port: number;
let heard: string[] = [];
/** On another port, so that canaries hear only what should never happen. */
let redirector: Server;
let redirectorPort = 0;

const answers: Record<string, readonly string[]> = {
  ...rebindingNames,
  'redirector.test': ['127.0.0.1'],
};
const asked: string[] = [];
const resolver: Resolver = async (hostname) => {
  asked.push(hostname);
  const addresses = answers[hostname];
  if (!addresses) throw Object.assign(new Error(`no such name: ${hostname}`), { code: 'ENOTFOUND' });
  return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
};

const listen = async (server: Server, host: string, onPort: number): Promise<number> => {
  server.listen(onPort, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

beforeAll(async () => {
  port = await freePort();
  for (const host of ['127.0.0.1', '::1']) {
    const canary = createServer((_, response) => response.end('caught'));
    canary.on('connection', () => heard.push(host));
    await listen(canary, host, port);
    canaries.push(canary);
  }
  redirector = createServer((request, response) => {
    const target = new URL(request.url ?? '/', 'http://redirector.test').searchParams.get('to') ?? '';
    response.writeHead(302, { location: target.replaceAll(/[^\x20-\x7e]/g, encodeURIComponent) }).end();
  });
  redirectorPort = await listen(redirector, '127.0.0.1', 0);
});

afterAll(() => {
  for (const server of [...canaries, redirector]) server.close();
});

let egress: Egress;
let client: HttpClient;

beforeEach(() => {
  heard = [];
  asked.length = 0;
  egress = createEgress(
    {
      allowedPorts: [80, 443, port],
      allowedInternalHosts: [`redirector.test:${redirectorPort}`],
      connectTimeoutMs: 500,
    },
    resolver,
  );
  client = createHttpClient(egress, { reach: 'INTERNET' });
});

afterEach(() => egress[Symbol.asyncDispose]());

const get = (url: string) => client.request({ method: 'GET', url, signal: AbortSignal.timeout(5_000) });

describe('the corpus', () => {
  test('has the size that was promised', () => {
    expect(new Set(forbiddenUrls(1)).size).toBeGreaterThanOrEqual(150);
    expect(allowedUrls.length).toBeGreaterThanOrEqual(20);
  });

  test('the listeners do hear those who are let through', async () => {
    await using open = createEgress({ allowedInternalHosts: ['127.0.0.1', '[::1]'] });
    const { request } = createHttpClient(open, { reach: 'INTERNAL' });
    const signal = AbortSignal.timeout(5_000);
    for (const host of ['127.0.0.1', '[::1]']) {
      await request({ method: 'GET', url: `http://${host}:${port}/`, signal });
    }
    expect(heard).toEqual(['127.0.0.1', '::1']);
  });

  test('no forbidden URL reaches a listener, asked directly', async () => {
    for (const url of forbiddenUrls(port)) {
      await expect.soft(get(url), url).rejects.toBeInstanceOf(EgressRefused);
    }
    expect(heard).toEqual([]);
  });

  test('no forbidden URL reaches a listener by a redirect', async () => {
    for (const url of forbiddenUrls(port)) {
      const hop = `http://redirector.test:${redirectorPort}/?to=${encodeURIComponent(url)}`;
      // Where the redirect leads nowhere at all, its own answer is what comes back; it may loop, too.
      const outcome = await get(hop).catch((error: unknown) => error);
      const isHarmless =
        outcome instanceof EgressRefused ||
        outcome instanceof HttpFailure ||
        (outcome as { url?: string }).url?.includes('redirector.test') === true;
      expect.soft(isHarmless, url).toBe(true);
    }
    expect(heard).toEqual([]);
  });

  test('no forbidden URL is let through by the check that planning does', async () => {
    for (const url of forbiddenUrls(port)) {
      await expect.soft(client.check(url), url).rejects.toBeInstanceOf(EgressRefused);
    }
  });

  test.each(allowedUrls)('%s passes', async (url, address) => {
    const open = createEgress({}, async () => [{ address, family: address.includes(':') ? 6 : 4 }]);
    await using _disposed = open;
    const { check } = createHttpClient(open, { reach: 'INTERNET' });
    await expect(check(url)).resolves.toBeInstanceOf(URL);
  });
});

describe('a name whose answer changes', () => {
  test('is judged by the answer that the connection uses', async () => {
    answers['rebinding.test'] = ['93.184.215.14'];
    await client.check(`http://rebinding.test:${port}/`);
    answers['rebinding.test'] = ['127.0.0.1'];
    await expect(get(`http://rebinding.test:${port}/`)).rejects.toBeInstanceOf(EgressRefused);
    expect(heard).toEqual([]);
  });

  test('is resolved once for one connection', async () => {
    await get(`http://redirector.test:${redirectorPort}/`);
    expect(asked).toEqual(['redirector.test']);
  });
});

describe('what an attacker could set around the client', () => {
  test('proxies of the environment are not used', async () => {
    const proxy = `http://127.0.0.1:${port}`;
    for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY']) vi.stubEnv(name, proxy);
    vi.stubEnv('NODE_USE_ENV_PROXY', '1');
    const { status } = await get(`http://redirector.test:${redirectorPort}/`);
    expect(status).toBe(302);
    expect(heard).toEqual([]);
    vi.unstubAllEnvs();
  });

  test('a socket path handed to the dispatcher changes nothing', async () => {
    const sneaky = {
      socketPath: '/var/run/docker.sock',
      origin: `http://127.0.0.1:${port}`,
      path: '/',
      method: 'GET',
    };
    await expect(egress.dispatcher.request(sneaky)).rejects.toBeInstanceOf(EgressRefused);
    expect(heard).toEqual([]);
  });

  test('the dispatcher itself refuses, whoever calls it', async () => {
    const request = { origin: `http://loopback.attacker.test:${port}`, path: '/', method: 'GET' };
    await expect(egress.dispatcher.request(request)).rejects.toBeInstanceOf(EgressRefused);
    expect(heard).toEqual([]);
  });
});

describe('hosts inside that configuration allows', () => {
  test('are reached under their name, which the server sees', async () => {
    const seen: (string | undefined)[] = [];
    redirector.once('request', (request) => seen.push(request.headers.host));
    const { status } = await get(`http://redirector.test:${redirectorPort}/`);
    expect(status).toBe(302);
    expect(seen).toEqual([`redirector.test:${redirectorPort}`]);
  });

  test('are allowed on their port only, and not under the names of others', async () => {
    await expect(get(`http://redirector.test:${port}/`)).rejects.toBeInstanceOf(EgressRefused);
    await expect(get(`http://127.0.0.1:${redirectorPort}/`)).rejects.toBeInstanceOf(EgressRefused);
  });

  test('may not lead to link-local addresses all the same', async () => {
    answers['redirector.test'] = ['169.254.169.254'];
    await expect(get(`http://redirector.test:${redirectorPort}/`)).rejects.toBeInstanceOf(EgressRefused);
    answers['redirector.test'] = ['127.0.0.1'];
  });

  test.each([
    ['*.svc.test', 'a.svc.test', true],
    ['*.svc.test', 'svc.test', false],
    ['*.svc.test', 'svc.test.attacker.test', false],
    ['[::1]', '[0:0::1]', true],
    ['127.0.0.1', '0x7f.1', true],
    ['git.corp.test', 'GIT.corp.test.', true],
  ])('the rule %s and the host %s: %s', async (rule, host, isAllowed) => {
    await using ruled = createEgress({ allowedInternalHosts: [rule] }, resolver);
    expect(ruled.isInternal(new URL(`http://${host}/`))).toBe(isAllowed);
  });

  test('a rule that is no host is refused at the start', () => {
    expect(() => createEgress({ allowedInternalHosts: ['http://host/'] })).toThrow();
  });
});
