import { createApprovalsPage } from '../pages/approvals.ts';
import { createShellPage } from '../pages/shell.ts';
import { expect, test } from '../test.ts';

test('every page opens in a browser whose language is no language tag', async ({
  agent,
  opensBrowser,
  operatorSession,
  stack,
  unique,
}) => {
  const path = `language-${unique}.txt`;
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  const page = await opensBrowser(operatorSession);
  // What Chromium says of itself under LANG=C.
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'language', { value: 'en-US@posix', configurable: true });
    Object.defineProperty(navigator, 'languages', { value: ['en-US@posix'], configurable: true });
  });
  const opens = async (address: string): Promise<void> => {
    await page.goto(`${stack.url}${address}`);
    await expect(createShellPage(page).live, address).toBeVisible();
    await expect(page.getByRole('heading', { level: 1 }).first(), address).toBeVisible();
  };
  for (const address of ['/approvals', '/tasks', `/tasks/${task.id}`, '/settings']) await opens(address);
  await opens(`/approvals/${task.approval?.id}`);
  await createApprovalsPage(page).approve.click();
  await agent.reaches(task, 'SUCCEEDED');
  // What draws it reads the language by itself.
  await opens('/overview');
  await expect(page.locator('.uplot canvas')).toBeVisible();

  const stranger = await opensBrowser();
  await stranger.goto(`${stack.url}/sign-in`);
  await expect(stranger.getByRole('heading', { name: 'Sign in to Countersign' })).toBeVisible();
});
