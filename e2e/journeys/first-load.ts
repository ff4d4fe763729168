import type { Page } from '@playwright/test';
import { askGraphql } from '../agent.ts';
import { createApprovalsPage } from '../pages/approvals.ts';
import { createShellPage } from '../pages/shell.ts';
import type { Stack } from '../stack.ts';
import { expect, test } from '../test.ts';

const operationOf = (body: string | null): string => /(?:query|mutation) (\w+)/.exec(body ?? '')?.[1] ?? '';

const goingOn = `{ tasks(filter: { status: [PLANNING, HELD, QUEUED, RUNNING] }, first: 1) { nodes { id } } }`;

/** What other journeys left going on is news to a page, which asks again then. */
const isQuiet = ({ url, firstRun: { adminKey } }: Stack): Promise<void> =>
  expect
    .poll(
      async () => (await askGraphql<{ tasks: { nodes: unknown[] } }>(url, adminKey, goingOn, {})).tasks.nodes,
    )
    .toEqual([]);

/** What a page asks for until it has settled, and whether an event gave it a reason to ask again. */
const firstLoad = async (page: Page, url: string): Promise<{ asked: string[]; hasNews: boolean }> => {
  const asked: string[] = [];
  let hasNews = false;
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/graphql') asked.push(operationOf(request.postData()));
  });
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => (hasNews ||= payload.includes('{"data":{"events":'))),
  );
  await page.clock.install();
  await page.goto(url);
  await expect(createShellPage(page).live).toBeVisible();
  await page.waitForLoadState('networkidle');
  // Whatever waits for the page to settle comes now, before the first request of the page's own hand.
  await page.clock.fastForward(2_000);
  await page.evaluate(() => fetch('/healthz').then(() => undefined));
  return { asked, hasNews };
};

for (const path of ['/approvals', '/approvals?view=all', '/overview', '/tasks', '/settings/people']) {
  test(`a first load of ${path} asks for everything once`, async ({
    agent,
    opensBrowser,
    operatorSession,
    stack,
    unique,
  }) => {
    const file = `once-${unique}.txt`;
    await agent.submits({ goal: `Add ${file}`, branch: unique, files: [{ path: file, content: 'x\n' }] });
    await isQuiet(stack);
    // An event of another journey's request (it expires, somebody is reminded) is a reason to look again.
    let load = await firstLoad(await opensBrowser(operatorSession), stack.url + path);
    for (let again = 0; load.hasNews && again < 5; again += 1)
      load = await firstLoad(await opensBrowser(operatorSession), stack.url + path);
    expect(load.hasNews).toBe(false);
    expect(load.asked.length).toBeGreaterThan(1);
    expect(load.asked.toSorted()).toEqual([...new Set(load.asked)].toSorted());
  });
}

test('what happens after the first answers and before the socket listens is on screen', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const approvals = createApprovalsPage(operator);
  const listens = Promise.withResolvers<void>();
  await operator.routeWebSocket(/\/graphql$/, async (socket) => {
    await listens.promise;
    socket.connectToServer();
  });
  const submits = (path: string) =>
    agent.submits({ goal: `Add ${path}`, branch: unique, files: [{ path, content: 'x\n' }] });
  await submits(`before-${unique}.txt`);
  await approvals.open(stack.url);
  await expect(approvals.row(`before-${unique}.txt`)).toBeVisible();
  await submits(`unheard-${unique}.txt`);
  listens.resolve();
  await expect(createShellPage(operator).live).toBeVisible();
  await expect(approvals.row(`unheard-${unique}.txt`)).toBeVisible();
});
