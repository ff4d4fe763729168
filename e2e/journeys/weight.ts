import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createApprovalsPage } from '../pages/approvals.ts';
import { createShellPage } from '../pages/shell.ts';
import { expect, test } from '../test.ts';

const assets = fileURLToPath(new URL('../../packages/web/dist/assets', import.meta.url));

/** Kilobytes on the wire, as the server sends them to this browser: by Brotli, and fonts as they are. */
const budgets = { '.js': 210, '.css': 45, '.woff2': 40 };

/** A file of under a kilobyte has no compressed one beside it. */
const sentBytes = (name: string): Promise<Buffer> =>
  readFile(join(assets, `${name}.br`)).catch(() => readFile(join(assets, name)));

test('a first visit to the approvals stays within its weight', async ({
  agent,
  operator,
  stack,
  unique,
}, info) => {
  const path = `weight-${unique}.txt`;
  await agent.submits({ goal: `Add ${path}`, branch: unique, files: [{ path, content: 'x\n' }] });
  const requested = new Set<string>();
  operator.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/assets/')) requested.add(basename(pathname));
  });
  // What it fetches ahead once it is idle is no part of the visit.
  await operator.addInitScript('window.requestIdleCallback = () => 0');
  const approvals = createApprovalsPage(operator);
  await approvals.open(stack.url);
  await expect(approvals.approve).toBeEnabled();
  await expect(createShellPage(operator).live).toBeVisible();

  const weights = { '.js': 0, '.css': 0, '.woff2': 0 };
  for (const name of requested) {
    const kind = extname(name) as keyof typeof weights;
    const bytes = await sentBytes(name);
    weights[kind] += bytes.length / 1_000;
  }
  const words = Object.entries(weights).map(([kind, kilobytes]) => `${kind} ${kilobytes.toFixed(1)} kB`);
  info.annotations.push({ type: 'weight', description: `${words.join(', ')} in ${requested.size} files` });
  for (const [kind, budget] of Object.entries(budgets)) {
    expect.soft(weights[kind as keyof typeof weights], `${kind} of ${words.join(', ')}`).toBeGreaterThan(0);
    expect
      .soft(weights[kind as keyof typeof weights], `${kind} of ${words.join(', ')}`)
      .toBeLessThanOrEqual(budget);
  }
});
