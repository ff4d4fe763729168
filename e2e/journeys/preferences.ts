import { createApprovalsPage } from '../pages/approvals.ts';
import { createShellPage } from '../pages/shell.ts';
import { expect, test } from '../test.ts';

test('keys without a modifier, turned off, stay off after a reload, on every page', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const path = `keys-${unique}.txt`;
  const approvals = createApprovalsPage(operator);
  await agent.submits({ goal: `Add ${path}`, branch: unique, files: [{ path, content: 'x\n' }] });
  await operator.goto(`${stack.url}/settings`);
  await operator.getByRole('switch', { name: 'Single-key shortcuts' }).uncheck();

  await approvals.open(stack.url);
  await approvals.choose(path);
  await expect(approvals.approve).toBeEnabled();
  for (const keys of ['r', 'Shift+A', '2', 'Shift+?', 'g', 't']) await operator.keyboard.press(keys);
  await operator.keyboard.press('Control+k');
  // What the other keys would have opened would be there by now.
  await expect(operator.getByRole('dialog')).toHaveAccessibleName('Search tasks or go to');
  await operator.keyboard.press('Escape');
  await expect(approvals.approve).toBeEnabled();
  await expect(approvals.changes).toBeVisible();
  await expect(operator).toHaveURL(/\/approvals/);

  await operator.goto(`${stack.url}/settings`);
  await operator.getByRole('switch', { name: 'Single-key shortcuts' }).check();
  await operator.keyboard.press('Escape');
  await operator.getByRole('heading', { name: 'Settings' }).click();
  await operator.keyboard.press('g');
  await operator.keyboard.press('t');
  await expect(operator).toHaveURL(/\/tasks/);
});

test('tasks stand as close as chosen, and all of them in a plain table for whoever wants one', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  for (const path of [`one-${unique}.txt`, `two-${unique}.txt`]) {
    await agent.submits({ goal: `Add ${path}`, branch: unique, files: [{ path, content: 'x\n' }] });
  }
  const row = operator.getByRole('row').filter({ hasText: `one-${unique}` });
  const height = async (): Promise<number | undefined> => (await row.boundingBox())?.height;
  await operator.goto(`${stack.url}/tasks`);
  await expect(row).toBeVisible();
  expect(await height()).toBe(34);

  await operator.goto(`${stack.url}/settings`);
  await operator.getByRole('radiogroup', { name: 'Density' }).getByText('Compact').click();
  await operator.goto(`${stack.url}/tasks?q=${unique}`);
  await expect(createShellPage(operator).live).toBeVisible();
  await expect(row).toBeVisible();
  expect(await height()).toBe(28);

  await operator.getByRole('button', { name: 'Show 200 rows as a plain table' }).click();
  const table = operator.getByRole('table').filter({ has: operator.getByText('All 2 tasks') });
  await expect(table.getByRole('rowheader')).toHaveCount(2);
  await expect(table.getByRole('row').filter({ hasText: `two-${unique}` })).toContainText(
    'Awaiting approval',
  );
  await operator.getByRole('button', { name: 'Show as a list' }).click();
  await expect(operator.getByRole('table', { name: 'Tasks', exact: true })).toBeVisible();
});
