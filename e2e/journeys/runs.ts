import type { Page } from '@playwright/test';
import { startNotion, sandboxNotionState } from '../../packages/server/testing/platforms/notion.ts';
import { createAgent, type ActionsRequest, type Agent } from '../agent.ts';
import { barriers } from '../pages/barriers.ts';
import { phone } from '../pages/screens.ts';
import { createShellPage } from '../pages/shell.ts';
import { startStack } from '../stack.ts';
import { expect, signIn, test } from '../test.ts';

const shop = { cluster: 'sandbox', namespace: 'shop' };

/** `web-07` is among the targets, and with this image it never gets ready. */
const release = (names: readonly string[], rollout: object): ActionsRequest['actions'][number] => ({
  name: 'release',
  type: 'kubernetes.deployment.image',
  params: { ...shop, image: 'web:broken' },
  targets: names.map((name) => ({ name })),
  rollout: {
    gate: {
      type: 'kubernetes.deployment.status',
      params: shop,
      expect: { properties: { ready: { minimum: 2 } }, required: ['ready'] },
      onFail: 'PAUSE',
    },
    ...rollout,
  },
});

/** Opens the dialog behind the button, gives the words that the record keeps, and does it. */
const act = async (page: Page, button: string, verb: string, words: string): Promise<void> => {
  await page.getByRole('button', { name: button }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill(words);
  await dialog.getByRole('button', { name: verb, exact: true }).click();
  await expect(dialog).toBeHidden();
};

/** However far down somebody reads, what can be done is in sight, and as high as a thumb is wide. */
const isAtHandOnAPhone = async (page: Page, url: string): Promise<void> => {
  await page.goto(url);
  const resume = page.getByRole('button', { name: 'Resume…' });
  await expect(resume).toBeInViewport();
  await page.getByRole('heading', { name: 'Events' }).scrollIntoViewIfNeeded();
  await expect(resume).toBeInViewport();
  expect((await resume.boundingBox())?.height).toBeGreaterThanOrEqual(44);
};

const approved = async (agent: Agent, approver: Agent, request: ActionsRequest) => {
  const task = await agent.asksFor(request);
  if (task.status === 'AWAITING_APPROVAL') await approver.approves(task);
  return task;
};

test('a rollout is paused, resumed and let past a gate by a person who sees its phases move', async ({
  agent,
  operator,
  operatorSession,
  opensBrowser,
  stack,
}) => {
  const approver = createAgent(stack.url, stack.firstRun.approverKey);
  const task = await approved(agent, approver, {
    goal: 'A release for a part of the shop',
    actions: [release(['web-06', 'web-07', 'web-08'], { canary: 1, batchPercent: 34, soakMs: 3_000 })],
  });
  await operator.goto(`${stack.url}/tasks/${task.id}`);
  const phase = (name: string) => operator.getByRole('listitem').filter({ hasText: name }).first();
  await expect(phase('Canary')).toContainText('Soaking');
  await expect(phase('Wave 1')).toContainText('Waits');
  await act(operator, 'Pause…', 'Pause', 'I want to look first');
  const page = operator.getByRole('article', { name: 'Task' });
  await expect(page).toContainText('Paused by Operator');
  await expect(page).toContainText('I want to look first');
  await isAtHandOnAPhone(await opensBrowser(operatorSession, phone), operator.url());
  await act(operator, 'Resume…', 'Resume', 'All is well');
  await expect(phase('Canary')).toContainText('Passed');

  await expect(page).toContainText('Paused by a gate');
  await expect(phase('Wave 1')).toContainText('sandbox/shop/web-07: ready is 0, must be >= 2');
  await expect(phase('Wave 1').getByText('web-07: Its gate did not pass')).toBeAttached();
  await act(operator, 'Override and resume…', 'Override and resume', 'web-07 serves nobody');
  await expect(phase('Wave 1')).toContainText('Overridden by Operator: web-07 serves nobody');
  await agent.reaches(task, 'SUCCEEDED');
  await expect(phase('Wave 2')).toContainText('Passed');
  expect(await barriers(operator)).toEqual([]);
});

test('what needs a person is counted in the inbox, and people say what is undone and what happened', async ({
  browser,
  opensBrowser,
}) => {
  const databases = { tasks: { id: 'c0de0000-0000-4000-8000-000000000001' } };
  await using notion = await startNotion({ state: sandboxNotionState() });
  await using stack = await startStack({
    asking: { DEVELOPMENT: { undoWindowMs: 0 } },
    environment: { COUNTERSIGN_SECRET_NOTION: 'ntn_of-the-test' },
    config: {
      notion: { apiUrl: notion.url, tokenSecret: 'notion', databases },
      egress: { allowedInternalHosts: [new URL(notion.url).host] },
    },
  });
  const { agentKey, approverKey, signInUrl, url } = stack.firstRun;
  const agent = createAgent(url, agentKey);
  const page = await opensBrowser(await signIn(browser, signInUrl));
  await page.goto(`${url}/approvals`);
  const badge = createShellPage(page).rail.getByRole('link', { name: 'Approvals' });
  await expect(badge).not.toContainText('waiting for you');

  notion.behaviour.failures = [{ kind: 'RESET', when: 'AFTER' }];
  const inDoubt = await agent.asksFor({
    goal: 'Note what is left to do',
    retry: { maxRetries: 0 },
    actions: [{ type: 'notion.page.create', params: { database_id: 'tasks', title: 'What is left' } }],
  });
  await expect(badge).toContainText('1 waiting for you');
  const section = page.getByRole('region', { name: 'Needs a person' });
  expect(await barriers(page)).toEqual([]);
  await section.getByRole('link', { name: 'Note what is left to do' }).click();
  await act(page, 'Say what happened…', 'Put it on record', 'The page is in the database.');
  await agent.reaches(inDoubt, 'SUCCEEDED');
  await expect(badge).not.toContainText('waiting for you');

  const toTurnBack = await approved(agent, createAgent(url, approverKey), {
    goal: 'A restart, and a release',
    actions: [
      {
        name: 'restart',
        type: 'kubernetes.deployment.restart',
        params: { cluster: 'sandbox', namespace: 'shop', name: 'web-10' },
      },
      { ...release(['web-07', 'web-09'], { canary: 1 }), dependsOn: ['restart'] },
    ],
  });
  await agent.reaches(toTurnBack, 'PAUSED');
  await page.goto(`${url}/tasks/${toTurnBack.id}`);
  await page.getByRole('button', { name: 'Roll back…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('It undoes 1 step:release[1] sandbox/shop/web-07');
  await expect(dialog).toContainText('It cannot undo these. Undo them by hand:restart');
  await dialog.getByRole('textbox').fill('web-07 does not get ready');
  await dialog.getByRole('button', { name: 'Roll back', exact: true }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Canary' }).first()).toContainText(
    '1 of 1 undone',
  );
  await agent.reaches(toTurnBack, 'NEEDS_ATTENTION');
  await expect(page.getByRole('article', { name: 'Task' })).toContainText('Not undone. Undo these by hand');
});

test('of a run of a hundred events and more the times are those of its end, and the last event can be read', async ({
  agent,
  operator,
  stack,
}) => {
  const look = { type: 'kubernetes.deployment.status', params: { ...shop, name: 'web-01' } };
  const actions = Array.from({ length: 60 }, (_, index) => ({ name: `look-${index}`, ...look }));
  const task = await agent.asksFor({ goal: 'Look at the shop, sixty times', actions });
  await agent.reaches(task, 'SUCCEEDED');
  await operator.goto(`${stack.url}/tasks/${task.id}`);
  const times = operator.getByRole('region', { name: 'Where the time went' });
  await expect(times).toContainText('Running');
  await expect(times).not.toContainText('so far');
  const events = operator.getByRole('region', { name: 'Events' });
  await expect(events.getByText('task.succeeded')).toHaveCount(0);
  await events.getByRole('button', { name: 'Show more' }).click();
  await expect(events.getByText('task.succeeded')).toBeVisible();
  await expect(events.getByRole('button', { name: 'Show more' })).toHaveCount(0);
});
