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
  await expect(approvals.changes.getByText('This change is long')).toHaveCount(0);
  await expect(approvals.approve).toBeEnabled();
  for (const text of ['removed: old 1101', 'added: new 1', 'added: new 1101']) {
    const shown = approvals.changes.locator('[data-kind]').filter({ hasText: new RegExp(`${text}$`) });
    await shown.scrollIntoViewIfNeeded();
    await expect(shown).toBeInViewport();
  }
});

test('a change beyond what a plan shows is read to its end before it can be approved', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const path = `long-${unique}.txt`;
  await commitDirectly(stack.firstRun.demoRepository, unique, { [path]: numbered('old', 6_000) });
  await agent.submits({
    goal: `Change ${path}`,
    branch: unique,
    files: [{ path, content: numbered('new', 6_000) }],
  });
  const approvals = createApprovalsPage(operator);
  await approvals.open(stack.url);
  await approvals.choose(path);
  await expect(approvals.bar).toContainText('Read it to its end');
  await expect(approvals.approve).toBeHidden();
  for (let read = 2_000; read < 12_000; read += 2_000) {
    const end = approvals.changes.getByText(`${read.toLocaleString('en')} of 12,000 lines`, { exact: true });
    await end.scrollIntoViewIfNeeded();
    await expect(
      approvals.changes.getByText(`${read.toLocaleString('en')} of 12,000 lines viewed`),
    ).toBeAttached();
  }
  await expect(approvals.approve).toBeHidden();
  await approvals.changes.getByText('The end of 12,000 lines').scrollIntoViewIfNeeded();
  await expect(approvals.approve).toBeEnabled();
  const last = approvals.changes.locator('[data-kind]').filter({ hasText: /added: new 6000$/ });
  await expect(last).toBeInViewport();
  await expect(approvals.changes.locator('[data-kind="REMOVE"]')).toHaveCount(6_000);

  // What was read stays read in this tab.
  await operator.reload();
  await expect(approvals.approve).toBeEnabled();
});
