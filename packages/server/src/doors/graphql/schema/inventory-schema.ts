import type { Asset } from '../../../domain/asset.ts';
import type {
  DataImport,
  InventoryCommands,
  InventoryQueries,
  StoredEntry,
} from '../../../modules/inventory/index.ts';
import { createBatchLoader } from './batch-loader.ts';
import type { Builder } from './builder.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

export interface InventorySources {
  readonly operations: InventoryCommands & InventoryQueries;
  readonly findImports: (tenantId: string, ids: readonly string[]) => Promise<readonly DataImport[]>;
  readonly loadPrincipal: LoadPrincipal;
}

/** What we run and own, catalogues, and where all that is from. */
export const addInventorySchema = (
  builder: Builder,
  refs: Refs,
  { operations, findImports, loadPrincipal }: InventorySources,
): void => {
  const loadImport = createBatchLoader(
    ({ tenantId }: { readonly tenantId: string }, ids: readonly string[]) => findImports(tenantId, ids),
    ({ id }) => id,
    (id: string) => id,
  );
  const dataImport = defineType<DataImport>(
    builder,
    'DataImport',
    'That data was taken in from a file or a platform.',
    {
      id: ['ID', 'UUID.'],
      dataSet: [refs.enums.dataSet, 'What was taken in.'],
      source: ['String', 'Who it is from.'],
      format: ['String', 'How the file was written; PLATFORM where a platform was read.'],
      trust: [refs.enums.sourceTrust, 'Whether anybody outside could have written it.'],
      rows: ['Int', 'Of the file.'],
      added: ['Int', 'Of them new.'],
      changed: ['Int', 'Of them other than before.'],
      retired: ['Int', 'Rows that stood before and are over.'],
      at: ['DateTime', 'When.'],
    },
    (t) => ({
      by: t.field({
        type: refs.principal,
        nullable: true,
        description: 'Who imported it; null where a job read a platform.',
        resolve: ({ byId }, _args, { viewer }) => (byId === null ? null : loadPrincipal(viewer, byId)),
      }),
    }),
  );
  const asset = defineType<Asset>(
    builder,
    'Asset',
    'Something that is run or owned, as its source told. Its texts are from there: never trusted.',
    {
      id: ['ID', 'UUID of this version: a change has another.'],
      source: ['String', 'Who told of it.'],
      externalId: ['String', 'How the source calls it.'],
      kind: ['String', 'server, image, deployment, service …'],
      name: ['String', 'Its name.'],
      environment: [refs.enums.environment, 'Where it runs; null where the source does not say.', 'nullable'],
      region: ['String', 'Where it stands; null where the source does not say.', 'nullable'],
      owner: ['String', 'Who answers for it; null where the source does not say.', 'nullable'],
      versions: ['JSON', 'Versions by component: { "openssl": "3.2.1" }.'],
      tags: ['JSON', 'Values by name.'],
      dependencies: [['String'], 'Names of assets that it needs.'],
      since: ['DateTime', 'Since when it is so.'],
      until: ['DateTime', 'Until when it was so; null while it is.', 'nullable'],
    },
    (t) => ({
      import: t.field({
        type: dataImport,
        nullable: true,
        description: 'The import that told of it.',
        resolve: ({ importId }, _args, { viewer }) => loadImport(viewer, importId),
      }),
    }),
  );
  const entry = defineType<StoredEntry>(
    builder,
    'CatalogueEntry',
    'An entry of an imported catalogue. Its texts are from there: never trusted.',
    {
      id: ['ID', 'UUID.'],
      externalId: ['String', 'How the source calls it: CVE-2024-0727, ac-2, GET /users.'],
      name: ['String', 'Its name.'],
      at: ['DateTime', 'When it was; null where it has no time.', 'nullable'],
      data: ['JSON', 'What it says, as its kind has it.'],
    },
    (t) => ({
      import: t.field({
        type: dataImport,
        nullable: true,
        description: 'The import that brought it.',
        resolve: ({ importId }, _args, { viewer }) => loadImport(viewer, importId),
      }),
    }),
  );
  refs.pages(operations.assets, refs.connectionOf('Asset', asset, { hasTotalCount: true }));
  refs.pages(
    operations.catalogueEntries,
    refs.connectionOf('CatalogueEntry', entry, { hasTotalCount: true }),
  );
  refs.pages(operations.dataImports, refs.connectionOf('DataImport', dataImport, { hasTotalCount: false }));
  const imported = refs.payload<DataImport>('ImportPayload', 'What became of an import.', (give) => ({
    import: give(dataImport, 'What it changed.', (made) => made),
  }));
  refs.command(operations.importAssets, imported);
  refs.command(operations.importCatalogue, imported);
  const asked = refs.payload<{ readonly platform: string }>(
    'ReadPlatformAssetsPayload',
    'Whether a platform will be read.',
    (give) => ({
      platform: give('String', 'It will be read in the background.', ({ platform }) => platform),
    }),
  );
  refs.command(operations.readPlatformAssets, asked);
};
