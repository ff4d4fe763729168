import { createAgent } from '../agent.ts';
import { createShellPage } from '../pages/shell.ts';
import { expect, test } from '../test.ts';

test('what is approved for an emulated platform is seen there as soon as it is done', async ({
  agent,
  operator,
  stack,
}) => {
  await operator.goto(`${stack.url}/approvals`);
  await operator.getByRole('link', { name: 'Sandbox' }).click();
  await expect(operator.getByRole('heading', { level: 1, name: 'Sandbox' })).toBeVisible();
  await expect(createShellPage(operator).live).toBeVisible();
  const deployment = operator.getByRole('row').filter({ hasText: 'web-01' });
  await expect(deployment).toContainText('web:1.0.0');

  const params = { cluster: 'sandbox', namespace: 'shop', name: 'web-01', image: 'web:1.1.0' };
  const task = await agent.asksFor({
    goal: 'Bring the shop to 1.1',
    actions: [{ type: 'kubernetes.deployment.image', params }],
  });
  await createAgent(stack.url, stack.firstRun.approverKey).approves(task);
  await agent.reaches(task, 'SUCCEEDED');
  await expect(deployment).toContainText('web:1.1.0');

  await operator.reload();
  await expect(deployment).toContainText('web:1.1.0');
});
