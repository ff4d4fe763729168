import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readKeys, verifyLines, linesOf } from '@countersign/audit/verify-audit';
import { barriers } from '../pages/barriers.ts';
import { desktop } from '../pages/screens.ts';
import { expect, test } from '../test.ts';

test.describe.configure({ timeout: 90_000 });

test('an operator finds an entry, verifies it and its task in the browser, and takes the evidence away', async ({
  agent,
  opensBrowser,
  operatorSession,
  stack,
  unique,
}, info) => {
  const page = await opensBrowser(operatorSession, {
    ...desktop,
    colorScheme: 'dark',
    reducedMotion: 'reduce',
  });
  const path = `audit-${unique}.txt`;
  await agent.submits({ goal: `Add ${path}`, branch: unique, files: [{ path, content: 'x\n' }] });
  await page.goto(`${stack.url}/audit`);
  await expect(page.getByRole('heading', { level: 1, name: 'Audit log' })).toBeVisible();
  await page.getByLabel('Type').selectOption('task.submitted');
  const entry = page.getByRole('listitem').filter({ hasText: 'task.submitted' }).first();
  await entry.locator('summary').click();
  // What is not sealed yet says so, and is asked about again.
  const verifies = (button: string, words: string | RegExp): Promise<void> =>
    expect(async () => {
      await entry.getByRole('button', { name: button }).click();
      await expect(entry.getByText(words)).toBeVisible({ timeout: 2_000 });
    }).toPass();
  await verifies('Verify this entry', 'Verified in this browser: 1 entry');
  await verifies('Verify its task', /Verified in this browser: \d+ entries and \d+ documents/);
  expect(await barriers(page)).toEqual([]);
  await page.screenshot({ path: info.outputPath('audit-1440-dark.png') });

  await page.route('**/graphql*', async (route) => {
    const response = await route.fetch();
    const body = await response.text();
    const isEvidence = body.includes('countersign.evidence');
    await route.fulfill({ response, body: isEvidence ? body.replace(path, `xudit-${unique}.txt`) : body });
  });
  await verifies(
    'Verify its task',
    /Not verified\. Line \d+, seq \d+: ALTERED\. This line is not the one that was signed\./,
  );
  await page.unroute('**/graphql*');

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    entry.getByRole('link', { name: 'Download the evidence' }).click(),
  ]);
  const key = await page.request.get(`${stack.url}/audit/public-key`);
  const copy = await readFile(await download.path());
  const keys = readKeys(await key.text());
  expect(verifyLines(linesOf([copy]), keys)).toMatchObject({ ok: true });
  const forged = Buffer.from(copy.toString().replace(path, `xudit-${unique}.txt`));
  expect(verifyLines(linesOf([forged]), keys)).toMatchObject({ ok: false });

  const [record] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Export the record' }).click(),
  ]);
  const file = join(info.outputDir, 'record.jsonl');
  await writeFile(file, await readFile(await record.path()));
  expect(verifyLines(linesOf([await readFile(file)]), keys)).toMatchObject({ ok: true });
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'audit.exported' }).first()).toBeVisible();
});
