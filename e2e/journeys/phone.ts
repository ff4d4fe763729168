import { createApprovalsPage } from '../pages/approvals.ts';
import { phone } from '../pages/screens.ts';
import { createShellPage } from '../pages/shell.ts';
import { expect, test } from '../test.ts';

test('on a phone: the list, the request on a page of its own, and the approval', async ({
  agent,
  opensBrowser,
  operatorSession,
  stack,
  unique,
}) => {
  const path = `phone-${unique}.txt`;
  const approvals = createApprovalsPage(await opensBrowser(operatorSession, phone));
  const { page } = approvals;
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  await approvals.open(stack.url);
  await expect(approvals.row(path)).toBeVisible();
  await expect(approvals.review).toBeHidden();

  await approvals.row(path).tap();
  await expect(page).toHaveURL(new RegExp(`/approvals/${task.approval?.id}`));
  await expect(approvals.title).toContainText(path);
  await expect(approvals.list).toBeHidden();
  await expect(approvals.changes).toContainText('added: x');
  const button = await approvals.approve.boundingBox();
  // As high as a thumb is wide, and in sight without scrolling.
  expect(button?.height).toBeGreaterThanOrEqual(44);
  expect((button?.y ?? Infinity) + (button?.height ?? 0)).toBeLessThanOrEqual(phone.viewport.height);

  await approvals.review.getByRole('button', { name: 'Back to the list' }).tap();
  await expect(approvals.list).toBeVisible();
  await approvals.row(path).tap();
  await expect(approvals.approve).toBeEnabled();
  await approvals.approve.tap();
  await expect(approvals.notes).toContainText('Approved. Runs in');
  await expect(approvals.list).toBeVisible();
  await agent.reaches(task, 'SUCCEEDED');

  // A link that was made on a wide screen, where the request stands beside the list.
  await page.goto(`${stack.url}/approvals?id=${task.approval?.id}`);
  await expect(page).toHaveURL(new RegExp(`/approvals/${task.approval?.id}`));
  await expect(approvals.title).toContainText(path);

  await page.getByRole('button', { name: 'Menu' }).tap();
  await page.getByRole('dialog').getByRole('link', { name: 'Tasks' }).tap();
  await expect(page.getByRole('table', { name: 'Tasks' }).getByText(`Add ${path}`)).toBeVisible();
});

test('on a phone the arrow of a setting stands beside its words, however long they are', async ({
  opensBrowser,
  operatorSession,
  stack,
}) => {
  const page = await opensBrowser(operatorSession, phone);
  await page.goto(`${stack.url}/settings`);
  const rows = page.getByRole('main').getByRole('link');
  await expect(rows.filter({ hasText: 'People and keys' })).toBeVisible();
  const arrows = await rows.locator('> svg').all();
  expect(arrows.length).toBeGreaterThan(0);
  for (const arrow of arrows) {
    const box = await arrow.boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeGreaterThan(phone.viewport.width - 40);
  }
});

test('a request on a page of its own has its environment in the header', async ({
  agent,
  opensBrowser,
  operatorSession,
  stack,
  unique,
}) => {
  const path = `where-${unique}.txt`;
  const task = await agent.submits({
    goal: `Add ${path}`,
    justification: 'To see where it runs',
    environment: 'PRODUCTION',
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  const page = await opensBrowser(operatorSession, phone);
  await page.goto(`${stack.url}/approvals/${task.approval?.id}`);
  await expect(page.getByRole('banner')).toContainText('production');
  await expect(createShellPage(page).live).toBeVisible();
  const stop = page.getByRole('button', { name: 'Stop agents' });
  const place = await stop.boundingBox();
  const account = await page.getByRole('button', { name: 'Account' }).boundingBox();
  expect((account?.x ?? Infinity) + (account?.width ?? 0)).toBeLessThanOrEqual(place?.x ?? 0);
  expect((place?.x ?? 0) + (place?.width ?? Infinity)).toBeLessThanOrEqual(phone.viewport.width);
  // Whoever looks for it in a hurry finds it where it always is, whatever else the header says.
  for (const address of ['/approvals', '/overview', '/settings/people']) {
    await page.goto(`${stack.url}${address}`);
    await expect(stop).toBeVisible();
    expect(await stop.boundingBox()).toEqual(place);
  }
});
