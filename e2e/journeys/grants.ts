import { askGraphql } from '../agent.ts';
import { createShellPage } from '../pages/shell.ts';
import { expect, test } from '../test.ts';

test('what a person grants runs without being asked about, says by which grant, and stops with it', async ({
  agent,
  approverSession,
  opensBrowser,
  stack,
  unique,
}) => {
  // Nothing of agents runs there without a person.
  const nothing = { environment: 'STAGING', level: 0, reason: 'New here.' };
  const setAutonomy =
    'mutation ($input: SetAutonomyInput!) { setAutonomy(input: $input) { refusal { message } } }';
  const { adminKey } = stack.firstRun;
  expect(await askGraphql(stack.url, adminKey, setAutonomy, { input: nothing })).toEqual({
    setAutonomy: { refusal: null },
  });
  const page = await opensBrowser(approverSession);
  const post = {
    goal: `Tell the deploys of ${unique}`,
    environment: 'STAGING',
    actions: [{ type: 'slack.message.post', params: { channel: 'C0OPS', text: `Build ${unique} is out` } }],
  } as const;
  const asked = await agent.asksFor(post);
  expect(asked.status).toBe('AWAITING_APPROVAL');

  await page.goto(`${stack.url}/grants`);
  await expect(createShellPage(page).live).toBeVisible();
  await page.getByRole('button', { name: 'Make a grant…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Make a grant' });
  await dialog.getByLabel('Action type').click();
  await page.getByRole('option', { name: 'slack.message.post@1' }).click();
  await dialog.getByLabel('Agent').click();
  await page.getByRole('option').first().click();
  await dialog.getByLabel('Targets').fill('C0OPS');
  await dialog.getByText('staging', { exact: true }).click();
  await dialog.getByText('high', { exact: true }).click();
  await dialog.getByRole('button', { name: 'Grant', exact: true }).click();
  await expect(dialog.getByText(/say why/)).toBeVisible();
  await dialog.getByLabel('Why').fill(`Every build says so: ${unique}`);
  await dialog.getByRole('button', { name: 'Grant', exact: true }).click();
  await expect(dialog).toBeHidden();
  const card = page.getByRole('listitem').filter({ hasText: unique });
  await expect(card).toContainText('10 of 10 uses left');

  const task = await agent.asksFor(post);
  await agent.reaches(task, 'SUCCEEDED');
  await expect(card).toContainText('9 of 10 uses left');
  await card.getByRole('button', { name: /What it let through/ }).click();
  await card.getByRole('link', { name: post.goal }).click();
  await expect(page.getByText('Let through by', { exact: true })).toBeVisible();
  await page.getByRole('link', { name: /the grant of/ }).click();

  await card.getByRole('button', { name: 'Revoke' }).click();
  const revoking = page.getByRole('dialog', { name: 'Revoke the grant' });
  await revoking.getByLabel('Why').fill('The channel is closed.');
  await revoking.getByRole('button', { name: 'Revoke' }).click();
  await expect(card).toContainText('revoked it: The channel is closed.');
  expect((await agent.asksFor(post)).status).toBe('AWAITING_APPROVAL');
  await askGraphql(stack.url, adminKey, setAutonomy, { input: { ...nothing, level: null } });
});
