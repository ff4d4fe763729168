import { askGraphql, createAgent } from '../agent.ts';
import { createShellPage } from '../pages/shell.ts';
import { startSlowPlatform } from '../slow-platform.ts';
import { startStack } from '../stack.ts';
import { expect, signIn, test } from '../test.ts';

const submission = `
  mutation ($input: ExecuteTaskInput!) { executeTask(input: $input) { task { id status } refusal { message } } }`;

const missing = { kind: 'Status', status: 'Failure', reason: 'NotFound', code: 404, message: 'not found' };

const freeze = {
  message: 'No change while the books are closed.',
  environments: ['STAGING' as const],
  from: '2020-01-01T00:00:00Z',
  until: '2100-01-01T00:00:00Z',
};

test('what is still planned and what a freeze holds say so, and what becomes of them, without a reload', async ({
  browser,
  opensBrowser,
}) => {
  await using cluster = await startSlowPlatform(404, JSON.stringify(missing));
  await using stack = await startStack({
    asking: { STAGING: { undoWindowMs: 0 } },
    freezes: [freeze],
    environment: { COUNTERSIGN_SECRET_LIVE: 'a token of a cluster' },
    config: {
      clusters: { live: { server: `http://${cluster.host}`, tokenSecret: 'live', namespaces: ['*'] } },
      egress: { allowedInternalHosts: [cluster.host] },
    },
  });
  const { agentKey, approverKey, signInUrl } = stack.firstRun;
  const page = await opensBrowser(await signIn(browser, signInUrl));
  await page.goto(`${stack.url}/tasks`);
  await expect(createShellPage(page).live).toBeVisible();
  const rowOf = (goal: string) =>
    page.getByRole('table', { name: 'Tasks' }).getByRole('row').filter({ hasText: goal });

  const scaling = { cluster: 'live', namespace: 'shop', name: 'web', replicas: 3 };
  const { executeTask } = await askGraphql<{ executeTask: { task: { id: string; status: string } } }>(
    stack.url,
    agentKey,
    submission,
    {
      input: {
        goal: 'Scale what is slow to say how it stands',
        idempotencyKey: crypto.randomUUID(),
        actions: [{ type: 'kubernetes.deployment.scale', params: scaling }],
      },
    },
  );
  expect(executeTask.task.status).toBe('PLANNING');
  await expect(rowOf('Scale what is slow')).toContainText('Planning');

  const agent = createAgent(stack.url, agentKey);
  const goal = 'Close the books';
  const closing = await agent.submits({
    goal,
    branch: 'main',
    environment: 'STAGING',
    files: [{ path: 'books.txt', content: 'closed' }],
  });
  await expect(rowOf(goal)).toContainText('Awaiting approval');
  await createAgent(stack.url, approverKey).approves(closing);
  await expect(rowOf(goal)).toContainText('Queued, held');

  const task = page.getByRole('article', { name: 'Task' });
  await rowOf('Scale what is slow').getByRole('link').click();
  await expect(task).toContainText('so far');
  cluster.answer();
  await expect(task.getByText(/could not be planned|not found|no such/i).first()).toBeVisible();

  await task.getByRole('link', { name: 'Tasks' }).click();
  await expect(rowOf('Scale what is slow')).toContainText('Failed');
  await rowOf(goal).getByRole('link').click();
  // Of the task, and of its step.
  const held = task.getByText('Held until 1 Jan 2100');
  await expect(held).toContainText([freeze.message, freeze.message]);
  await task.getByRole('button', { name: 'Cancel task…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel task' }).click();
  await expect(held).toHaveCount(0);
});
