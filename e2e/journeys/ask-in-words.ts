import { createApprovalsPage } from '../pages/approvals.ts';
import { createShellPage } from '../pages/shell.ts';
import { expect, test } from '../test.ts';

test('somebody asks in words, sees the plan and who made it, and another person lets it run', async ({
  approverSession,
  operator,
  opensBrowser,
  stack,
}) => {
  await operator.goto(`${stack.url}/tasks`);
  await expect(createShellPage(operator).live).toBeVisible();
  await operator.keyboard.press('g');
  await operator.keyboard.press('q');
  const goal = operator.getByRole('textbox', { name: 'What do you want done?' });
  await expect(goal).toBeFocused();
  await goal.fill('Scale web-03 to 4');
  await operator.keyboard.press('Control+Enter');
  const task = operator.getByRole('article', { name: 'Task' });
  await expect(task).toContainText('agent asks: In which cluster and namespace is web-03?');
  await task.getByRole('link', { name: 'Ask again' }).click();
  await expect(goal).toHaveValue('Scale web-03 to 4');
  await goal.fill('Scale sandbox/shop/web-03 to 4');
  await operator.getByRole('button', { name: 'Ask for a plan' }).click();
  await expect(task.getByRole('heading', { level: 1 })).toHaveText(/web-03/);
  await expect(task.getByRole('region', { name: 'Planning' })).toContainText(
    'sop_agent by the scripted planner',
  );
  await expect(task).toContainText('Waiting for a person.');

  const reviewer = await opensBrowser(approverSession);
  const approvals = createApprovalsPage(reviewer);
  await approvals.open(stack.url);
  await approvals.choose('web-03');
  await expect(approvals.changes).toContainText('4');
  const words = reviewer.getByRole('region', { name: 'What the agent says' });
  await expect(words).toContainText('sop_agent says, by the scripted planner');
  await expect(words).toContainText("These are its words, not Countersign's");
  await approvals.approve.click();
  await expect(task).toContainText('Succeeded');
  await expect(
    task.getByRole('list', { name: 'What a plan passes before it runs' }).getByRole('listitem'),
  ).toHaveText([/Form passed/, /Policy passed/, /Drift passed/, /Score/, /People passed/]);
});
