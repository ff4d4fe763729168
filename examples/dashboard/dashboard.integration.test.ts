import type { Server } from 'node:http';
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

/** For a machine that is slow. */
const soon = { timeout: 60_000 };

test('the page shows what was done, what happens, and takes a decision', async () => {
  await submits('before', false);
  await expect
    .poll(async () => (await world.ann.call('GET', '/tasks?status=succeeded')).body['tasks'], soon)
    .toHaveLength(1);
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  const isListening = page.waitForResponse((response) => response.url().endsWith('/api/actions/events'));
  await page.goto(address);
  await isListening;
  const done = page.locator('#actions tr', { hasText: 'success' });
  await expectPage(done).toHaveCount(1, soon);
  await expectPage(page.locator('#health')).toContainText('noop: healthy', soon);

  await submits('asked', true);
  await page.getByRole('button', { name: 'Approve noop.run' }).click(soon);
  await expectPage(done).toHaveCount(2, soon);
  await expectPage(page.getByRole('button')).toHaveCount(0, soon);
  await expectPage(page.getByRole('status')).toHaveText('noop.run completed', soon);
  await expectPage(page.locator('#metrics')).toContainText('100 % succeed', soon);
  await expectPage(page.locator('#queue')).toContainText('0 wait', soon);
  expect(faults).toEqual([]);
});

test('nobody else can have a browser ask in the name of the person whose key it is', async () => {
  for (const path of ['/', '/me', '/api/actions/recent']) {
    const { status } = await fetch(`${address}${path}`, { headers: { 'sec-fetch-site': 'cross-site' } });
    expect(status).toBe(403);
  }
});
