import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SchemaFile } from '@countersign/postgres/migrations';

/** Absolute path of the folder that holds the schema, the migrations and the generated client. */
export const prismaFolder = fileURLToPath(new URL('.', import.meta.url));

/** The base schema and every `models/*.prisma`, sorted, so that a hash over them is stable. */
export async function readSchemaFiles(): Promise<SchemaFile[]> {
  const models = await readdir(join(prismaFolder, 'models')).catch(() => []);
  const paths = [
    'schema.prisma',
    ...models.filter((name) => name.endsWith('.prisma')).map((name) => `models/${name}`),
  ];
  return Promise.all(
    paths.sort().map(async (path) => ({ path, content: await readFile(join(prismaFolder, path), 'utf8') })),
  );
}
