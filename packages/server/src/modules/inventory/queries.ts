import { environments, mostCounted } from '@countersign/shared';
import { z } from 'zod';
import { dataSets, type Asset, type AssetFilter, type CatalogueKind } from '../../domain/asset.ts';
import { accepted, invalidInput, refusal, refused } from '../../domain/errors.ts';
import { meantPerhaps } from '../../domain/nearest.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import { mostKinds, type AssetStore } from '../../record/asset-store.ts';
import type { CatalogueStore, StoredEntry } from '../../record/catalogue-store.ts';
import type { ImportStore } from '../../record/import-store.ts';
import { filterId, idList, instant, list, optional, text } from '../inputs.ts';
import { defineQuery } from '../operation.ts';

export interface InventoryQueryDependencies {
  readonly assets: AssetStore;
  readonly catalogues: CatalogueStore;
  readonly imports: ImportStore;
}

const word = optional(text(200));

export const assetFilterInput = z
  .strictObject({
    search: word.describe('A part of name, owner, region or external id. Capitals do not matter.'),
    kind: word.describe('server, image, deployment, service …'),
    environment: optional(z.enum(environments)).describe('Where it runs.'),
    region: word.describe('Exactly.'),
    owner: word.describe('Exactly.'),
    source: word.describe('Who told of it.'),
    tag: optional(text(200).regex(/^[^=]+=[^=]*$/, 'must be name=value')).describe('name=value'),
    component: word.describe('Has this component.'),
    version: word.describe('In exactly this version; only with component.'),
    names: optional(list(text(200), 200)).describe('Exactly these, 200 at most.'),
    at: optional(instant).describe('As the inventory was then; as it is where left out.'),
  })
  .meta({ id: 'AssetFilter', description: 'Which assets; what is left out does not matter.' });

const catalogueKinds = dataSets.filter((one): one is CatalogueKind => one !== 'INVENTORY');

const lists = {
  assets: idList('assets'),
  catalogueEntries: idList('catalogueEntries'),
  dataImports: idList('dataImports'),
};

export const createInventoryQueries = ({ assets, catalogues, imports }: InventoryQueryDependencies) => ({
  assets: defineQuery({
    name: 'assets',
    description:
      'The inventory, by name: what we run and own, as its sources told. A kind that no asset is or was of is SCHEMA_VALIDATION_FAILED, with the nearest ones.',
    input: z.strictObject({
      filter: optional(assetFilterInput).describe('Which; all where left out.'),
      ...lists.assets.input,
    }),
    view: async ({ viewer: { tenantId } }, { filter, first, after }) => {
      const asked = filter ? filterOf(filter) : {};
      const rows = await assets.find(tenantId, asked, first + 1, lists.assets.after(after));
      const fault = rows.length === 0 && (await kindFault(assets, tenantId, asked));
      if (fault) return refused(invalidInput([fault]));
      return accepted(
        lists.assets.page<Asset>(
          rows,
          first,
          ({ id }) => id,
          () => assets.count(tenantId, asked, mostCounted),
        ),
      );
    },
  }),
  catalogueEntries: defineQuery({
    name: 'catalogueEntries',
    description:
      'Entries of imported catalogues, newest first: of the newest import of each source, or of one import.',
    input: z.strictObject({
      kind: z.enum(catalogueKinds).describe('Of which catalogue.'),
      importId: optional(filterId).describe('Of this import alone, as a citation names it.'),
      search: word.describe('A part of id, name or content. Capitals do not matter.'),
      ...lists.catalogueEntries.input,
    }),
    view: async ({ viewer: { tenantId } }, { kind, importId, search, first, after }) => {
      const looked = importId
        ? await imports.findMany(tenantId, [importId])
        : await imports.newest(tenantId, { dataSet: kind });
      if (importId && looked[0]?.dataSet !== kind)
        return refused(refusal('RESOURCE_NOT_FOUND', 'There is no such import of this catalogue.'));
      const ids = looked.map(({ id }) => id);
      return accepted(
        lists.catalogueEntries.page<StoredEntry>(
          await catalogues.find(ids, { search }, first + 1, lists.catalogueEntries.after(after)),
          first,
          ({ id }) => id,
          () => catalogues.count(ids, { search }, mostCounted),
        ),
      );
    },
  }),
  dataImports: defineQuery({
    name: 'dataImports',
    description: 'What was taken in, newest first: from where, by whom, and what it changed.',
    input: z.strictObject(lists.dataImports.input),
    view: async ({ viewer: { tenantId } }, { first, after }) => {
      const rows = await imports.list(tenantId, first + 1, lists.dataImports.after(after));
      return accepted(lists.dataImports.page(rows, first, ({ id }) => id));
    },
  }),
});

export type InventoryQueries = ReturnType<typeof createInventoryQueries>;

/** An empty list must mean that nothing matches, never that a kind was misspelt. */
const kindFault = async (
  assets: Pick<AssetStore, 'kinds'>,
  tenantId: string,
  { kind }: AssetFilter,
): Promise<Fault | null> => {
  if (kind === undefined) return null;
  const known = await assets.kinds(tenantId);
  // Where nothing was told of yet, no kind is wrong; of so many, not all are known.
  if (known.length === 0 || known.length >= mostKinds || known.includes(kind)) return null;
  return { path: 'filter.kind', message: `no asset is of this kind${meantPerhaps(kind, known)}` };
};

const filterOf = ({ tag, ...rest }: z.output<typeof assetFilterInput>): AssetFilter => {
  if (tag === undefined) return rest;
  const at = tag.indexOf('=');
  return { ...rest, tag: { key: tag.slice(0, at), value: tag.slice(at + 1) } };
};
