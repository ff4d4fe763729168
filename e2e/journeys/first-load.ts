import { createApprovalsPage } from '../pages/approvals.ts';
import { createShellPage } from '../pages/shell.ts';
import { expect, test } from '../test.ts';

const operationOf = (body: string | null): string => /(?:query|mutation) (\w+)/.exec(body ?? '')?.[1] ?? '';

for (const path of ['/approvals', '/approvals?view=all', '/overview', '/tasks', '/settings/people']) {
  test(`a first load of ${path} asks for everything once`, async ({ agent, operator, stack, unique }) => {
    const file = `once-${unique}.txt`;
    await agent.submits({ goal: `Add ${file}`, branch: unique, files: [{ path: file, content: 'x\n' }] });
    const asked: string[] = [];
    operator.on('request', (request) => {
      if (new URL(request.url()).pathname === '/graphql') asked.push(operationOf(request.postData()));
    });
    await operator.clock.install();
    await operator.goto(stack.url + path);
    await expect(createShellPage(operator).live).toBeVisible();
    await operator.waitForLoadState('networkidle');
    // Whatever waits for the page to settle comes now, before the first request of the page's own hand.
    await operator.clock.fastForward(2_000);
    await operator.evaluate(() => fetch('/healthz').then(() => undefined));
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.toSorted()).toEqual([...new Set(asked)].toSorted());
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
