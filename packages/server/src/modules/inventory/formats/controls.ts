import { z } from 'zod';
import { faulty, itemsOf, readJson, readRows, type RowsRead } from '../reading-rows.ts';
import type { CatalogueFormat, EntryRow } from './entry.ts';
import { cut, name } from './fields.ts';

const deepest = 10;

/** What an OSCAL group holds, as far as it is read here. */
const holder = z.object({
  groups: z.array(z.unknown()).default([]),
  controls: z.array(z.unknown()).default([]),
  title: z.string().optional(),
});

const part = z.object({
  name: z.string(),
  prose: cut(4_000).optional(),
  parts: z.array(z.unknown()).default([]),
});

const control = z
  .object({
    group: z.string().nullable(),
    control: z.object({
      id: name,
      class: cut(100).optional(),
      title: cut(300),
      parts: z.array(z.unknown()).max(200).default([]),
    }),
  })
  .transform(({ group, control: { id, title, parts, class: its } }): EntryRow => ({
    externalId: id.toLowerCase(),
    name: title,
    at: null,
    data: { family: group, class: its ?? null, statement: proseOf(parts, 0).slice(0, 4_000) },
  }));

const proseOf = (parts: readonly unknown[], depth: number): string =>
  depth > deepest
    ? ''
    : parts
        .slice(0, 200)
        .flatMap((one) => {
          const read = part.safeParse(one);
          if (!read.success || (depth === 0 && read.data.name !== 'statement')) return [];
          return [read.data.prose ?? '', proseOf(read.data.parts, depth + 1)];
        })
        .filter((text) => text !== '')
        .join('\n');

/** Controls of groups within groups, enhancements of controls as well. */
const controlsIn = function* (given: unknown, group: string | null, depth: number): Iterable<unknown> {
  const read = holder.safeParse(given);
  if (!read.success || depth > deepest) return;
  for (const one of read.data.controls) {
    yield { group, control: one };
    yield* controlsIn({ controls: holder.safeParse(one).data?.controls ?? [] }, group, depth + 1);
  }
  for (const one of read.data.groups)
    yield* controlsIn(one, holder.safeParse(one).data?.title ?? group, depth + 1);
};

const readOscal = async (content: string): Promise<RowsRead<EntryRow>> => {
  const read = readJson(content);
  if (!('value' in read)) return faulty(read);
  const document = z.object({ catalog: z.object({}).loose() }).safeParse(read.value);
  if (!document.success) return faulty({ path: 'content', message: 'has no "catalog", as OSCAL gives it.' });
  const found = [...controlsIn(document.data.catalog, null, 0)];
  return readRows(itemsOf(found, 'controls'), control, ({ externalId }) => externalId);
};

export const oscal: CatalogueFormat = { kind: 'CONTROL', read: readOscal };
