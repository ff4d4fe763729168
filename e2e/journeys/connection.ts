import { createApprovalsPage } from '../pages/approvals.ts';
import { barriers } from '../pages/barriers.ts';
import { createShellPage } from '../pages/shell.ts';
import { createBadNetwork, isDecision } from '../pages/bad-network.ts';
import { expect, test } from '../test.ts';

/** Longer than the longest pause between two tries to connect. */
const reconnectTimeoutMs = 30_000;
const noticedWithinMs = 8_000;

test('an approval that the network swallows, or pressed offline, is never sent later', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const path = `offline-${unique}.txt`;
  const approvals = createApprovalsPage(operator);
  const shell = createShellPage(operator);
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  const badNetwork = await createBadNetwork(operator);
  await approvals.open(stack.url);
  await approvals.choose(path);
  await expect(shell.live).toBeVisible();
  await expect(approvals.approve).toBeEnabled();

  // The page believes that all is well; the request does not get through.
  const network = badNetwork.loseDecisions();
  await operator.keyboard.press('Shift+A');
  await expect(approvals.review.getByRole('alert')).toContainText('It will not be sent again');
  expect(network.lost()).toBe(1);

  await operator.context().setOffline(true);
  await expect(shell.connection).toHaveAccessibleName(/^Offline/);
  await expect(approvals.bar).toContainText('nothing is kept to be sent later');
  await expect(approvals.approve).toBeHidden();
  expect(await barriers(operator)).toEqual([]);
  await operator.keyboard.press('Shift+A');

  await operator.context().setOffline(false);
  // Whatever the page does on its return, it has done once it shows what came afterwards.
  const after = `after-${unique}.txt`;
  await agent.submits({ goal: `Add ${after}`, branch: unique, files: [{ path: after, content: 'x\n' }] });
  await expect(shell.live).toBeVisible({ timeout: reconnectTimeoutMs });
  await expect(approvals.row(after)).toBeVisible();
  await expect(approvals.approve).toBeEnabled();
  expect(network.lost()).toBe(1);
  expect(await agent.sees(task)).toMatchObject({ status: 'AWAITING_APPROVAL', approval: { reviews: [] } });
});

test('a frozen server is called Live for eight seconds at most; once it thaws the page catches up', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const approvals = createApprovalsPage(operator);
  const shell = createShellPage(operator);
  await approvals.open(stack.url);
  await expect(shell.live).toBeVisible();

  stack.freeze();
  const path = `thaw-${unique}.txt`;
  // The network takes it; the server will read it when it is awake.
  const submission = agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  try {
    await expect(shell.live).toBeHidden({ timeout: noticedWithinMs });
    await expect(shell.connection).toHaveAccessibleName(/^(Reconnecting…|Offline)/);
  } finally {
    stack.thaw();
  }
  await submission;
  await expect(shell.live).toBeVisible({ timeout: reconnectTimeoutMs });
  await expect(approvals.row(path)).toBeVisible();
});

test('over a restart of the server the page comes back by itself, misses nothing and stays signed in', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const approvals = createApprovalsPage(operator);
  const shell = createShellPage(operator);
  const before = `before-${unique}.txt`;
  const task = await agent.submits({
    goal: `Add ${before}`,
    branch: unique,
    files: [{ path: before, content: 'x\n' }],
  });
  await approvals.open(stack.url);
  await expect(shell.live).toBeVisible();
  await expect(approvals.row(before)).toBeVisible();

  // That of the visit itself may come after the page is live.
  await operator.waitForLoadState('load');
  let loads = 0;
  operator.on('load', () => (loads += 1));
  await stack.stop();
  await expect(shell.live).toBeHidden();
  await stack.start();
  // All of it happens before the page has found the way back, or while it does.
  const paths = ['one', 'two', 'three'].map((each) => `${each}-${unique}.txt`);
  for (const path of paths) {
    await agent.submits({ goal: `Add ${path}`, branch: unique, files: [{ path, content: 'x\n' }] });
  }
  await expect(shell.live).toBeVisible({ timeout: reconnectTimeoutMs });
  for (const path of [before, ...paths]) await expect(approvals.row(path)).toHaveCount(1);

  // Live it is, too: what comes now arrives by itself.
  const last = `last-${unique}.txt`;
  await agent.submits({ goal: `Add ${last}`, branch: unique, files: [{ path: last, content: 'x\n' }] });
  await expect(approvals.row(last)).toBeVisible();
  await approvals.choose(before);
  await approvals.approve.click();
  await agent.reaches(task, 'SUCCEEDED');
  expect(loads).toBe(0);
});

