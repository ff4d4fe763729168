import { execFile, spawnSync } from 'node:child_process';
import { chmod, chown, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inheritedEnvironment } from '../../testing/inherited-environment.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { programOf } from '../../testing/programs.ts';

let database: TestDatabase;
let home: string;
beforeAll(async () => {
  database = await createTestDatabase();
  home = await mkdtemp(join(tmpdir(), 'countersign-as-root-'));
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
  await database[Symbol.asyncDispose]();
});

/** As the image has it, and a unit of systemd. */
const another = 10_001;
// Root can be somebody else, where that user can reach what is here.
const canBeAnother =
  spawnSync('test', ['-r', programOf('cli')], { uid: another, gid: another, cwd: '/' }).status === 0;
const owner = canBeAnother ? another : process.getuid?.();

/** What it was called with, its code, and what it said against it. */
const run = (program: string, ...words: string[]): Promise<readonly [string, number, string]> =>
  new Promise((resolve) => {
    const env = {
      ...inheritedEnvironment(),
      ...{ DATABASE_URL: database.connectionString, COUNTERSIGN_HOME: home, COUNTERSIGN_LOG_LEVEL: 'error' },
    };
    execFile(program, words, { env }, (error, _, err) => {
      resolve([words.join(' '), error ? Number(error.code) : 0, err]);
    });
  });
const cli = programOf('cli');

test('what root does on the installation of another user is done as that user', async () => {
  if (owner === another) await chown(home, owner, owner);
  const reason = ['--reason', 'Because this is a test.'];
  const acts = [
    ['bootstrap'],
    ['stop', ...reason],
    ['audit', 'export', '--out', join(home, 'record.jsonl')],
    ['audit', 'rotate-key', ...reason],
    ['backup'],
  ];
  for (const words of acts)
    expect(await run(process.execPath, cli, ...words)).toEqual([[cli, ...words].join(' '), 0, '']);
  const files = (await readdir(home, { recursive: true })).map((name) => join(home, name));
  expect(files).toContain(join(home, 'audit.key'));
  for (const file of files) expect([file, (await stat(file)).uid]).toEqual([file, owner]);

  if (owner !== another) return;
  const bound = ['--bounding-set=-setgid,-setuid', process.execPath, cli, 'config', 'check'];
  expect(await run('setpriv', ...bound)).toEqual([
    bound.join(' '),
    1,
    expect.stringContaining(`${home} belongs to the user ${owner}, and root cannot act as that user here (`),
  ]);
  // What root alone may write is nothing that the server can.
  await chmod(home, 0o500);
  const [, code] = await run(process.execPath, cli, 'config', 'check');
  expect(code).toBe(1);
}, 180_000);
