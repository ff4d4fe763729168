import { createShellPage } from '../pages/shell.ts';
import { expect, test } from '../test.ts';

test('one person stops everything from any page, everybody sees it, and two release it', async ({
  agent,
  approverSession,
  operator,
  opensBrowser,
  stack,
  unique,
}) => {
  await operator.goto(`${stack.url}/tasks`);
  await expect(createShellPage(operator).live).toBeVisible();
  const approver = await opensBrowser(approverSession);
  await approver.goto(`${stack.url}/approvals`);
  await expect(operator.getByRole('button', { name: 'Stop agents' })).toBeVisible();
  await operator.keyboard.press('Control+Shift+.');
  const dialog = operator.getByRole('dialog', { name: 'Stop agents' });
  await expect(dialog.getByLabel('Why')).toBeFocused();
  await expect(dialog.getByLabel('Why')).toHaveValue('Emergency stop');
  await expect(dialog.getByText(/running steps?, hold/)).toBeVisible();
  await dialog.getByText('Halt', { exact: true }).click();
  await dialog.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(dialog).toBeHidden();

  for (const page of [operator, approver]) {
    const banner = page.getByRole('alert').filter({ hasText: 'Emergency stop' });
    await expect(banner).toContainText('Everything of this tenant');
    await expect(banner).toContainText('1 of 1 confirmed');
  }
  const task = await agent.asksFor({
    goal: `Wait for ${unique}`,
    actions: [
      {
        type: 'kubernetes.deployment.status',
        params: { cluster: 'sandbox', namespace: 'shop', name: 'web-01' },
      },
    ],
  });
  await operator.goto(`${stack.url}/tasks/${task.id}`);
  await expect(operator.getByText(/The kill switch is engaged: Emergency stop/).first()).toBeVisible();

  await operator.getByRole('link', { name: 'Control' }).first().click();
  await expect(operator.getByRole('heading', { name: 'Control' })).toBeVisible();
  for (const page of [operator, approver]) {
    await page.goto(`${stack.url}/control`);
    const now = page.getByRole('list', { name: 'Stopped now' });
    await now.getByRole('button', { name: 'Release' }).click();
    const asked = page.getByRole('dialog', { name: 'Release: Everything of this tenant' });
    await expect(asked).toContainText('2 people release this.');
    await asked.getByLabel('Why').fill('It is mended.');
    await asked.getByRole('button', { name: 'Release' }).click();
    await expect(asked).toBeHidden();
  }
  await expect(approver.getByText('Nothing is stopped')).toBeVisible();
  await expect(operator.getByRole('alert').filter({ hasText: 'Emergency stop' })).toBeHidden();
  await agent.reaches(task, 'SUCCEEDED');
});

test('a stop that did not arrive says so, and how else to stop', async ({ operator, stack }) => {
  await operator.goto(`${stack.url}/overview`);
  await operator.getByRole('button', { name: 'Stop agents' }).click();
  const dialog = operator.getByRole('dialog', { name: 'Stop agents' });
  await expect(dialog.getByText(/running steps?, hold/)).toBeVisible();
  await operator.context().setOffline(true);
  await dialog.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(dialog.getByText('NOT STOPPED')).toBeVisible();
  await expect(dialog.getByText(/countersign -- stop/)).toBeVisible();
  await operator.context().setOffline(false);
});
