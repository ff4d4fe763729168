import { createShellPage } from '../pages/shell.ts';
import { expect, test } from '../test.ts';

test('a page whose code does not arrive says so in its place, and a reload brings it', async ({
  opensBrowser,
  operatorSession,
  stack,
}) => {
  const page = await opensBrowser(operatorSession);
  await page.route('**/overview-page-*.js', (route) => route.abort());
  await page.goto(`${stack.url}/approvals`);
  const shell = createShellPage(page);
  await expect(shell.live).toBeVisible();
  await page.getByRole('link', { name: 'Overview' }).click();
  await expect(page.getByRole('heading', { name: 'This page could not be shown' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Approvals' })).toBeVisible();

  await page.unroute('**/overview-page-*.js');
  await page.getByRole('button', { name: 'Reload' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
});

test('an unknown address keeps the frame; a tab in the path of a task is the tab of that task', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const shell = createShellPage(operator);
  for (const address of ['/nowhere', '/approvals/a/b/c', '/sign-in/there']) {
    await operator.goto(stack.url + address);
    await expect(operator.getByRole('heading', { level: 1, name: 'There is nothing here' })).toBeVisible();
    await expect(shell.rail).toBeVisible();
    await expect(operator.getByRole('main')).toHaveCount(1);
  }
  const path = `address-${unique}.txt`;
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  for (const [tab, name, search] of [
    ['plan', 'Plan', '?tab=plan'],
    ['nothing', 'Timeline', ''],
  ] as const) {
    await operator.goto(`${stack.url}/tasks/${task.id}/${tab}`);
    await expect(operator).toHaveURL(`${stack.url}/tasks/${task.id}${search}`);
    await expect(operator.getByRole('tab', { name })).toHaveAttribute('aria-selected', 'true');
  }
});