test('in an outage an open page leads to the others; one not loaded yet says why and opens by itself', async ({
  operator,
  stack,
}) => {
  const shell = createShellPage(operator);
  const heading = operator.getByRole('heading', { level: 1 });
  const isFetchedAhead = operator.waitForResponse(/\/settings-page-[^/]*\.js$/);
  // The code of one page is lost on its way.
  await operator.route('**/overview-page-*.js', (route) => route.abort());
  await operator.goto(`${stack.url}/approvals`);
  await expect(shell.live).toBeVisible();
  await isFetchedAhead;
  let sockets = 0;
  operator.on('websocket', () => (sockets += 1));
  // What the page says of its connection, until it loads anew.
  const heard: string[] = [];
  await operator.exposeFunction('hear', (word: string) => heard.push(word));
  const listen = `new MutationObserver(() => {
    hear(document.querySelector('header [role="status"][aria-label]')?.ariaLabel ?? '');
  }).observe(document, { subtree: true, childList: true, attributes: true })`;
  await operator.evaluate(listen);

  await stack.stop();
  await expect(shell.connection).toHaveAccessibleName(/^Offline/);
  await shell.rail.getByRole('link', { name: 'Settings' }).click();
  await expect(heading).toHaveText('Settings');
  await shell.rail.getByRole('link', { name: 'Overview' }).click();
  await expect(heading).toHaveText('This page is not loaded yet');
  await expect(operator.getByRole('main')).toHaveCount(1);
  expect(await barriers(operator)).toEqual([]);
  // So often refused, a page would give the live connection up.
  await expect.poll(() => sockets, { timeout: reconnectTimeoutMs }).toBeGreaterThan(3);

  expect(heard.some((word) => word.startsWith('Offline'))).toBe(true);
  await operator.unroute('**/overview-page-*.js');
  // A server that drains may answer requests for a while after its sockets; one that is back has refused none.
  const heardInOutage = heard.length;
  await stack.start();
  await expect(shell.live).toBeVisible({ timeout: reconnectTimeoutMs });
  await expect(heading).toHaveText('Overview');
  expect(heard.slice(heardInOutage).filter((word) => word.startsWith('Live updates off'))).toEqual([]);
});

test('three presses while the server has gone silent send one decision at most, and none of it later', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const path = `silent-${unique}.txt`;
  const approvals = createApprovalsPage(operator);
  const shell = createShellPage(operator);
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  const decisions: (string | null)[] = [];
  operator.on('request', (request) => {
    if (isDecision(request.postData())) decisions.push(request.postData());
  });
  await approvals.open(stack.url);
  await approvals.choose(path);
  await expect(shell.live).toBeVisible();
  await expect(approvals.approve).toBeEnabled();

  // Noticed, and the page looks for it: every press asks first, hears nothing, and is refused.
  stack.freeze();
  try {
    await expect(shell.live).toBeHidden({ timeout: noticedWithinMs });
    await expect(approvals.bar).toContainText('never later');
    for (let press = 1; press <= 3; press += 1) await operator.keyboard.press('Shift+A');
    await expect(approvals.review.getByRole('alert')).toContainText('not sent');
  } finally {
    stack.thaw();
  }
  await expect(shell.live).toBeVisible({ timeout: reconnectTimeoutMs });
  const after = `after-${unique}.txt`;
  await agent.submits({ goal: `Add ${after}`, branch: unique, files: [{ path: after, content: 'x\n' }] });
  await expect(approvals.row(after)).toBeVisible();
  expect(decisions).toEqual([]);
  expect(await agent.sees(task)).toMatchObject({ status: 'AWAITING_APPROVAL', approval: { reviews: [] } });
});

test('presses between the end of the server and the moment that the page notices send one decision at most', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const path = `gone-${unique}.txt`;
  const approvals = createApprovalsPage(operator);
  const shell = createShellPage(operator);
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  // The page hears of the end later than the server has ended.
  let decisions = 0;
  await operator.route('**/graphql', async (route) => {
    if (!isDecision(route.request().postData())) return route.continue();
    decisions += 1;
    return route.abort('connectionrefused');
  });
  await approvals.open(stack.url);
  await approvals.choose(path);
  await expect(shell.live).toBeVisible();
  await expect(approvals.approve).toBeEnabled();
  await operator.route('**/graphql', async (route) => {
    if (/StillOpen/.test(route.request().postData() ?? '')) return route.abort('connectionrefused');
    return route.fallback();
  });
  await operator.keyboard.press('Shift+A');
  await expect(approvals.review.getByRole('alert')).toContainText('not known');
  await expect(approvals.approve).toBeEnabled();
  for (let press = 1; press <= 3; press += 1) await operator.keyboard.press('Shift+A');
  await expect(approvals.review.getByRole('alert')).toContainText('not sent');
  expect(decisions).toBe(1);
  expect(await agent.sees(task)).toMatchObject({ status: 'AWAITING_APPROVAL', approval: { reviews: [] } });
});
