import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inheritedEnvironment } from '../../packages/server/testing/inherited-environment.ts';
import { createAgent, type SeenTask } from '../agent.ts';
import { createShellPage } from '../pages/shell.ts';
import { curlLineIn, paste } from '../pasted-line.ts';
import { startStack } from '../stack.ts';
import { expect, test } from '../test.ts';

const program = fileURLToPath(new URL('../../packages/server/dist/cli.js', import.meta.url));

interface Pasted {
  readonly data: { readonly executeTask: { readonly task: SeenTask | null; readonly refusal: unknown } };
}

test('the second start keeps its promises: the line works, a link is to be had, no credential is shown', async ({
  opensBrowser,
}) => {
  test.setTimeout(180_000);
  await using stack = await startStack({ asking: { DEVELOPMENT: { undoWindowMs: 1_000 } } });
  const { agentKey, approverKey, demoRepository } = stack.firstRun;
  const agent = createAgent(stack.url, agentKey);
  const submit = async (): Promise<SeenTask> => {
    const { status, body } = await paste(curlLineIn(await stack.terminal()));
    expect(status).toBe(200);
    const { task, refusal } = (body as Pasted).data.executeTask;
    expect(refusal).toBeNull();
    if (!task) throw new Error('There is no task.');
    return task;
  };
  const first = await submit();
  await createAgent(stack.url, approverKey).approves(await agent.sees(first));
  await agent.reaches(first, 'SUCCEEDED');

  await stack.stop();
  await stack.start();
  expect(await stack.terminal()).not.toMatch(/cs_|#token=/);
  const second = await submit();
  expect(second.id).not.toBe(first.id);
  expect((await agent.sees(second)).status).toBe('AWAITING_APPROVAL');

  const home = demoRepository.replace(/\/demo\.git$/, '');
  const { stdout } = await promisify(execFile)(process.execPath, [program, 'sign-in-link', '--json'], {
    env: { ...inheritedEnvironment(), COUNTERSIGN_HOME: home },
  });
  const page = await opensBrowser();
  await page.goto((JSON.parse(stdout) as { signInUrl: string }).signInUrl);
  await page.waitForURL('**/approvals*');
  await expect(createShellPage(page).live).toBeVisible();
});
