import { createApprovalsPage } from '../pages/approvals.ts';
import { createShellPage } from '../pages/shell.ts';
import { expect, test } from '../test.ts';

const focusIsWithin = (role: string): string =>
  `document.activeElement?.closest('[role="${role}"]') !== null`;

test('Escape closes what is on top and leaves the page below where it is', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const path = `escape-${unique}.txt`;
  const approvals = createApprovalsPage(operator);
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  const address = `${stack.url}/approvals/${task.approval?.id}`;
  await operator.goto(address);
  await expect(createShellPage(operator).live).toBeVisible();
  await expect(approvals.approve).toBeEnabled();

  const dialog = operator.getByRole('dialog');
  const theme = operator.getByRole('button', { name: 'Theme' });
  for (const keys of ['Shift+?', 'Control+k']) {
    await theme.focus();
    await operator.keyboard.press(keys);
    await expect(dialog).toBeVisible();
    await operator.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(operator).toHaveURL(address);
    await expect(theme).toBeFocused();
  }
  const search = operator.getByRole('button', { name: 'Search tasks or go to' });
  await search.click();
  await expect(dialog).toBeVisible();
  await operator.keyboard.press('Escape');
  await expect(search).toBeFocused();
  const account = operator.getByRole('button', { name: 'Account' });
  await account.click();
  await operator.getByRole('menuitem', { name: 'Keyboard shortcuts' }).click();
  await expect(dialog).toBeVisible();
  await operator.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(account).toBeFocused();
  for (const [button, popup] of [
    ['Account', 'menu'],
    ['Theme', 'menu'],
    [/(targets?|files?)$/, 'dialog'],
  ] as const) {
    await operator.getByRole('button', { name: button }).click();
    // It opens with the focus inside, a moment after it is seen.
    await expect.poll(() => operator.evaluate(focusIsWithin(popup))).toBe(true);
    await operator.keyboard.press('Escape');
    await expect(operator.getByRole(popup)).toBeHidden();
    await expect(operator).toHaveURL(address);
  }
  // Also with the focus elsewhere, as while reading the change once more.
  for (const leaves of [false, true]) {
    await approvals.reject.click();
    await expect(approvals.review.getByRole('textbox', { name: 'Reason' })).toBeFocused();
    if (leaves) await approvals.title.click();
    await operator.keyboard.press('Escape');
    await expect(approvals.approve).toBeEnabled();
    await expect(operator).toHaveURL(address);
  }

  await operator.keyboard.press('Escape');
  await expect(approvals.list).toBeVisible();
  await expect(operator).not.toHaveURL(address);
});

test('what is typed at once behind ⌘K is searched for, and is no press of what lies below', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const path = `typed-${unique}.txt`;
  const approvals = createApprovalsPage(operator);
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  await operator.goto(`${stack.url}/approvals/${task.approval?.id}`);
  await expect(createShellPage(operator).live).toBeVisible();
  await expect(approvals.approve).toBeEnabled();
  // All that is fetched ahead is there.
  await expect(operator.getByRole('button', { name: 'Stop agents' })).toBeVisible();
  await operator.waitForLoadState('networkidle');
  const search = operator.getByRole('combobox', { name: 'Search tasks or go to' });
  await operator.keyboard.press('Control+k');
  await operator.keyboard.type('Add typed', { delay: 20 });
  await expect(search).toHaveValue(/typed$/);
  expect((await agent.sees(task)).approval?.reviews).toEqual([]);

  await operator.keyboard.press('Escape');
  await expect(search).toBeHidden();
  await expect(approvals.approve).toBeEnabled();
  await operator.keyboard.press('r');
  await operator.keyboard.type('Not today, wait for Friday', { delay: 20 });
  await expect(approvals.review.getByRole('textbox', { name: 'Reason' })).toHaveValue(/wait for Friday$/);
  expect((await agent.sees(task)).status).toBe('AWAITING_APPROVAL');
});

test('the inbox by keyboard alone: down, open, read, mark, and back', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const approvals = createApprovalsPage(operator);
  const paths = ['a', 'b', 'c'].map((each) => `${each}-${unique}.txt`);
  for (const path of paths) {
    await agent.submits({ goal: `Add ${path}`, branch: unique, files: [{ path, content: 'x\n' }] });
  }
  await approvals.open(stack.url);
  const options = approvals.list.getByRole('option');
  await expect(options).toHaveCount(paths.length);
  await expect(options.nth(0)).toHaveAttribute('aria-selected', 'true');
  await operator.keyboard.press('j');
  await operator.keyboard.press('j');
  await operator.keyboard.press('k');
  await expect(options.nth(1)).toHaveAttribute('aria-selected', 'true');
  await expect(approvals.title).toContainText(
    (await options.nth(1).innerText()).match(/[abc]-\w+\.txt/)?.[0] ?? '',
  );

  await operator.keyboard.press('3');
  await expect(approvals.review.getByRole('tab', { name: 'Policy' })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await operator.keyboard.press('1');
  await operator.keyboard.press('v');
  await expect(approvals.changes.getByRole('checkbox', { name: 'Viewed' }).first()).toBeChecked();

  // Focus is the list's own: rows come and go under it.
  await approvals.list.focus();
  await operator.keyboard.press('ArrowDown');
  await expect(options.nth(2)).toHaveAttribute('aria-selected', 'true');
  await expect(approvals.list).toBeFocused();
  await operator.keyboard.press('Enter');
  await expect(operator).toHaveURL(/\/approvals\/[0-9a-f-]+/);
  // The address is there before the page is, which knows what Escape is for.
  await expect(approvals.review.getByRole('button', { name: 'Back to the list' })).toBeVisible();
  await operator.keyboard.press('Escape');
  await expect(approvals.list).toBeVisible();
  // Back at the row that was opened, not at the top.
  await expect(options.nth(2)).toHaveAttribute('aria-selected', 'true');

  // The last key of a sequence is nobody else's.
  await expect(approvals.changes).toBeVisible();
  const split = approvals.review.getByRole('button', { name: /beside each other|below each other/i });
  const before = await split.getAttribute('aria-label');
  await operator.keyboard.press('g');
  await operator.keyboard.press('s');
  await expect(operator).toHaveURL(/\/settings/);
  await operator.keyboard.press('g');
  await operator.keyboard.press('a');
  await expect(split).toHaveAttribute('aria-label', before ?? '');
});
