import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startConfiguredServer } from '../../server/testing/configured-server.ts';
import { approveTheOne, blocksOf } from '../../server/testing/first-effect.ts';

const run = promisify(execFile);
const sdk = join(import.meta.dirname, '..');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-sdk-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** npm as it comes with Node, without a network: what is not packed here is not there. */
const npm = (args: readonly string[], cwd: string) =>
  run('npm', [...args, '--offline', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    env: { PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, HOME: folder },
  });

const folderOf = (name: string): string => {
  const paths = createRequire(join(sdk, 'package.json')).resolve.paths(name) ?? [];
  const found = paths.map((path) => join(path, name)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${name} is not installed.`);
  return found;
};

/** What a program would find wrong with its types, whichever way it is written and resolved. */
const wrongTypesIn = async (tarball: string): Promise<string[]> => {
  const analysis = await checkPackage(createPackageFromTarballData(await readFile(tarball)));
  return analysis.types === false ? ['it has no types'] : analysis.problems.map(({ kind }) => kind);
};

/** That which runs this, and the oldest that is promised: the examples bring it, where it is made for this machine. */
const nodes = async (): Promise<readonly string[]> => {
  const examples = join(sdk, '../../examples/agents/node_modules');
  const oldest = join(examples, `node-22-${process.platform}-${process.arch}`, 'bin/node');
  if (process.platform === 'linux') expect((await run(oldest, ['--version'])).stdout).toMatch(/^v22/);
  return existsSync(oldest) ? [process.execPath, oldest] : [process.execPath];
};

test('what is packed installs into an empty folder, without a script and a network, and runs there', async () => {
  const [packed, app] = [join(folder, 'packed'), join(folder, 'app')];
  await mkdir(packed);
  await mkdir(app);
  await npm(['pack', '--pack-destination', packed], sdk);
  const [tarball = ''] = await readdir(packed);
  // It is ESM alone: what was before that finds no way in, and `require` needs a Node that takes ESM.
  expect(await wrongTypesIn(join(packed, tarball))).toEqual(['NoResolution', 'CJSResolvesToESM']);
  // What it depends on is there already: nothing is fetched.
  const versions: Record<string, string> = {};
  for (const name of ['graphql', 'graphql-ws', 'zod']) {
    await cp(folderOf(name), join(app, 'node_modules', name), { recursive: true, dereference: true });
    const read = await readFile(join(app, 'node_modules', name, 'package.json'), 'utf8');
    versions[name] = (JSON.parse(read) as { version: string }).version;
  }
  await writeFile(join(app, 'package.json'), JSON.stringify({ type: 'module', dependencies: versions }));
  await npm(['install', '--ignore-scripts', join(packed, tarball)], app);
  const installed = join(app, 'node_modules/@countersign/sdk');
  expect(JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))).toMatchObject({
    license: 'Apache-2.0',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
  });
  // Every file that a type of the index speaks of is there.
  for (const name of (await readdir(join(installed, 'dist'))).filter((each) => each.endsWith('.d.ts'))) {
    const text = await readFile(join(installed, 'dist', name), 'utf8');
    for (const [, from = ''] of text.matchAll(/from '(\.[^']+)\.js'/g))
      expect(existsSync(join(installed, 'dist', `${from}.d.ts`)), `${name} of ${from}`).toBe(true);
  }
  const program = `
    import { createCountersign, CountersignError } from '@countersign/sdk';
    const countersign = createCountersign({ url: 'http://127.0.0.1:1', apiKey: 'k' });
    try { await countersign.tools({ thread: 't' }); }
    catch (error) { console.log(error instanceof CountersignError, error.code); }`;
  await writeFile(join(app, 'main.js'), program);
  for (const node of await nodes()) {
    const { stdout } = await run(node, ['main.js'], { cwd: app });
    expect(stdout).toBe('true NETWORK_ERROR\n');
  }
  await runDocumented(app);
});

/** What the page has somebody save, against a server as `npm start` starts it: a person approves, and it is done. */
const runDocumented = async (app: string): Promise<void> => {
  await using server = await startConfiguredServer({ settings: () => ({ sandbox: true }), secrets: {} });
  const page = 'docs/reference/sdk.md';
  const [program = ''] = await blocksOf(page, 'From a key to the first approved effect', 'ts');
  for (const [at, node] of (await nodes()).entries()) {
    const text = program
      .replace('http://localhost:4000', server.url)
      .replace("'my-first'", `'my-first-${at}'`)
      .replace('replicas: 4', `replicas: ${4 + at}`);
    await writeFile(join(app, 'first.mjs'), text);
    const running = run(node, ['first.mjs'], { cwd: app, env: { KEY: server.keys.agentKey } });
    const [{ stdout }] = await Promise.all([running, approveTheOne(server)]);
    expect(stdout).toContain(`A person decides at ${server.url}/tasks/`);
    expect(stdout).toContain('SUCCEEDED');
    expect(stdout).toContain(`replicas: ${4 + at}`);
  }
};
