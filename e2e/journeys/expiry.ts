import { createApprovalsPage } from '../pages/approvals.ts';
import { expect, test } from '../test.ts';

test('a request nobody decides in time expires: no buttons, no effect, and no rejection either', async ({
  agent,
  operator,
  opensBrowser,
  operatorSession,
  stack,
  unique,
}) => {
  const path = `late-${unique}.txt`;
  const approvals = createApprovalsPage(operator);
  const page = createApprovalsPage(await opensBrowser(operatorSession));
  await approvals.open(stack.url);
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
    environment: 'STAGING',
  });
  await page.page.goto(`${stack.url}/approvals/${task.approval?.id}`);
  await approvals.choose(path);
  await expect(approvals.approve).toBeVisible();
  await expect(approvals.row(path)).toContainText(/expires in 0?0:[01]\d/);

  for (const { bar, approve, reject } of [approvals, page]) {
    await expect(approve).toBeHidden();
    await expect(reject).toBeHidden();
    await expect(bar).toContainText(/The time to decide is over|Expired before anyone decided/);
  }
  const seen = await agent.reaches(task, 'EXPIRED');
  expect(seen.approval).toMatchObject({ status: 'EXPIRED', reviews: [] });
  expect(seen.events.nodes.map(({ type }) => type)).not.toContain('task.rejected');
  await expect(page.bar).toContainText('Expired before anyone decided. Nothing ran.');
  await page.page.keyboard.press('Shift+A');
  await expect(approvals.row(path)).toBeHidden();
  expect((await agent.sees(task)).status).toBe('EXPIRED');
});
