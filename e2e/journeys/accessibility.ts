import type { Page } from '@playwright/test';
import { createApprovalsPage } from '../pages/approvals.ts';
import { barriers } from '../pages/barriers.ts';
import { desktop, phone } from '../pages/screens.ts';
import { createShellPage } from '../pages/shell.ts';
import { expect, test } from '../test.ts';

const screens = [
  { width: 1440, screen: desktop },
  { width: 390, screen: phone },
].flatMap(({ width, screen }) =>
  (['dark', 'light'] as const).map((colorScheme) => ({
    name: `${width} px, ${colorScheme}`,
    // What is still fading in has no contrast to judge yet.
    options: { ...screen, colorScheme, reducedMotion: 'reduce' as const },
  })),
);

const check = (page: Page, name: string): Promise<void> =>
  test.step(name, async () => expect(await barriers(page), name).toEqual([]));

// Each looks at some twenty pages, and the machine may be busy.
test.describe.configure({ timeout: 300_000 });

for (const { name, options } of screens) {
  test(`nothing bars the way of a decision at ${name}`, async ({
    agent,
    opensBrowser,
    operatorSession,
    stack,
    unique,
  }) => {
    const page = await opensBrowser(operatorSession, options);
    const approvals = createApprovalsPage(page);
    const path = `axe-${unique}.txt`;
    await approvals.open(stack.url);
    await expect(page.getByText('Nothing is waiting for you')).toBeVisible();
    await check(page, 'empty inbox');
    await agent.submits({ goal: `Add ${path}`, branch: unique, files: [{ path, content: 'x\n' }] });
    await expect(approvals.row(path)).toBeVisible();
    await check(page, 'inbox');
    await approvals.row(path).click();
    await expect(approvals.approve).toBeEnabled();
    await check(page, 'request');
    for (const tab of ['Plan', 'Policy', 'History']) {
      await approvals.review.getByRole('tab', { name: tab }).click();
      await expect(approvals.review.getByRole('tabpanel', { name: tab })).toBeVisible();
      await check(page, `request, ${tab}`);
    }
    await approvals.reject.click();
    await approvals.review.getByRole('button', { name: 'Reject rev 1' }).click();
    await check(page, 'reason, with a complaint');
    await page.keyboard.press('Escape');
    await approvals.approve.click();
    await expect(approvals.notes).toContainText('Runs in');
    await check(page, 'undo window');
  });

  test(`nothing bars the way of whoever looks around at ${name}`, async ({
    agent,
    opensBrowser,
    operatorSession,
    stack,
    unique,
  }) => {
    const page = await opensBrowser(operatorSession, options);
    const path = `axe-${unique}.txt`;
    const task = await agent.submits({
      goal: `Add ${path}`,
      branch: unique,
      files: [{ path, content: 'x\n' }],
    });
    for (const address of [
      '/approvals?view=decided',
      '/tasks',
      '/overview',
      '/settings',
      '/settings/people',
      '/settings/notifications',
      '/settings/configuration',
      '/settings/backups',
      '/settings/webhooks',
      '/settings/passkeys',
      '/settings/delegation',
      '/dead-letters',
      '/locks',
      '/inventory',
      '/inventory/catalogues?kind=vulnerability',
      '/tools',
      '/connected-servers',
      '/connect',
      '/sandbox',
      '/agents',
      '/agents?show=specialists',
      '/ask',
      '/grants',
      '/executors',
      '/control',
      '/policies',
      '/audit',
      `/tasks/${task.id}`,
    ]) {
      await page.goto(`${stack.url}${address}`);
      await expect(createShellPage(page).live).toBeVisible();
      await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible();
      await check(page, address);
    }
    for (const tab of ['Changes', 'Plan', 'Policy']) {
      await page.getByRole('tab', { name: tab }).click();
      await expect(page.getByRole('tabpanel', { name: tab })).toBeVisible();
      await check(page, `task, ${tab}`);
    }
    for (const [name, keys] of [
      ['Keyboard shortcuts', 'Shift+?'],
      ['Search tasks or go to', 'Control+k'],
      ['Stop agents', 'Control+Shift+.'],
    ] as const) {
      await page.keyboard.press(keys);
      await expect(page.getByRole('dialog', { name })).toBeVisible();
      await check(page, name);
      await page.keyboard.press('Escape');
      await expect(page.getByRole('dialog', { name })).toBeHidden();
    }
    await page.goto(`${stack.url}/tasks`);
    await page.getByRole('button', { name: 'Show 200 rows as a plain table' }).click();
    await expect(page.getByRole('region', { name: 'Tasks as a plain table' })).toBeVisible();
    await check(page, 'plain table');
    await page.goto(`${stack.url}/nowhere`);
    await expect(page.getByText('There is nothing here')).toBeVisible();
    await check(page, 'nowhere');

    const stranger = await opensBrowser(undefined, options);
    await stranger.goto(`${stack.url}/sign-in`);
    await expect(stranger.getByRole('heading', { name: 'Sign in to Countersign' })).toBeVisible();
    await check(stranger, 'sign-in');
  });
}
