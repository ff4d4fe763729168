import { createShellPage } from '../pages/shell.ts';
import { expect, test } from '../test.ts';

test('a page whose code does not arrive says so in its place, and a reload brings it', async ({
  opensBrowser,
  operatorSession,
  stack,
}) => {
  const page = await opensBrowser(operatorSession);
  await page.route('**/overview-page-*.js', (route) => route.abort());
  await page.goto(`${stack.url}/approvals`);
  const shell = createShellPage(page);
  await expect(shell.live).toBeVisible();
  await page.getByRole('link', { name: 'Overview' }).click();
  await expect(page.getByRole('heading', { name: 'This page could not be shown' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Approvals' })).toBeVisible();

  await page.unroute('**/overview-page-*.js');
  await page.getByRole('button', { name: 'Reload' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
});
