import type { AssetFilter } from '../../domain/asset.ts';
import type { AssetStore } from '../../record/asset-store.ts';
import type { CatalogueStore } from '../../record/catalogue-store.ts';
import { provenanceOf, type ImportStore } from '../../record/import-store.ts';
import { mostTotal, type InventorySeen, type ToolPorts } from '../../tools/contract/ports.ts';

export interface ReadForToolsDependencies {
  readonly assets: AssetStore;
  readonly catalogues: CatalogueStore;
  readonly imports: ImportStore;
}

/** What tools see of one tenant's data, and nothing of anybody else's. */
export const createReadForTools = ({ assets, catalogues, imports }: ReadForToolsDependencies) => {
  const lookAt = async (tenantId: string, filter: AssetFilter) => {
    const newest = await imports.newest(tenantId, {
      dataSet: 'INVENTORY',
      ...(filter.source === undefined ? {} : { source: filter.source }),
      ...(filter.at === undefined ? {} : { at: filter.at }),
    });
    // Of the moment of the newest import, so that the same rows can be opened again.
    const at = filter.at ?? newest[0]?.at ?? new Date(0);
    const asked = { ...filter, at };
    const seen = assets.sources(tenantId, asked).then((tellers): InventorySeen => ({
      at,
      importedAt: newest[0]?.at ?? null,
      // What nobody outside told of, nobody outside wrote.
      isOutside: newest.some(({ source, trust }) => trust === 'OUTSIDE' && tellers.includes(source)),
    }));
    return { asked, seen };
  };
  return (tenantId: string): ToolPorts => ({
    inventory: {
      async find(filter, limit) {
        const { asked, seen } = await lookAt(tenantId, filter);
        const [found, total, own] = await Promise.all([
          assets.find(tenantId, asked, limit),
          assets.count(tenantId, asked, Math.max(limit, mostTotal) + 1),
          seen,
        ]);
        return { assets: found, total, ...own };
      },
      async findNodes(most) {
        const { asked, seen } = await lookAt(tenantId, {});
        const [nodes, own] = await Promise.all([assets.findNodes(tenantId, asked.at, most), seen]);
        return { nodes, ...own };
      },
      countVersions: (filter, component) => assets.countVersions(tenantId, filter, component),
    },
    catalogues: {
      async find(kind, { source, ...query }, limit) {
        const newest = await imports.newest(tenantId, {
          dataSet: kind,
          ...(source === undefined ? {} : { source }),
        });
        const ids = newest.map(({ id }) => id);
        const [entries, total] = await Promise.all([
          catalogues.find(ids, query, limit),
          catalogues.count(ids, query, Math.max(limit, mostTotal) + 1),
        ]);
        return { entries, total, imports: newest.map(provenanceOf) };
      },
    },
  });
};
