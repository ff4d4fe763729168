import { createApprovalsPage } from '../pages/approvals.ts';
import { expect, test } from '../test.ts';
import { runGit } from '../../packages/server/testing/git-repository.ts';

// However slow the machine is, the time to undo is not over before it was pressed.
test.use({ asking: { DEVELOPMENT: { undoWindowMs: 600_000 } } });

test('of several decisions one line is shown, below the change and not over it, and the rest behind a press', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const approvals = createApprovalsPage(operator);
  const paths = ['a', 'b', 'c', 'd'].map((each) => `${each}-${unique}.txt`);
  for (const path of paths)
    await agent.submits({
      goal: `Add ${path}`,
      branch: `${unique}-${path}`,
      files: [{ path, content: 'x\n' }],
    });
  await approvals.open(stack.url);
  for (const path of paths.slice(0, 3)) {
    await approvals.choose(path);
    await expect(approvals.approve).toBeEnabled();
    await operator.keyboard.press('Shift+A');
    await expect(approvals.notes).toContainText('Approved. Runs in');
  }
  await approvals.choose(paths[3] ?? '');
  const told = approvals.notes.getByRole('button', { name: 'Undo' });
  await expect(told).toHaveCount(1);
  const [line, bar] = await Promise.all([approvals.notes.boundingBox(), approvals.bar.boundingBox()]);
  expect(line?.y).toBeGreaterThanOrEqual(bar?.y ?? Infinity);
  await operator.getByRole('button', { name: /^\d more$/ }).click();
  await expect.poll(() => told.count()).toBeGreaterThan(1);
});

test('within the undo window Z takes an approval back, and the request waits again', async ({
  agent,
  operator,
  opensBrowser,
  operatorSession,
  stack,
  unique,
}) => {
  const path = `undo-${unique}.txt`;
  const approvals = createApprovalsPage(operator);
  const elsewhere = createApprovalsPage(await opensBrowser(operatorSession));
  await Promise.all([approvals.open(stack.url), elsewhere.open(stack.url)]);
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  await approvals.choose(path);
  await elsewhere.choose(path);

  await approvals.approve.click();
  await expect(approvals.notes).toContainText('Approved. Runs in');
  await expect(elsewhere.bar).toContainText('Approved by Operator');
  // Undone from another device of the same person.
  await elsewhere.bar.getByRole('button', { name: /Undo/ }).click();
  await expect(elsewhere.approve).toBeEnabled();
  await expect(approvals.row(path)).toContainText('0/1 approval');
  expect((await agent.sees(task)).status).toBe('AWAITING_APPROVAL');

  await approvals.choose(path);
  await expect(approvals.approve).toBeEnabled();
  await operator.keyboard.press('Shift+A');
  await expect(approvals.row(path)).toContainText('Approved by Operator');
  await expect(approvals.notes).toContainText('Approved. Runs in');
  await operator.keyboard.press('z');
  await expect(approvals.notes).toContainText('Undone. Nothing ran.');
  const seen = await agent.sees(task);
  expect(seen.status).toBe('AWAITING_APPROVAL');
  expect(seen.approval?.reviews.map(({ verdict }) => verdict)).toEqual([
    'APPROVE',
    'WITHDRAW',
    'APPROVE',
    'WITHDRAW',
  ]);
  expect(await runGit(stack.firstRun.demoRepository, 'branch', '--list', unique)).toBe('');
});
