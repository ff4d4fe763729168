import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimFolder } from './claimed-folder.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'countersign-home-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

it('is held by one living process at a time', async () => {
  const folder = join(home, 'postgres');
  const holds = `import { claimFolder } from ${JSON.stringify(new URL('./claimed-folder.ts', import.meta.url).href)};
    claimFolder(${JSON.stringify(folder)});
    process.stdout.write('held');
    setInterval(() => undefined, 1_000);`;
  const other = spawn(process.execPath, ['--input-type=module', '--eval', holds], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(other.stdout, 'data');
  expect(() => claimFolder(folder)).toThrow(
    `The folder ${folder} is in use by another Countersign, process ${other.pid}.`,
  );
  const gone = once(other, 'exit');
  other.kill('SIGKILL');
  await gone;
  claimFolder(folder)[Symbol.dispose]();
});

it('is refused in one sentence where it cannot be used', () => {
  const file = join(home, 'file');
  writeFileSync(file, '');
  expect(() => claimFolder(join(file, 'postgres'))).toThrow(
    `The folder ${file}/postgres cannot be used: a part of its path is a file; set COUNTERSIGN_HOME to another.`,
  );
  expect(() => claimFolder('/proc/nowhere/postgres')).toThrow(
    'The folder /proc/nowhere cannot be used: it cannot be made there; set COUNTERSIGN_HOME to another.',
  );
});
