import type { AssetFilter } from '../../domain/asset.ts';
import type { AssetStore } from '../../record/asset-store.ts';
import type { CatalogueStore } from '../../record/catalogue-store.ts';
import { provenanceOf, type ImportStore } from '../../record/import-store.ts';
import type { ToolPorts } from '../../tools/contract/ports.ts';

export interface ReadForToolsDependencies {
  readonly assets: AssetStore;
  readonly catalogues: CatalogueStore;
  readonly imports: ImportStore;
}

/** What tools see of one tenant's data, and nothing of anybody else's. */
export const createReadForTools =
  ({ assets, catalogues, imports }: ReadForToolsDependencies) =>
  (tenantId: string): ToolPorts => ({
    inventory: {
      async find(filter, limit) {
        const told = await imports.newest(tenantId, {
          dataSet: 'INVENTORY',
          ...(filter.source === undefined ? {} : { source: filter.source }),
          ...(filter.at === undefined ? {} : { at: filter.at }),
        });
        // Of the moment of the newest import, so that the same rows can be opened again.
        const at = filter.at ?? told[0]?.at ?? new Date(0);
        const asked: AssetFilter = { ...filter, at };
        const [found, total, tellers] = await Promise.all([
          assets.find(tenantId, asked, limit),
          assets.count(tenantId, asked),
          assets.sources(tenantId, asked),
        ]);
        return {
          assets: found,
          total,
          at,
          importedAt: told[0]?.at ?? null,
          // What nobody outside told of, nobody outside wrote.
          isOutside: told.some(({ source, trust }) => trust === 'OUTSIDE' && tellers.includes(source)),
        };
      },
      countVersions: (filter, component) => assets.countVersions(tenantId, filter, component),
    },
    catalogues: {
      async find(kind, { source, ...query }, limit) {
        const told = await imports.newest(tenantId, {
          dataSet: kind,
          ...(source === undefined ? {} : { source }),
        });
        const ids = told.map(({ id }) => id);
        const [entries, total] = await Promise.all([
          catalogues.find(ids, query, limit),
          catalogues.count(ids, query),
        ]);
        return { entries, total, imports: told.map(provenanceOf) };
      },
    },
  });
