import { createAgent, type SeenTask } from '../agent.ts';
import { createApprovalsPage } from '../pages/approvals.ts';
import { createShellPage } from '../pages/shell.ts';
import { curlLineIn, paste } from '../pasted-line.ts';
import { startStack, type StackOptions } from '../stack.ts';
import { expect, test } from '../test.ts';
import { runGit } from '../../packages/server/testing/git-repository.ts';

const installations: readonly { readonly name: string; readonly options: StackOptions }[] = [
  { name: 'as npm start makes it', options: {} },
  {
    name: 'with its queues on Redis',
    options: { hasRedis: true, asking: { DEVELOPMENT: { undoWindowMs: 2_000 } } },
  },
];

for (const { name, options } of installations) {
  test(`a pasted line becomes an approved commit, ${name}`, async ({ opensBrowser }) => {
    await using stack = await startStack(options);
    const { signInUrl, agentKey, demoRepository } = stack.firstRun;
    const page = await opensBrowser();
    const approvals = createApprovalsPage(page);
    const shell = createShellPage(page);
    const agent = createAgent(stack.url, agentKey);
    const log = (): Promise<string> => runGit(demoRepository, 'log', '--format=%s', 'main');

    await test.step('the link signs in', async () => {
      await page.goto(signInUrl);
      await expect(page.getByText('Nothing is waiting for you')).toBeVisible();
      await expect(shell.live).toBeVisible();
      expect(page.url()).not.toContain('token');
    });

    const title = 'Commit "hello.txt" to "main" of "demo"';
    const task = await test.step('the pasted line brings a request to the open page', async () => {
      let loads = 0;
      page.on('load', () => (loads += 1));
      const { status, body } = await paste(curlLineIn(await stack.terminal()));
      expect(status).toBe(200);
      await expect(approvals.row(title)).toBeVisible();
      await expect(approvals.title).toHaveText(title);
      expect(loads).toBe(0);
      return (body as { data: { executeTask: { task: SeenTask } } }).data.executeTask.task;
    });

    await test.step('it tells what, why and how risky', async () => {
      await expect(approvals.review).toContainText('Say hello in the demo repository');
      await expect(approvals.review.getByRole('region', { name: 'Why you are asked' })).toContainText(
        'repo.commit',
      );
      await expect(approvals.review.getByText(/^(Low|Medium|High|Critical)$/).first()).toBeVisible();
      await expect(approvals.changes).toContainText('hello.txt');
      await expect(approvals.changes).toContainText('added: Hello from an approved agent.');
    });

    await test.step('approved by keyboard it is held, and can still be undone', async () => {
      await expect(approvals.approve).toBeEnabled();
      await page.keyboard.press('Shift+A');
      await expect(approvals.notes).toContainText(/Approved\. Runs in \d+ s\./);
      await expect(approvals.notes.getByRole('button', { name: /Undo/ })).toBeVisible();
      expect((await agent.sees(task)).status).toBe('HELD');
      expect(await log()).toBe('Begin');
    });

    await test.step('then the commit is in the repository', async () => {
      await agent.reaches(task, 'SUCCEEDED');
      expect(await log()).toBe('Say hello\nBegin');
      expect(await runGit(demoRepository, 'show', 'main:hello.txt')).toBe('Hello from an approved agent.');
    });

    await test.step('the task tells its way', async () => {
      await page.keyboard.press('g');
      await page.keyboard.press('t');
      await page.getByRole('table', { name: 'Tasks' }).getByRole('link', { name: 'Say hello' }).click();
      const told = page.getByRole('article', { name: 'Task' });
      await expect(told.getByRole('heading', { level: 1 })).toHaveText(title);
      const events = told.getByRole('region', { name: 'Events' });
      for (const type of ['task.submitted', 'approval.requested', 'approval.resolved', 'task.succeeded']) {
        await expect(events.getByText(type, { exact: true })).toBeVisible();
      }
      await expect(told.getByRole('region', { name: 'Where the time went' })).toContainText('Undo window');
      await expect(told.getByRole('region', { name: 'Steps' })).toContainText('Succeeded');
    });

    await test.step('the overview knows it', async () => {
      await page.keyboard.press('g');
      await page.keyboard.press('o');
      const recent = page.getByRole('listitem').filter({ hasText: 'Say hello in the demo repository' });
      await expect(recent).toContainText('Succeeded');
      await expect(page.getByRole('heading', { name: 'Priority lanes' })).toBeVisible();
      await expect(page.getByRole('heading', { name: 'Executors' })).toBeVisible();
    });
  });
}
