import { commitDirectly } from '../../packages/server/testing/git-repository.ts';
import { createApprovalsPage } from '../pages/approvals.ts';
import { expect, test } from '../test.ts';

const numbered = (word: string, count: number): string =>
  Array.from({ length: count }, (_, index) => `${word} ${index + 1}\n`).join('');

test('a change of thousands of lines is read whole, with what goes and what comes', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const path = `large-${unique}.txt`;
  await commitDirectly(stack.firstRun.demoRepository, unique, { [path]: numbered('old', 1_101) });
  await agent.submits({
    goal: `Change ${path}`,
    branch: unique,
    files: [{ path, content: numbered('new', 1_101) }],
  });
  const approvals = createApprovalsPage(operator);
  await approvals.open(stack.url);
  await approvals.choose(path);
  await expect(approvals.changes.getByText('Load all')).toHaveCount(0);
  await expect(approvals.approve).toBeEnabled();
  for (const text of ['removed: old 1101', 'added: new 1', 'added: new 1101']) {
    const shown = approvals.changes.locator('[data-kind]').filter({ hasText: new RegExp(`${text}$`) });
    await shown.scrollIntoViewIfNeeded();
    await expect(shown).toBeInViewport();
  }
});

test('what goes is not approved by the sight of what comes', async ({ agent, operator, stack, unique }) => {
  const path = `cut-${unique}.txt`;
  await commitDirectly(stack.firstRun.demoRepository, unique, { [path]: numbered('old', 6_000) });
  await agent.submits({
    goal: `Change ${path}`,
    branch: unique,
    files: [{ path, content: numbered('new', 6_000) }],
  });
  const approvals = createApprovalsPage(operator);
  await approvals.open(stack.url);
  await approvals.choose(path);
  await approvals.changes.getByRole('button', { name: 'Load all' }).click();
  await expect(approvals.changes.getByText('This browser hashed these bytes')).toBeVisible();
  await expect(approvals.changes.getByText(/Content before: [0-9a-f]{16}.*; after: SHA-256/)).toBeVisible();
  await expect(approvals.bar).toContainText('cut off');
  await expect(approvals.approve).toBeHidden();
  await approvals.changes.getByRole('checkbox', { name: /old content of these files elsewhere/ }).check();
  await expect(approvals.approve).toBeEnabled();
});
