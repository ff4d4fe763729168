import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { webhookAnchor } from './anchors.ts';

const head = {
  tenantId: '0190c0de-0000-7000-8000-000000000001',
  from: '1',
  to: '9',
  size: 9,
  root: 'a'.repeat(64),
  prevRoot: 'b'.repeat(64),
  time: '2026-01-01T00:00:00.000Z',
  keyId: 'key',
  signature: 'signature',
};

let answer: (response: ServerResponse) => void = (response) => void response.writeHead(204).end();
const received: { method: string | undefined; type: string | undefined; body: unknown }[] = [];
const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const body: unknown = JSON.parse(await text(request));
  received.push({ method: request.method, type: request.headers['content-type'], body });
  answer(response);
};
const server = createServer((request, response) => {
  receive(request, response).catch(() => response.destroy());
});
let url = '';

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/heads`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

test('a webhook is handed the signed heads, as they are', async () => {
  await webhookAnchor(url).keep([head]);
  expect(received).toEqual([{ method: 'POST', type: 'application/json', body: { heads: [head] } }]);
});

test.each<[title: string, answer: (response: ServerResponse) => void]>([
  ['refuses them', (response) => void response.writeHead(503).end()],
  ['sends them elsewhere', (response) => void response.writeHead(307, { location: url }).end()],
  ['breaks off', (response) => void response.destroy()],
  ['does not answer in time', () => undefined],
])('a webhook that %s has not taken them', async (_title, how) => {
  const before = received.length;
  answer = how;
  await expect(webhookAnchor(url, 200).keep([head])).rejects.toThrow();
  // Nothing is sent a second time by itself: whoever anchors hands them over again.
  expect(received.length).toBe(before + 1);
});

test('a webhook that nobody serves has not taken them', async () => {
  await expect(webhookAnchor('http://127.0.0.1:1/heads', 200).keep([head])).rejects.toThrow();
});
