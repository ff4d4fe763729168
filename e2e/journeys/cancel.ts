import { askGraphql, createAgent } from '../agent.ts';
import { createShellPage } from '../pages/shell.ts';
import { startSlowPlatform } from '../slow-platform.ts';
import { startStack } from '../stack.ts';
import { expect, signIn, test } from '../test.ts';

const submission = `
  mutation ($input: ExecuteTaskInput!) { executeTask(input: $input) { task { id } refusal { message } } }`;

test('a running task that is cancelled says so wherever it is listed, and cannot be cancelled again', async ({
  browser,
  opensBrowser,
}) => {
  await using platform = await startSlowPlatform();
  await using stack = await startStack({
    config: { egress: { allowedInternalHosts: [platform.host] } },
  });
  const { agentKey, signInUrl } = stack.firstRun;
  const goal = 'Read what takes long';
  const { executeTask } = await askGraphql<{ executeTask: { task: { id: string } } }>(
    stack.url,
    agentKey,
    submission,
    {
      input: {
        goal,
        idempotencyKey: crypto.randomUUID(),
        actions: [{ type: 'http.request', params: { method: 'GET', url: `http://${platform.host}/` } }],
      },
    },
  );
  await platform.isAsked;
  const page = await opensBrowser(await signIn(browser, signInUrl));
  await page.goto(`${stack.url}/tasks`);
  await expect(createShellPage(page).live).toBeVisible();
  const row = page.getByRole('table', { name: 'Tasks' }).getByRole('row').filter({ hasText: goal });
  await expect(row).toContainText('Running');

  await row.getByRole('link').click();
  const task = page.getByRole('article', { name: 'Task' });
  await task.getByRole('button', { name: 'Cancel task…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel task' }).click();
  await expect(task.getByText(/^Cancelling since/)).toBeVisible();
  await expect(task.getByRole('button', { name: 'Cancel task…' })).toHaveCount(0);
  await task.getByRole('link', { name: 'Tasks' }).click();
  await expect(row).toContainText('Cancelling');
  await page.goto(`${stack.url}/overview`);
  await expect(page.getByRole('listitem').filter({ hasText: goal })).toContainText('Cancelling');

  // What was in flight ended, and nothing was left to cancel.
  platform.answer();
  await createAgent(stack.url, agentKey).reaches(executeTask.task, 'SUCCEEDED');
  await expect(page.getByRole('listitem').filter({ hasText: goal })).toContainText('Succeeded');
});
