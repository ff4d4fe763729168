import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { catalogueEntrypoint } from '../packages/server/src/modules/policy/policy-catalogue.ts';
import { entrypoint } from '../packages/server/src/modules/policy/policy-engine-bundle.ts';
import type { RegoSource } from '../packages/server/src/modules/policy/policy-engine-bundle.ts';

const run = promisify(execFile);

export const policiesDir = join(import.meta.dirname, '..', 'policies');

/** OPA's command line, run inside `policies/` so that no path of a machine gets into what it builds. */
export interface Opa {
  readonly program: string;
  readonly version: string;
  (...args: string[]): Promise<string>;
}

/** The `opa` that OPA_BIN names or PATH holds; undefined where there is none. */
export const findOpa = async (): Promise<Opa | undefined> => {
  const named = process.env['OPA_BIN'];
  const program = named?.includes('/') ? resolve(named) : (named ?? 'opa');
  const opa = async (...args: string[]): Promise<string> => {
    const { stdout } = await run(program, args, { cwd: policiesDir, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  };
  try {
    const version = /^Version: (\S+)/.exec(await opa('version'))?.[1] ?? 'of an unknown version';
    return Object.assign(opa, { program, version });
  } catch (error) {
    if (named === undefined && isMissing(error)) return undefined;
    throw error;
  }
};

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

export const regoFiles = async (): Promise<{ readonly rules: string[]; readonly tests: string[] }> => {
  const names = (await readdir(policiesDir)).filter((name) => name.endsWith('.rego')).toSorted();
  return {
    rules: names.filter((name) => !name.endsWith('_test.rego')),
    tests: names.filter((name) => name.endsWith('_test.rego')),
  };
};

export const readRules = async (): Promise<RegoSource[]> => {
  const { rules } = await regoFiles();
  return Promise.all(
    rules.map(async (name) => ({ name, text: await readFile(join(policiesDir, name), 'utf8') })),
  );
};

/** Format, strict compilation, tests and their coverage: every line of every rule is exercised. */
export const checkRules = async (opa: Opa): Promise<void> => {
  const { rules, tests } = await regoFiles();
  const unformatted = (await opa('fmt', '--list', ...rules, ...tests)).trim();
  if (unformatted) throw new Error(`Run opa fmt on: ${unformatted.split('\n').join(', ')}`);
  await opa('check', '--strict', ...rules, ...tests);
  const sources = [...rules, ...tests, 'data.json'];
  await opa('test', ...sources);
  await opa('test', '--coverage', '--threshold', '100', '--format', 'json', ...sources);
};

export const compileRules = async (opa: Opa): Promise<Uint8Array> => {
  const { rules } = await regoFiles();
  const scratch = await mkdtemp(join(tmpdir(), 'countersign-policies-'));
  try {
    const archive = join(scratch, 'bundle.tar.gz');
    const entrypoints = [entrypoint, catalogueEntrypoint].flatMap((each) => ['--entrypoint', each]);
    await opa('build', '--target', 'wasm', ...entrypoints, '--output', archive, ...rules);
    await run('tar', ['-xzf', archive, '-C', scratch, '/policy.wasm']);
    return await readFile(join(scratch, 'policy.wasm'));
  } finally {
    await rm(scratch, { recursive: true });
  }
};
