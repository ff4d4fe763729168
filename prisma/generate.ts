import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { prismaFolder, readSchemaFiles } from './schema-files.ts';

const require = createRequire(import.meta.url);
const stampFile = join(prismaFolder, 'generated', '.schema-hash');

/**
 * Writes the Prisma client into `prisma/generated`, unless it already belongs to this schema.
 * Returns whether it was written.
 */
export async function generateClient(): Promise<boolean> {
  const hash = await schemaHash();
  const stampedHash = existsSync(stampFile) ? await readFile(stampFile, 'utf8') : undefined;
  if (stampedHash === hash) return false;

  // A generation cut off half way must not look finished: the stamp goes first and comes back last.
  await rm(stampFile, { force: true });
  await promisify(execFile)(
    process.execPath,
    [require.resolve('prisma/build/index.js'), 'generate', '--no-hints'],
    {
      cwd: join(prismaFolder, '..'),
      env: {
        ...process.env,
        // The CLI downloads a schema engine that generating never starts; any existing file keeps it offline.
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        CHECKPOINT_DISABLE: '1',
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
      },
    },
  );
  await writeFile(stampFile, hash);
  return true;
}

async function schemaHash(): Promise<string> {
  const { version } = require('prisma/package.json') as { version: string };
  const hash = createHash('sha256').update(version);
  for (const file of await readSchemaFiles()) hash.update(`${file.path}\0${file.content}\0`);
  return hash.digest('hex');
}

if (import.meta.main) {
  try {
    await generateClient();
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    console.error(stderr ?? error);
    process.exitCode = 1;
  }
}
