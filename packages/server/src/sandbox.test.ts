import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testConfig } from '../testing/test-config.ts';
import { createLogger } from './infra/logger.ts';
import { startSandbox } from './sandbox.ts';

test('a sandbox that cannot start says so at once, and keeps nobody waiting', async () => {
  const home = await mkdtemp(join(tmpdir(), 'countersign-no-sandbox-'));
  try {
    // A file stands where its folder would be.
    await writeFile(join(home, 'sandbox'), '');
    await expect(startSandbox(testConfig('', home), createLogger({ level: 'error' }))).rejects.toThrow(
      /^The sandbox ended with 1 before it was ready\.$/,
    );
  } finally {
    await rm(home, { recursive: true });
  }
}, 60_000);
