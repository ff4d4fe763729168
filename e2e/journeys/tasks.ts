import { createApprovalsPage } from '../pages/approvals.ts';
import { createShellPage } from '../pages/shell.ts';
import { paste } from '../pasted-line.ts';
import { expect, test } from '../test.ts';

test('a rejected task says by whom and why, and its facts keep to their places', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const path = `why-${unique}.txt`;
  const approvals = createApprovalsPage(operator);
  const task = await agent.submits({
    goal: `Add ${path}`,
    branch: `feature/${unique}-${'x'.repeat(120)}`,
    files: [{ path, content: 'x\n' }],
  });
  await approvals.open(stack.url);
  await approvals.choose(path);
  await approvals.reject.click();
  const reason = 'Too broad: only the file that the ticket names';
  await approvals.review.getByRole('textbox', { name: 'Reason' }).fill(reason);
  await approvals.review.getByRole('button', { name: 'Reject rev 1' }).click();
  await agent.reaches(task, 'REJECTED');

  await operator.goto(`${stack.url}/tasks/${task.id}`);
  await expect(operator.getByRole('article', { name: 'Task' }).getByRole('status').first()).toHaveText(
    `Rejected by Operator: “${reason}”`,
  );
  await expect(operator.getByRole('tab', { name: 'Changes' })).toHaveText(/^Changes\s*2$/);
  const why = operator.locator('dd', { hasText: `feature/${unique}` });
  const [inner, outer] = await Promise.all([why.boundingBox(), why.locator('..').boundingBox()]);
  expect(inner?.width).toBeLessThan(outer?.width ?? 0);
});

test('however much an agent says, it floods no page that tells of it', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const goal = `Say ${unique}. ${'Because I say so. '.repeat(220)}`;
  const task = await agent.submits({ goal, branch: unique, files: [{ path: 'a.txt', content: 'x\n' }] });
  const says = operator.getByText(`Say ${unique}.`);
  await operator.goto(`${stack.url}/tasks/${task.id}`);
  await expect(createShellPage(operator).live).toBeVisible();
  await expect(operator.getByText('Submitted', { exact: true })).toBeInViewport();
  await operator.goto(`${stack.url}/agents`);
  await operator.getByRole('link', { name: 'demo-agent' }).click();
  await expect(
    operator.getByRole('list', { name: 'Recent tasks' }).getByText(`Say ${unique}.`),
  ).toBeVisible();
  expect((await says.first().boundingBox())?.height).toBeLessThan(40);
  await operator.goto(`${stack.url}/audit?q=${unique}`);
  const entry = operator.locator('summary').filter({ hasText: `Say ${unique}.` });
  await expect(entry).toBeVisible();
  expect((await entry.boundingBox())?.height).toBeLessThan(80);
  await operator.goto(`${stack.url}/approvals/${task.approval?.id}?tab=history`);
  const history = operator.getByRole('tabpanel', { name: 'History' });
  await expect(history.getByText('task.submitted')).toBeVisible();
  expect((await history.getByRole('listitem').first().boundingBox())?.height).toBeLessThan(140);
  await history.getByRole('button', { name: 'Show all of it' }).click();
  await expect
    .poll(async () => (await history.getByRole('listitem').first().boundingBox())?.height)
    .toBeGreaterThan(300);
});

test('the way back from a task leads to the list as it was narrowed, also after a reload', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const goal = `Add back-${unique}.txt`;
  await agent.submits({ goal, branch: unique, files: [{ path: `back-${unique}.txt`, content: 'x\n' }] });
  await operator.goto(`${stack.url}/tasks?status=awaiting_approval&q=${unique}`);
  await operator.getByRole('table', { name: 'Tasks' }).getByText(goal).click();
  await operator.getByRole('tab', { name: 'Plan' }).click();
  await operator.reload();
  await operator.getByRole('article', { name: 'Task' }).getByRole('link', { name: 'Tasks' }).click();
  await expect(operator).toHaveURL(new RegExp(`/tasks\\?.*status=awaiting_approval.*q=${unique}`));
});

test('a copied id and a copied call work where the browser has no clipboard for pages, as on plain http', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const path = `copy-${unique}.txt`;
  const task = await agent.submits({ goal: path, branch: unique, files: [{ path, content: 'x\n' }] });
  await operator.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
  });
  await operator.goto(`${stack.url}/tasks/${task.id}`);
  await operator.getByRole('button', { name: 'Copy task id' }).click();
  await expect(operator.getByRole('button', { name: 'Copied' })).toBeVisible();
  await operator.goto(`${stack.url}/tasks`);
  const search = operator.getByRole('searchbox', { name: 'Search in goals' });
  await search.focus();
  await operator.keyboard.press('Control+v');
  await expect(search).toHaveValue(task.id);

  await operator.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'API' }).click();
  await operator.getByRole('button', { name: 'Copy: Submit over REST with curl' }).click();
  await expect(operator.getByRole('button', { name: 'Copied' })).toBeVisible();
  await operator.keyboard.press('g');
  await operator.keyboard.press('q');
  const words = operator.getByRole('textbox', { name: 'What do you want done?' });
  await words.focus();
  await operator.keyboard.press('Control+v');
  const line = (await words.inputValue()).replace('YOUR_KEY', stack.firstRun.agentKey);
  const { status, body } = await paste(line);
  expect(status).toBe(202);
  const { task_id: id } = body as { task_id: string };
  await operator.goto(`${stack.url}/tasks`);
  const row = operator.getByRole('table', { name: 'Tasks' }).locator(`a[href="/tasks/${id}"]`);
  await expect(row).toHaveText('Say hello in the demo repository');
  await row.click();
  await expect(operator.getByRole('heading', { level: 1 })).toHaveText(
    'Commit "hello.txt" to "main" of "demo"',
  );
  await agent.cancels({ id });
});

test('tasks by keyboard: both ends of the list, and the search as soon as a menu is closed', async ({
  agent,
  operator,
  stack,
  unique,
}) => {
  const paths = ['a', 'b', 'c'].map((each) => `${each}-${unique}.txt`);
  for (const path of paths) {
    await agent.submits({ goal: `Add ${path}`, branch: unique, files: [{ path, content: 'x\n' }] });
  }
  await operator.goto(`${stack.url}/tasks?q=${unique}`);
  await expect(createShellPage(operator).live).toBeVisible();
  const rows = operator.getByRole('table', { name: 'Tasks' }).getByRole('row');
  await expect(rows).toHaveCount(1 + paths.length);
  for (const [key, row] of [
    ['End', 3],
    ['Home', 1],
    ['j', 2],
    ['End', 3],
  ] as const) {
    await operator.keyboard.press(key);
    await expect(rows.nth(row)).toHaveAttribute('data-marked', 'true');
  }

  await operator.goto(`${stack.url}/tasks`);
  const status = operator.getByRole('button', { name: 'Status' });
  const clear = operator.getByRole('button', { name: 'Clear' });
  const search = operator.getByRole('searchbox', { name: 'Search in goals' });
  const before = await status.boundingBox();
  await status.click();
  await expect(operator.getByRole('menuitem', { name: 'Failed' })).toBeVisible();
  await operator.keyboard.press('Escape');
  await expect(operator.getByRole('menuitem', { name: 'Failed' })).toBeHidden();
  await operator.keyboard.press('/');
  await expect(search).toBeFocused();
  await operator.keyboard.type(`nothing like ${unique}`);
  await expect(operator.getByText('No task matches')).toBeVisible();
  expect(await status.boundingBox()).toEqual(before);
  await clear.click();
  await expect(search).toHaveValue('');
  await expect(rows.nth(1)).toBeVisible();
});
