import { createApprovalsPage } from '../pages/approvals.ts';
import { barriers } from '../pages/barriers.ts';
import { createShellPage } from '../pages/shell.ts';
import { expect, signIn, test } from '../test.ts';

test('a link works once: the second to open it is told so, and can paste another', async ({
  opensBrowser,
  stack,
}) => {
  const link = await stack.signInLink('Operator');
  const first = await opensBrowser();
  await first.goto(link);
  await expect(createShellPage(first).live).toBeVisible();

  const second = await opensBrowser();
  await second.goto(link);
  await expect(second.getByRole('alert')).toContainText('was used already or has expired');
  await expect(second).toHaveURL(/\/sign-in$/);
  const field = second.getByRole('textbox', { name: 'Sign-in link or token' });
  await field.fill('not a link');
  await second.getByRole('button', { name: 'Sign in' }).click();
  await expect(second.getByText('neither a sign-in link nor a token')).toBeVisible();

  await field.fill(await stack.signInLink('Operator'));
  await second.getByRole('button', { name: 'Sign in' }).click();
  await expect(createShellPage(second).live).toBeVisible();

  // Whoever has a session is not asked for another.
  await second.goto(link);
  await expect(second.getByRole('heading', { name: 'You are signed in already' })).toBeVisible();
  expect(await barriers(second)).toEqual([]);
  await second.getByRole('button', { name: 'Go on to the console' }).click();
  await expect(createShellPage(second).live).toBeVisible();
});

test('a link pasted into the address of the open sign-in page signs in', async ({ opensBrowser, stack }) => {
  const page = await opensBrowser();
  await page.goto(`${stack.url}/sign-in`);
  await expect(page.getByRole('textbox', { name: 'Sign-in link or token' })).toHaveAttribute(
    'placeholder',
    `${stack.url}/sign-in#token=…`,
  );
  // Only what is after the # is new: nothing is loaded.
  await page.goto(`${stack.url}/sign-in#token=nobody-made-this`);
  await expect(page.getByRole('alert')).toContainText('was used already or has expired');
  await page.goto(await stack.signInLink('Operator'));
  await expect(createShellPage(page).live).toBeVisible();
});

test('an address asks for a sign-in first and is where one lands afterwards', async ({
  opensBrowser,
  stack,
}) => {
  const page = await opensBrowser();
  await page.goto(`${stack.url}/tasks?status=failed`);
  await expect(page.getByRole('heading', { name: 'Sign in to Countersign' })).toBeVisible();
  await page.getByRole('textbox', { name: 'Sign-in link or token' }).fill(await stack.signInLink('Operator'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/tasks\?status=failed$/);
  await expect(createShellPage(page).live).toBeVisible();
});

test('signing out in one tab ends the others: what was typed there is kept for the next session', async ({
  agent,
  browser,
  opensBrowser,
  stack,
  unique,
}) => {
  const path = `session-${unique}.txt`;
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  const typing = await opensBrowser(await signIn(browser, await stack.signInLink('Operator')));
  const approvals = createApprovalsPage(typing);
  await approvals.open(stack.url);
  await approvals.choose(path);
  await approvals.reject.click();
  const reason = approvals.review.getByRole('textbox', { name: 'Reason' });
  await reason.fill('The window for changes');

  const leaving = await typing.context().newPage();
  await leaving.goto(`${stack.url}/overview`);
  await createShellPage(leaving).signOut();
  await expect(leaving.getByRole('heading', { name: 'Sign in to Countersign' })).toBeVisible();
  await leaving.goto(`${stack.url}/approvals`);
  await expect(leaving.getByRole('heading', { name: 'Sign in to Countersign' })).toBeVisible();
  await leaving.close();

  const dialog = typing.getByRole('dialog', { name: 'Your session has ended' });
  await expect(dialog).toBeVisible();
  await typing.keyboard.press('Escape');
  await expect(dialog).toBeVisible();
  expect(await barriers(typing)).toEqual([]);
  await dialog
    .getByRole('textbox', { name: 'Sign-in link or token' })
    .fill(await stack.signInLink('Operator'));
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await expect(dialog).toBeHidden();
  await expect(createShellPage(typing).live).toBeVisible();
  await expect(reason).toHaveValue('The window for changes');
  await reason.fill('The window for changes is closed');
  await approvals.review.getByRole('button', { name: 'Reject rev 1' }).click();
  await agent.reaches(task, 'REJECTED');
});
