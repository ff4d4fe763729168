import { z } from 'zod';
import { faulty, itemsOf, readJson, readRows, type RowsRead } from '../reading-rows.ts';
import type { CatalogueFormat, EntryRow } from './entry.ts';
import { cut, moment, name } from './fields.ts';

/** A list of golden images: our own form, there is no public one. */
const image = z
  .strictObject({
    name,
    version: name,
    role: cut(100).optional(),
    status: z.enum(['GOLDEN', 'CANDIDATE', 'RETIRED']),
    digest: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hex digits')
      .optional(),
    builtAt: moment.optional(),
    components: z.record(z.string().min(1).max(200), z.string().max(200)).default({}),
    checks: z
      .array(z.strictObject({ name: cut(200), passed: z.boolean() }))
      .max(100)
      .default([]),
  })
  .transform(({ name: its, version, builtAt, role, digest, ...data }): EntryRow => ({
    externalId: `${its}:${version}`,
    name: its,
    at: builtAt ?? null,
    data: { ...data, version, role: role ?? null, digest: digest ?? null },
  }));

const readImages = async (content: string): Promise<RowsRead<EntryRow>> => {
  const read = readJson(content);
  if (!('value' in read)) return faulty(read);
  if (!Array.isArray(read.value)) return faulty({ path: 'content', message: 'must be a list of images.' });
  return readRows(itemsOf(read.value), image, ({ externalId }) => externalId);
};

export const images: CatalogueFormat = { kind: 'IMAGE', read: readImages };
