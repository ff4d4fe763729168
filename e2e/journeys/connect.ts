import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inheritedEnvironment } from '../../packages/server/testing/inherited-environment.ts';
import { paste, wordsFor } from '../pasted-line.ts';
import { expect, test } from '../test.ts';

const fileOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const program = fileOf('packages/server/dist/cli.js');
const sdk = pathToFileURL(fileOf('packages/sdk/src/index.ts')).href;

/** What a shell that is given the lines prints; what it asks for is typed in. */
const runs = async (home: string, lines: string, typed = ''): Promise<string> => {
  const env = { ...inheritedEnvironment(), HOME: home, COUNTERSIGN_HOME: home, XDG_CONFIG_HOME: home };
  const shell = spawn('sh', ['-c', lines], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  shell.stdin.end(typed);
  return text(shell.stdout);
};

test('the lines of the API page do what they say as they are pasted, and its documents open', async ({
  agent,
  operator,
  stack,
}) => {
  await using made = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'countersign-connect-'));
  made.defer(() => rm(home, { recursive: true, force: true }));
  const { agentKey } = stack.firstRun;
  await operator.goto(`${stack.url}/connect`);
  const lines = async (label: string): Promise<string> =>
    ((await operator.getByLabel(label, { exact: true }).textContent()) ?? '').replaceAll(
      'YOUR_KEY',
      agentKey,
    );

  const first = (await paste(await lines('Submit over REST with curl'))) as { body: { task_id: string } };
  const id = first.body.task_id;
  await agent.reaches({ id }, 'AWAITING_APPROVAL');
  const again = await paste(await lines('Submit over GraphQL with curl'));
  expect(again.body).toMatchObject({ data: { executeTask: { task: { id }, refusal: null } } });
  expect((await paste(await lines('Ask what a key may use'))).body).toMatchObject({
    data: { viewer: { principal: { name: 'demo-agent' }, canSubmit: true } },
  });

  const { mcpServers } = JSON.parse(await lines('Configuration of an MCP client')) as {
    mcpServers: { countersign: { url: string; headers: Record<string, string> } };
  };
  const { url, headers } = mcpServers.countersign;
  const listed = await fetch(url, {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
  });
  expect(await listed.text()).toContain('"name":"submit_task"');
  const header = `Authorization: ${headers['Authorization']}`;
  expect(await wordsFor('claude', await lines('Add it to Claude Code'))).toEqual([
    'mcp',
    'add',
    '--transport',
    'http',
    'countersign',
    url,
    '--header',
    header,
  ]);

  const typed = async (label: string): Promise<string> =>
    (await lines(label)).replace('npm run -s countersign --', `'${process.execPath}' '${program}'`);
  expect(await runs(home, await typed('Sign in on the command line'), agentKey)).toContain('as demo-agent');
  expect(await runs(home, await typed('Submit on the command line'))).toContain(id);

  const script = join(home, 'submit.mts');
  await writeFile(script, (await lines('Submit and wait in TypeScript')).replace('@countersign/sdk', sdk));
  const waiting = runs(home, `'${process.execPath}' '${script}'`);
  await agent.cancels({ id });
  expect(await waiting).toBe(`A person decides at ${stack.url}/tasks/${id}\nCANCELLED\n`);

  for (const [name, holds] of [
    ['REST, operation by operation', 'POST /tasks'],
    ['OpenAPI document', '"openapi":"3.0.3"'],
    ['GraphQL schema', 'type Mutation {'],
    ['/schema.graphql', 'type Mutation {'],
  ] as const) {
    const opening = operator.context().waitForEvent('page');
    await operator.getByRole('link', { name, exact: true }).click();
    const page = await opening;
    await expect(page.locator('body')).toContainText(holds);
    await page.close();
  }
});
