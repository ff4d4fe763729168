import { createAgent } from '../agent.ts';
import { barriersAtAnyWidth } from '../pages/barriers.ts';
import { expect, test } from '../test.ts';

test("a specialist's plan and an agent's work count in their track records", async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const approver = createAgent(stack.url, stack.firstRun.approverKey);
  await operator.goto(`${stack.url}/agents?show=specialists`);
  const specialist = operator
    .getByRole('list', { name: 'Specialists' })
    .getByRole('listitem')
    .filter({ hasText: 'sop_agent' });
  const counted = async (word: string): Promise<number> => {
    const words = (await specialist.locator('summary').textContent()) ?? '';
    return Number(new RegExp(`(\\d+) ${word}`).exec(words)?.[1] ?? 0);
  };
  await expect(specialist).toBeVisible();
  const before = { planned: await counted('planned'), succeeded: await counted('succeeded') };

  await operator.goto(`${stack.url}/ask`);
  await operator
    .getByRole('textbox', { name: 'What do you want done?' })
    .fill('Scale sandbox/shop/web-05 to 5');
  await operator.getByRole('button', { name: 'Ask for a plan' }).click();
  const asked = operator.getByRole('article', { name: 'Task' });
  await expect(asked).toContainText('Waiting for a person.');
  const id = new URL(operator.url()).pathname.split('/').at(-1) ?? '';
  await approver.approves(await approver.reaches({ id }, 'AWAITING_APPROVAL'));
  await approver.reaches({ id }, 'SUCCEEDED');
  await operator.goto(`${stack.url}/agents?show=specialists`);
  await expect.poll(() => counted('planned')).toBe(before.planned + 1);
  await expect.poll(() => counted('succeeded')).toBe(before.succeeded + 1);
  await specialist.locator('summary').click();
  await expect(specialist).toContainText('the scripted planner; no model is configured');
  expect(await barriersAtAnyWidth(operator)).toEqual([]);

  await operator.getByRole('tab', { name: 'Autonomy' }).click();
  await operator.getByRole('link', { name: 'demo-agent' }).click();
  const record = operator.getByRole('region', { name: /^Track record/ });
  const succeeded = record
    .getByRole('term')
    .filter({ hasText: 'Succeeded' })
    .locator('..')
    .getByRole('definition');
  const path = `record-${unique}.txt`;
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  await approver.approves(await agent.reaches(task, 'AWAITING_APPROVAL'));
  await agent.reaches(task, 'SUCCEEDED');
  await expect(operator.getByRole('list', { name: 'Recent tasks' })).toContainText(`Add ${path}`);
  await expect(succeeded).toHaveText(/[1-9]/);
  const levels = operator.getByRole('region', { name: 'Autonomy' });
  const production = levels.getByRole('listitem').filter({ hasText: 'production' });
  await production.getByRole('button', { name: 'Set' }).click();
  const dialog = operator.getByRole('dialog', { name: 'Autonomy of demo-agent in production' });
  await dialog.getByRole('radiogroup', { name: 'Level' }).getByText('1', { exact: true }).click();
  await dialog.getByRole('textbox', { name: 'Why' }).fill(`It did well ${unique}`);
  await dialog.getByRole('button', { name: 'Set it' }).click();
  await expect(production).toContainText(`asks for level 1: It did well ${unique}. A second person must say`);
  await expect(production).toContainText('Level 0');
  expect(await barriersAtAnyWidth(operator)).toEqual([]);
});
