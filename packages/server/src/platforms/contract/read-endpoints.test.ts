import { expect, test } from 'vitest';
import { EgressRefused } from '../../infra/egress.ts';
import type { HttpClient } from '../../infra/http-client.ts';
import { onlyReading, readsAt } from './read-endpoints.ts';

const isRead = readsAt('https://h/k8s/', [
  { method: 'GET', path: '/apis/{group}/things/{name}' },
  { method: 'POST', path: '/query' },
]);

test.each([
  ['GET', 'https://h/k8s/apis/apps/things/one'],
  ['GET', 'https://h/k8s/apis/apps/things/one?watch=false'],
  ['GET', 'https://h:443/k8s/apis/apps/things/%20'],
  ['POST', 'https://h/k8s/query'],
])('is what is declared: %s %s', (method, url) => {
  expect(isRead({ method, url })).toBe(true);
});

test.each([
  ['PUT', 'https://h/k8s/apis/apps/things/one'],
  ['HEAD', 'https://h/k8s/query'],
  ['GET', 'https://h/k8s/query'],
  ['POST', 'https://h/k8s/query/more'],
  ['POST', 'https://h/k8s/query/'],
  ['GET', 'https://h/k8s/apis/apps/things/'],
  ['GET', 'https://h/k8s/apis/apps/things/one/scale'],
  ['GET', 'https://h/k8s/apis/apps/things/one%2fscale'],
  ['GET', 'https://h/k8s/apis/apps/things/..%5Cscale'],
  ['GET', 'https://h/k8s/apis/apps/things/../secrets'],
  ['GET', 'https://h/apis/apps/things/one'],
  ['GET', 'https://h/k8sx/apis/apps/things/one'],
  ['GET', 'http://h/k8s/apis/apps/things/one'],
  ['GET', 'https://h.evil/k8s/apis/apps/things/one'],
  ['GET', 'https://h@evil/k8s/apis/apps/things/one'],
  ['GET', 'no url'],
])('is nothing else: %s %s', (method, url) => {
  expect(isRead({ method, url })).toBe(false);
});

test('may be all below a place, and is nothing where there is no place', () => {
  const all = [{ method: 'GET', path: '/**' }];
  expect(readsAt('http://h', all)({ method: 'GET', url: 'http://h/' })).toBe(true);
  expect(readsAt('http://h', all)({ method: 'GET', url: 'http://h/a/b?c' })).toBe(true);
  expect(readsAt('http://h', all)({ method: 'GET', url: 'http://i/a' })).toBe(false);
  expect(readsAt('', all)({ method: 'GET', url: 'http://h/' })).toBe(false);
});

test('a client that is held to it sends nothing else', async () => {
  const sent: string[] = [];
  const client: HttpClient = {
    request: async ({ method, url }) => {
      sent.push(`${method} ${url}`);
      return { status: 200, headers: {}, body: Buffer.from(''), isTruncated: false, url };
    },
    check: async (url) => new URL(url),
    isInternal: () => false,
  };
  const { request } = onlyReading(client, isRead, 'thing.read@1');
  const { signal } = new AbortController();
  await request({ method: 'POST', url: 'https://h/k8s/query', signal });
  const write = request({ method: 'POST', url: 'https://h/k8s/things', signal });
  await expect(write).rejects.toThrow(EgressRefused);
  expect(sent).toEqual(['POST https://h/k8s/query']);
});
