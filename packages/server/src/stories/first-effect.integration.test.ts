import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startConfiguredServer, type ConfiguredServer } from '../../testing/configured-server.ts';
import { approveTheOne, blocksOf } from '../../testing/first-effect.ts';
import { programOf } from '../../testing/programs.ts';

const inspector = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/inspector/clients/launcher/build/index.js',
);

/** A server that is started for the first time, as `npm start` does it, and a checkout's folder beside its home. */
let server: ConfiguredServer;
let folder: string;
beforeAll(async () => {
  server = await startConfiguredServer({
    settings: () => ({ sandbox: true, intents: { enabled: true } }),
    secrets: {},
  });
  folder = await mkdtemp(join(tmpdir(), 'countersign-first-effect-'));
  await symlink(join(dirname(server.file), 'home'), join(folder, '.countersign'));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** As it is typed, but for where the server is, and programs that are here already. */
const typed = (block: string): string =>
  block
    .replaceAll('localhost:4000', new URL(server.url).host)
    .replaceAll('npx -y @modelcontextprotocol/inspector@2.12.0', `node ${inspector}`)
    .replaceAll('npm run -s countersign --', `node ${programOf('cli')}`);

const endGroup = ({ pid = 0 }: ChildProcess): void => {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (fault) {
    if (!(fault instanceof Error && 'code' in fault && fault.code === 'ESRCH')) throw fault;
  }
};

/** Types the blocks into one shell, and has a person approve between them. */
const follow = async (blocks: readonly string[]): Promise<string> => {
  const { PATH = '' } = process.env;
  const env = {
    PATH: `${dirname(process.execPath)}:${PATH}`,
    HOME: folder,
    COUNTERSIGN_URL: server.url,
  };
  // A group of its own: what it waits for is ended with it, however the test ends.
  const shell = spawn('sh', [], { cwd: folder, env, stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  onTestFinished(() => endGroup(shell));
  const said = text(shell.stdout);
  const [asking = '', ...others] = blocks;
  try {
    shell.stdin.write(typed(asking));
    await approveTheOne(server);
    shell.stdin.write(others.map(typed).join('\n'));
  } finally {
    shell.stdin.end();
  }
  return said;
};

test.each([
  ['REST', 'docs/reference/rest.md', '"status":"succeeded"'],
  ['MCP', 'docs/reference/mcp.md', '"status": "succeeded"'],
  ['the command line', 'docs/reference/cli.md', 'SUCCEEDED'],
])('%s, as its page says, word by word', async (_door, page, done) => {
  const blocks = await blocksOf(page, 'From a key to the first approved effect', 'sh');
  expect(blocks).toHaveLength(2);
  const said = await follow(blocks);
  expect(said).toContain(done);
  expect(said.trimEnd()).toMatch(/Hello\.$/);
});

test('GraphQL, by the line that the first start prints', async () => {
  const line = /^curl .*$/m.exec(server.log())?.[0] ?? '';
  const after = `
    until git -C .countersign/demo.git show main:hello.txt 2>/dev/null; do sleep 0.2; done
    git -C .countersign/demo.git log --stat main`;
  const said = await follow([`${line}\n`, after]);
  expect(said).toContain('AWAITING_APPROVAL');
  expect(said).toContain('Hello from an approved agent.');
  expect(said).toMatch(/hello\.txt \| 1 \+/);
});

test('intent files, as their page says', async () => {
  const page = 'docs/operations/intents.md';
  const [intent = ''] = await blocksOf(page, 'Intent files', 'json');
  const [handOver = '', look = ''] = await blocksOf(page, 'From a file to the first approved effect', 'sh');
  await writeFile(join(folder, 'intent-scale-up-001.json'), intent);
  const lookUntil = `until ${look.trim()} | grep -E '"(success|failed)"'; do sleep 0.2; done`;
  expect(await follow([handOver, lookUntil])).toContain('"status": "success"');
});
