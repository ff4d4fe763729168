import { sourceTrusts } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusal, refused } from '../../domain/errors.ts';
import { optional, text } from '../inputs.ts';
import { defineCommand } from '../operation.ts';
import { sendJob } from '../../record/job-store.ts';
import { catalogueFormats } from './formats/known.ts';
import { importAssetFile, importCatalogueFile, type ImportDependencies } from './import-data.ts';
import { readPlatformJob } from './jobs/read-platform.ts';
import { assetFormats } from './read-assets.ts';

/** What a body may hold beside the rest of the call. */
const longestContent = 3_900_000;

const order = {
  source: text(100)
    .trim()
    .min(1)
    .describe(
      'Who the data is from: cmdb, nvd. With the external id it names a row: told again, the row is changed.',
    ),
  content: text(longestContent).describe(
    'The file itself, 3.9 million characters at most; a longer one in parts.',
  ),
  trust: optional(z.enum(sourceTrusts)).describe(
    'Whether anybody outside could have written what is in it: OUTSIDE where left out. What agents make of that is tainted.',
  ),
};

const importAssetsInput = z
  .strictObject({
    ...order,
    format: z
      .enum(assetFormats)
      .describe(
        'CSV: a header of external_id, kind, name, environment, region, owner, version.<component>, tag.<name>, dependencies (by semicolons). JSON: a list of { externalId, kind, name, environment, region, owner, versions, tags, dependencies }.',
      ),
    isComplete: optional(z.boolean()).describe(
      'Whether the file is all that the source has: what it does not name is retired. False where left out.',
    ),
  })
  .meta({ id: 'ImportAssetsInput', description: 'A file of assets. At most 100,000 rows.' });

const importCatalogueInput = z
  .strictObject({ ...order, format: z.enum(catalogueFormats).describe('What the file is.') })
  .meta({
    id: 'ImportCatalogueInput',
    description: 'A file of a catalogue, at most 100,000 entries: all that the source has.',
  });

const readPlatformInput = z
  .strictObject({ platform: text(100).describe('Its name: kubernetes.') })
  .meta({ id: 'ReadPlatformInput', description: 'A platform whose objects become assets.' });

export interface InventoryCommandDependencies extends ImportDependencies {
  /** Platforms whose objects can be read. */
  readonly readable: ReadonlySet<string>;
}

export const createInventoryCommands = (deps: InventoryCommandDependencies) => ({
  importAssets: defineCommand({
    name: 'importAssets',
    description:
      'Takes a file of assets into the inventory: what is new is added, what differs is changed, what is the same stays. All or nothing; every fault is named with its line and column.',
    input: importAssetsInput,
    right: 'OPERATE',
    run: ({ viewer }, { source, format, content, trust = 'OUTSIDE', isComplete = false }) =>
      importAssetFile(
        deps,
        { tenantId: viewer.tenantId, by: viewer, source, trust, isComplete },
        { format, content },
      ),
  }),
  importCatalogue: defineCommand({
    name: 'importCatalogue',
    description:
      'Takes a catalogue in: CVEs, controls, charges, logs, golden images, an API, a Terraform plan. It takes the place of what the source told before; what was cited stays to be opened for five imports.',
    input: importCatalogueInput,
    right: 'OPERATE',
    run: ({ viewer }, { source, format, content, trust = 'OUTSIDE' }) =>
      importCatalogueFile(
        deps,
        { tenantId: viewer.tenantId, by: viewer, source, trust },
        { format, content },
      ),
  }),
  readPlatformAssets: defineCommand({
    name: 'readPlatformAssets',
    description:
      'Has the objects of a platform read into the inventory, in the background. It only reads; what is gone there is retired here.',
    input: readPlatformInput,
    right: 'OPERATE',
    run: async ({ viewer: { tenantId, id } }, { platform }) => {
      if (!deps.readable.has(platform))
        return refused(
          refusal(
            'RESOURCE_NOT_FOUND',
            `Objects of ${JSON.stringify(platform)} cannot be read here; of ${[...deps.readable].join(', ') || 'no platform'} they can.`,
          ),
        );
      await deps.journal.transaction((tx) => {
        sendJob(
          tx,
          readPlatformJob,
          { key: `${tenantId}:${platform}`, submitterId: id },
          { tenantId, platform },
        );
        return Promise.resolve();
      });
      return accepted({ platform });
    },
  }),
});

export type InventoryCommands = ReturnType<typeof createInventoryCommands>;
