import type { Page } from '@playwright/test';
import { askGraphql, createAgent, type Agent } from '../agent.ts';
import { createApprovalsPage } from '../pages/approvals.ts';
import { createShellPage } from '../pages/shell.ts';
import { startStack, type Stack } from '../stack.ts';
import { expect, signIn, test as base, type Session } from '../test.ts';
import { commitDirectly } from '../../packages/server/testing/git-repository.ts';

const waiting = 2_200;

/** An installation with a past: thousands wait, tens of thousands have finished. */
const test = base.extend<
  { readonly crowdAgent: Agent; readonly onlooker: Page },
  { readonly crowd: Stack; readonly crowdSession: Session }
>({
  crowd: [
    async ({}, use) => {
      await using stack = await startStack({
        // In staging as soon over as to stand at the top of a list whose order is minutes old.
        asking: { DEVELOPMENT: { undoWindowMs: 0 }, STAGING: { expiresInMs: 90_000 } },
        // All of the crowd is one agent's.
        config: { openApprovals: 1_000_000 },
      });
      await stack.fills({ waiting, finished: 50_000 });
      await use(stack);
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  crowdSession: [
    async ({ browser, crowd }, use) => use(await signIn(browser, crowd.firstRun.signInUrl)),
    { scope: 'worker' },
  ],
  crowdAgent: async ({ crowd }, use) => {
    const agent = createAgent(crowd.url, crowd.firstRun.agentKey);
    await use(agent);
    await agent.cleansUp();
  },
  onlooker: async ({ opensBrowser, crowdSession }, use) => use(await opensBrowser(crowdSession)),
});

// One after another in one worker: each worker would fill an installation of its own.
test.describe.configure({ mode: 'default' });

/** Every minute the list takes its order again: that is no answer to news, and on a busy machine it comes in between. */
const withoutRenewal = `
  const every = window.setInterval.bind(window);
  window.setInterval = (work, ms, ...given) => every(work, ms === 60_000 ? 3_600_000 : ms, ...given);
`;

/** Counts how often the page asked for each operation. */
const countRequests = (page: Page) => {
  const counts = new Map<string, number>();
  page.on('request', (request) => {
    const name = /\b(?:query|mutation) (\w+)/.exec(request.postData() ?? '')?.[1];
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  });
  return (name: string): number => counts.get(name) ?? 0;
};

const inOrder = async ({ url, firstRun }: Stack): Promise<readonly string[]> => {
  const query = '{ approvals(first: 200) { totalCount nodes { task { goal } } } }';
  const { approvals } = await askGraphql<{ approvals: { nodes: { task: { goal: string } }[] } }>(
    url,
    firstRun.approverKey,
    query,
    {},
  );
  return approvals.nodes.map(({ task }) => task.goal);
};

test('the inbox of thousands is in the order of need; J walks every row; news costs no page', async ({
  crowd,
  crowdAgent,
  onlooker,
  unique,
}) => {
  const asked = countRequests(onlooker);
  const approvals = createApprovalsPage(onlooker);
  await onlooker.addInitScript(withoutRenewal);
  await onlooker.goto(`${crowd.url}/approvals?view=all`);
  await expect(createShellPage(onlooker).live).toBeVisible();
  await expect(onlooker.getByRole('heading', { level: 1, name: /^Approvals/ })).toContainText(/2,?200/);
  const goals = await inOrder(crowd);
  const option = (place: number) => approvals.list.locator(`[aria-posinset="${place}"]`);
  await expect(option(1)).toContainText(`“${goals[0]}”`);
  await expect(option(1)).toHaveAttribute('aria-selected', 'true');
  // The list settles: what connecting asks again has been answered.
  await onlooker.waitForLoadState('networkidle');
  const pagesAtFirst = asked('ApprovalList');

  for (let place = 2; place <= 140; place += 1) {
    await onlooker.keyboard.press('j');
    await expect(option(place)).toHaveAttribute('aria-selected', 'true');
    await expect(option(place)).toBeInViewport({ ratio: 0.9 });
    await expect(option(place)).toContainText(`“${goals[place - 1]}”`);
  }
  // 140 rows are three pages of fifty, and one may be on its way.
  expect(asked('ApprovalList') - pagesAtFirst).toBeLessThanOrEqual(3);

  const pages = asked('ApprovalList');
  await approvals.list.hover();
  for (let turn = 0; turn < 20; turn += 1) await onlooker.mouse.wheel(0, 150);
  await expect(option(174)).toBeInViewport();
  expect(asked('ApprovalList') - pages).toBeLessThanOrEqual(2);

  // The pointer is in the list: what is new waits to be let in, and no page is asked for.
  const before = asked('ApprovalList');
  const path = `urgent-${unique}.txt`;
  const task = await crowdAgent.submits({
    goal: `Add ${path}`,
    branch: unique,
    environment: 'STAGING',
    files: [{ path, content: 'x\n' }],
  });
  const pill = onlooker.getByRole('button', { name: '1 new' });
  await expect(pill).toBeVisible();
  await expect(onlooker.getByRole('heading', { level: 1, name: /^Approvals/ })).toContainText(/2,?201/);
  await pill.click();
  await approvals.list.press('Home');
  await expect(approvals.row(path)).toBeInViewport();
  await crowdAgent.cleansUp();
  await expect(onlooker.getByRole('heading', { level: 1, name: /^Approvals/ })).toContainText(/2,?200/);
  expect((await crowdAgent.sees(task)).status).toBe('CANCELLED');
  expect(asked('ApprovalList')).toBe(before);
});

test('a filtered list of tasks follows what happens', async ({ crowd, crowdAgent, onlooker, unique }) => {
  const asked = countRequests(onlooker);
  const table = onlooker.getByRole('table', { name: 'Tasks' });
  const row = (goal: string) => table.getByRole('row').filter({ hasText: goal });
  await onlooker.goto(`${crowd.url}/tasks?status=failed`);
  await expect(createShellPage(onlooker).live).toBeVisible();
  await expect(onlooker.getByRole('heading', { level: 1, name: 'Tasks 500' })).toBeVisible();
  await onlooker.waitForLoadState('networkidle');
  const pages = asked('TaskList');

  // It waits for its approval while the place that it writes to becomes a file: it cannot be planned again.
  const goal = `Fail ${unique}`;
  const folder = `dir-${unique}`;
  const task = await crowdAgent.submits({
    goal,
    branch: 'main',
    files: [{ path: `${folder}/x.txt`, content: 'x\n' }],
  });
  await commitDirectly(crowd.firstRun.demoRepository, 'main', { [folder]: 'a file\n' });
  const input = { taskId: task.id, revision: task.revision, planHash: task.plan?.hash };
  await askGraphql(
    crowd.url,
    crowd.firstRun.approverKey,
    'mutation ($input: ApproveTaskInput!) { approveTask(input: $input) { refusal { code } } }',
    { input },
  );
  await crowdAgent.reaches(task, 'FAILED');
  await expect(row(goal)).toContainText('Failed');
  await expect(onlooker.getByRole('heading', { level: 1, name: 'Tasks 501' })).toBeVisible();
  expect(asked('TaskList')).toBe(pages);

  // What no longer matches stays for a moment with its new status, and goes.
  await onlooker.goto(`${crowd.url}/tasks?status=awaiting_approval`);
  await expect(createShellPage(onlooker).live).toBeVisible();
  const other = `Wait ${unique}`;
  await crowdAgent.submits({ goal: other, branch: unique, files: [{ path: 'a.txt', content: 'x\n' }] });
  await expect(row(other)).toContainText('Awaiting approval');
  await crowdAgent.cleansUp();
  await expect(row(other)).toContainText('Cancelled');
  await expect(row(other)).toHaveCount(0);
});

test('one new task after a deep scroll asks for no page again', async ({
  crowd,
  crowdAgent,
  onlooker,
  unique,
}) => {
  const asked = countRequests(onlooker);
  await onlooker.goto(`${crowd.url}/tasks`);
  await expect(createShellPage(onlooker).live).toBeVisible();
  const table = onlooker.getByRole('table', { name: 'Tasks' });
  for (let page = 1; page <= 20; page += 1) {
    // The page is on its way when the key is pressed at the end of what is there.
    await expect(async () => {
      await onlooker.keyboard.press('End');
      const last = table.locator(`[aria-rowindex="${page * 100 + 1}"]`);
      await expect(last).toHaveAttribute('data-marked', 'true', { timeout: 500 });
    }).toPass();
  }
  await onlooker.waitForLoadState('networkidle');
  const pages = asked('TaskList');
  const goal = `New ${unique}`;
  await crowdAgent.submits({ goal, branch: unique, files: [{ path: 'a.txt', content: 'x\n' }] });
  await expect(onlooker.getByRole('button', { name: '1 new' })).toBeVisible();
  await expect(table.locator('[data-marked]')).toBeInViewport();
  expect(asked('TaskList')).toBe(pages);
  await onlooker.getByRole('button', { name: '1 new' }).click();
  await onlooker.keyboard.press('Home');
  await expect(table.getByRole('row').filter({ hasText: goal })).toBeVisible();
  expect(asked('TaskList')).toBe(pages);
});

test('however much an agent says, the facts and the decision stay in sight', async ({
  crowd,
  crowdAgent,
  onlooker,
  unique,
}) => {
  const path = `long-${unique}.txt`;
  const approvals = createApprovalsPage(onlooker);
  const task = await crowdAgent.submits({
    goal: `Add ${path}. ${'Because I say so. '.repeat(220)}`,
    branch: unique,
    files: [{ path, content: 'x\n' }],
  });
  const query = '{ approvals(filter: { taskIds: ["' + task.id + '"] }) { nodes { id } } }';
  const { approvals: found } = await askGraphql<{ approvals: { nodes: { id: string }[] } }>(
    crowd.url,
    crowd.firstRun.approverKey,
    query,
    {},
  );
  await onlooker.goto(`${crowd.url}/approvals/${found.nodes[0]?.id}`);
  await expect(approvals.title).toContainText(path);
  const says = approvals.review.getByText('agent says').locator('..');
  const cut = (await says.boundingBox())?.height ?? 0;
  expect(cut).toBeLessThan(90);
  await expect(approvals.review.getByText('Blast radius')).toBeInViewport();
  await expect(approvals.approve).toBeInViewport();
  await approvals.review.getByRole('button', { name: 'Show all of it' }).click();
  await expect.poll(async () => (await says.boundingBox())?.height ?? 0).toBeGreaterThan(cut * 2);
});
