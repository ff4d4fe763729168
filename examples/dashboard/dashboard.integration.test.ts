import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, expect as expectPage, type Browser } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { locateChromium } from '../../e2e/chromium.ts';
import { shippedPolicyData } from '../../packages/server/testing/policy-data.ts';
import { createRestWorld, type RestWorld } from '../../packages/server/testing/rest-world.ts';
import { serveDashboard } from './serve.ts';

let world: RestWorld;
let server: Server;
let browser: Browser;
let address: string;
beforeAll(async () => {
  world = await createRestWorld((home) => shippedPolicyData(home, {}));
  server = await serveDashboard({ url: world.app.url, apiKey: world.ann.key }, 0);
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await chromium.launch(await locateChromium());
});
afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
  await world[Symbol.asyncDispose]();
});

const submits = async (label: string, requiresApproval: boolean): Promise<void> => {
  const { status } = await world.agent.call('POST', '/tasks', {
    headers: { 'idempotency-key': crypto.randomUUID() },
    body: { goal: label, actions: [{ type: 'noop.run', params: { label } }], requiresApproval },
  });
  expect(status).toBe(202);
};

const waiting = async (): Promise<readonly string[]> => {
  const { body } = await world.ann.call('GET', '/api/v1/ai/tasks?status=pending_approval');
  return (body['tasks'] as { task_id: string }[]).map(({ task_id: id }) => id);
};

/** For a machine that is slow. */
const soon = { timeout: 60_000 };

test('the page shows what was done, what happens, and what waits for people', async () => {
  await submits('before', false);
  await expect
    .poll(async () => (await world.ann.call('GET', '/tasks?status=succeeded')).body['tasks'], soon)
    .toHaveLength(1);
  await submits('waits already', true);
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  const isListening = page.waitForResponse((response) => response.url().endsWith('/api/actions/events'));
  await page.goto(address);
  await isListening;
  const done = page.locator('#actions tr', { hasText: 'success' });
  await expectPage(done).toHaveCount(1, soon);
  await expectPage(page.locator('#health')).toContainText('noop: healthy', soon);

  const decide = page.getByRole('link', { name: 'Read and decide' });
  await expectPage(page.locator('#approvals li')).toContainText('waits already', soon);
  await submits('asked', true);
  await expectPage(decide).toHaveCount(2, soon);
  const ids = await waiting();
  for (const id of ids)
    await expectPage(page.locator(`a[href="${world.app.url}/tasks/${id}"]`)).toHaveCount(1);
  for (const id of ids) {
    const { status } = await world.ann.call('POST', `/api/v1/ai/tasks/${id}/approve`, { body: {} });
    expect(status).toBe(200);
  }
  await expectPage(done).toHaveCount(3, soon);
  await expectPage(decide).toHaveCount(0, soon);
  await expectPage(page.getByRole('status')).toHaveText('noop.run completed', soon);
  await expectPage(page.locator('#metrics')).toContainText('100 % succeed', soon);
  await expectPage(page.locator('#queue')).toContainText('0 wait', soon);
  expect(faults).toEqual([]);
});

/** Sends just this line, as no browser would. */
const sends = async (target: string, { method = 'GET', ...headers }: Record<string, string> = {}) => {
  const { hostname, port } = new URL(address);
  const sent = request({ hostname, port, path: target, method, headers });
  sent.end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
};

test.each(['/', '/api/actions/recent'])('%s is for nobody who comes from elsewhere', async (path) => {
  const { host, port } = new URL(address);
  expect(await sends(path)).toBe(200);
  expect(await sends(path, { host: `localhost:${port}` })).toBe(200);
  expect(await sends(path, { 'sec-fetch-site': 'cross-site' })).toBe(403);
  // A name of theirs that was made to lead here.
  expect(await sends(path, { host: `evil.example:${port}` })).toBe(403);
  expect(await sends(path, { host: '127.0.0.1' })).toBe(403);
  expect(await sends(path, { host, method: 'POST' })).toBe(405);
});

test('nobody else is sent the key', async () => {
  const heard: (string | undefined)[] = [];
  await using other = createServer(({ headers }, response) => {
    heard.push(headers.authorization);
    response.setHeader('content-type', 'text/html').end('<script>alert(1)</script>');
  });
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const elsewhere = `127.0.0.1:${(other.address() as AddressInfo).port}`;
  for (const target of [`//${elsewhere}/api/x`, `http://${elsewhere}/api/x`])
    expect(await sends(target)).toBe(403);
  expect(heard).toEqual([]);
});

test('what is no answer of the interface is not passed on', async () => {
  expect(await sends('/api/../livez')).toBe(404);
  expect(await sends('/api/nothing-of-the-kind')).not.toBe(200);
});
