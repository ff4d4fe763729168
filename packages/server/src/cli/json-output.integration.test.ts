import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { inheritedEnvironment } from '../../testing/inherited-environment.ts';
import { programOf } from '../../testing/programs.ts';

test('with --json, standard output is JSON alone, however much is logged', async () => {
  const home = await mkdtemp(join(tmpdir(), 'countersign-json-'));
  await using _ = { [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }) };
  // On an embedded database that each command starts itself, and says so in the log.
  const env = { ...inheritedEnvironment(), COUNTERSIGN_HOME: home, COUNTERSIGN_LOG_LEVEL: 'trace' };
  const countersign = (...words: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, [programOf('cli'), ...words, '--json'], { env }, (error, out, err) => {
        resolve({ code: error ? Number(error.code) : 0, out, err });
      });
    });
  const told = async (...words: string[]): Promise<Record<string, unknown>> => {
    const { code, out, err } = await countersign(...words);
    expect([words, code, err.replaceAll(/^\{.*\}\n/gm, '')]).toEqual([words, 0, '']);
    return JSON.parse(out) as Record<string, unknown>;
  };
  const first = await countersign('bootstrap');
  expect(first).toMatchObject({ code: 0, err: expect.stringContaining('"level"') });
  expect(JSON.parse(first.out)).toBeTypeOf('object');
  await told('sign-in-link');
  const reason = ['--reason', 'Because this is a test.'];
  const stopped = await told('stop', ...reason);
  await told('stop', 'status');
  await told('release', String(stopped['id']), ...reason);
  await told('audit', 'export', '--out', join(home, 'record.jsonl'));
  const record = join(home, 'record.jsonl');
  const verify = ['audit', 'verify', '--key', join(home, 'audit.pub')];
  await told(...verify, record);
  const piped = await promisify(execFile)(
    'bash',
    ['-c', 'cat "$0" | "$@"', record, process.execPath, programOf('cli'), ...verify, '/dev/stdin', '--json'],
    { env },
  );
  expect(JSON.parse(piped.stdout)).toMatchObject({ ok: true });
  await told('audit', 'rotate-key', ...reason);
  await told('retention', 'plan');
  await told('retention', 'run');
  await told('backup');
  await told('backup', 'list');
  await told('backup', 'verify');
  await told('encryption', 'status');
  await told('config', 'check');
  await told('config', 'show');
}, 300_000);
