import { environments, type SourceTrust } from '@countersign/shared';
import { z } from 'zod';
import type { Json } from '../../../domain/json.ts';
import { defineJob } from '../../../infra/queue/job.ts';
import { importAssetRows, type ImportDependencies } from '../import-data.ts';
import { mostRows } from '../reading-rows.ts';
import type { AssetRow } from '../read-assets.ts';

/** Something that a platform holds. */
export interface ReadObject {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly state: Json;
}

export interface ReadPlatformDependencies extends ImportDependencies {
  readonly readPlatform: (platform: string) => Promise<readonly ReadObject[]>;
  /** Of what a platform tells of its objects. */
  readonly trustIn: (platform: string) => SourceTrust;
}

/** Makes assets of what a platform holds. It only reads. */
export const readPlatformJob = defineJob({
  name: 'read-platform',
  schema: z.strictObject({ tenantId: z.uuid(), platform: z.string() }),
  async run(deps: ReadPlatformDependencies, { tenantId, platform }) {
    await importPlatform(deps, { tenantId, platform }, await deps.readPlatform(platform));
  },
});

/** All that a platform holds: what it does not name any more is retired. */
export const importPlatform = (
  deps: ImportDependencies & Pick<ReadPlatformDependencies, 'trustIn'>,
  { tenantId, platform }: { readonly tenantId: string; readonly platform: string },
  objects: readonly ReadObject[],
) =>
  importAssetRows(
    deps,
    { tenantId, by: null, source: platform, trust: deps.trustIn(platform), isComplete: true },
    'PLATFORM',
    objects.slice(0, mostRows).map(assetOf),
  );

const word = z.string().min(1).max(200);
const words = z.record(word, word);

/** What platforms tell of their objects in words that the inventory has. */
const knownState = z.object({
  image: z.string().optional().catch(undefined),
  environment: z.enum(environments).optional().catch(undefined),
  region: word.optional().catch(undefined),
  owner: word.optional().catch(undefined),
  versions: words.optional().catch(undefined),
  tags: words.optional().catch(undefined),
  dependencies: z.array(word).max(200).optional().catch(undefined),
});

const assetOf = ({ kind, id, name, state }: ReadObject): AssetRow => {
  const { data: known = {} } = knownState.safeParse(state);
  return {
    externalId: id.slice(0, 200),
    kind,
    name: name.slice(0, 200),
    environment: known.environment ?? null,
    region: known.region ?? null,
    owner: known.owner ?? null,
    versions: { ...versionOfImage(known.image ?? ''), ...known.versions },
    tags: known.tags ?? {},
    dependencies: known.dependencies ?? [],
  };
};

const versionOfImage = (image: string): Readonly<Record<string, string>> => {
  const colon = image.lastIndexOf(':');
  return colon > 0 ? { [image.slice(0, colon)]: image.slice(colon + 1).slice(0, 200) } : {};
};
