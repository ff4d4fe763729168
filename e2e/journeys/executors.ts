import { createAgent } from '../agent.ts';
import { createShellPage } from '../pages/shell.ts';
import { expect, test } from '../test.ts';

test('an operator drains a platform, what waits says why, and goes on once it is closed', async ({
  agent,
  operator,
  stack,
}) => {
  await operator.goto(`${stack.url}/executors`);
  await expect(createShellPage(operator).live).toBeVisible();
  const card = operator.getByRole('listitem', { name: 'kubernetes' });
  await expect(card).toContainText('sandbox');
  await card.getByRole('button', { name: 'Drain' }).click();
  const drain = operator.getByRole('dialog', { name: 'Drain kubernetes' });
  await expect(drain).toContainText('No step is begun on kubernetes any more.');
  await drain.getByLabel('Why').fill('The cluster is being upgraded.');
  await drain.getByRole('button', { name: 'Drain kubernetes' }).click();
  await expect(card).toContainText('The cluster is being upgraded.');

  const params = { cluster: 'sandbox', namespace: 'shop', name: 'web-02', image: 'web:1.2.0' };
  const task = await agent.asksFor({
    goal: 'Bring web-02 to 1.2',
    actions: [{ type: 'kubernetes.deployment.image', params }],
  });
  await createAgent(stack.url, stack.firstRun.approverKey).approves(task);
  await expect(card).toContainText('1 held');
  await operator.goto(`${stack.url}/tasks/${task.id}`);
  await expect(
    operator.getByText(/drained kubernetes: The cluster is being upgraded\./).first(),
  ).toBeVisible();

  await operator.goto(`${stack.url}/executors`);
  await card.getByRole('button', { name: 'Close' }).click();
  const close = operator.getByRole('dialog', { name: 'Close kubernetes' });
  await close.getByLabel('Why').fill('The upgrade is done.');
  await close.getByRole('button', { name: 'Close kubernetes' }).click();
  await agent.reaches(task, 'SUCCEEDED');
  await expect(card.getByRole('button', { name: 'Close' })).toBeHidden();
});
