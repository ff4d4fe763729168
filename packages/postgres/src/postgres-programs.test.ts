import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const asks = (file: string): string =>
  execFileSync(
    process.execPath,
    ['--eval', 'import(process.argv[1]).then((it) => console.log(it.hasPostgresPrograms()))', file],
    // Whatever the way here puts beside the packages of a folder.
    { env: { ...process.env, NODE_PATH: '' }, encoding: 'utf8' },
  ).trim();

test('tells whether npm installed the programs', async () => {
  const file = join(import.meta.dirname, 'postgres-programs.ts');
  expect(asks(file)).toBe('true');
  // As in an image that leaves out what is optional.
  const folder = await mkdtemp(join(tmpdir(), 'countersign-programs-'));
  await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
  const elsewhere = join(folder, 'postgres-programs.mts');
  await copyFile(file, elsewhere);
  expect(asks(elsewhere)).toBe('false');
});
