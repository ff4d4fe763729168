import { createShellPage } from '../pages/shell.ts';
import { desktop, phone } from '../pages/screens.ts';
import { expect, test } from '../test.ts';

/** Of the window that may move without anybody's doing. */
const mostShift = 0.02;
/** Longer than the wait before a skeleton shows. */
const lateMs = 500;

const watchShifts = `
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shift += value;
  }).observe({ type: 'layout-shift', buffered: true });
`;

for (const [name, screen] of [
  ['at a desk', desktop],
  ['on a phone', phone],
] as const) {
  test(`nothing moves by itself while pages load from a slow server, ${name}`, async ({
    agent,
    opensBrowser,
    operatorSession,
    stack,
    unique,
  }) => {
    const paths = ['a', 'b', 'c'].map((each) => `still-${each}-${unique}.txt`);
    const [task] = await Promise.all(
      paths.map((path) =>
        agent.submits({ goal: `Add ${path}`, branch: unique, files: [{ path, content: 'x\n' }] }),
      ),
    );
    const page = await opensBrowser(operatorSession, screen);
    await page.addInitScript(watchShifts);
    await page.route('**/graphql', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, lateMs));
      await route.continue();
    });
    for (const address of [
      '/approvals',
      `/approvals/${task?.approval?.id}`,
      '/tasks',
      `/tasks/${task?.id}`,
      '/overview',
    ]) {
      await page.goto(`${stack.url}${address}`);
      await expect(page.getByRole('status', { name: 'Loading' }).first()).toBeVisible();
      await expect(createShellPage(page).live).toBeVisible();
      await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
      expect(await page.evaluate('window.shift'), address).toBeLessThan(mostShift);
    }
  });
}

test('whoever comes to look at a request moves nothing for whoever reads it', async ({
  agent,
  approverSession,
  opensBrowser,
  operatorSession,
  stack,
  unique,
}) => {
  const path = `looked-at-${unique}.txt`;
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  const address = `${stack.url}/approvals/${task.approval?.id}`;
  const reader = await opensBrowser(operatorSession, phone);
  await reader.goto(address);
  await expect(reader.getByText('Nobody else is here')).toBeVisible();
  await expect(reader.getByRole('status', { name: 'Loading' })).toHaveCount(0);
  // The last that comes by itself.
  await expect(reader.getByText(/a reminder follows/)).toBeVisible();
  const tabs = reader.getByRole('tablist');
  const place = await tabs.boundingBox();
  const other = await opensBrowser(approverSession, desktop);
  await other.goto(address);
  await expect(reader.getByRole('list', { name: 'Also here' })).toContainText('Approver');
  expect(await tabs.boundingBox()).toEqual(place);
});
