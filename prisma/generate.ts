import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { format } from 'oxfmt';
import style from '../oxfmt.config.ts';
import { prismaFolder } from './schema-files.ts';

const require = createRequire(import.meta.url);
const output = join(prismaFolder, 'generated');

/** What is made from the models and committed: where the generator leaves it, and where it belongs. */
const files = [
  [join(output, 'tables'), join(prismaFolder, '../packages/server/src/record/tables.ts')],
  [join(output, 'table-privileges'), join(prismaFolder, 'table-privileges.sql')],
] as const;

async function generate(): Promise<void> {
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
}

async function formatted(path: string, target: string): Promise<string> {
  const text = await readFile(path, 'utf8');
  return target.endsWith('.ts') ? (await format(target, text, style)).code : text;
}

/** Writes what is made from the models, or says where it is not what they say by now. */
async function run([option]: string[]): Promise<void> {
  await rm(output, { recursive: true, force: true });
  await generate();
  for (const [path, target] of files) {
    const text = await formatted(path, target);
    if (option !== '--check') await writeFile(target, text);
    else if ((await readFile(target, 'utf8').catch(() => '')) !== text) {
      console.error(`${target} is not what prisma/models say; run "node prisma/generate.ts".`);
      process.exitCode = 1;
    }
  }
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  const { stderr } = error as { stderr?: string };
  console.error(stderr ?? error);
  process.exitCode = 1;
}
