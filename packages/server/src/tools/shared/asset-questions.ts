import { environments } from '@countersign/shared';
import { z } from 'zod';
import type { Asset, AssetFilter } from '../../domain/asset.ts';

const word = (description: string) => z.string().min(1).max(200).optional().describe(description);

/** How a tool is told which assets are meant. */
export const assetQuestion = {
  search: word('A part of the name, owner, region or external id.'),
  kind: word('server, image, deployment, service …'),
  environment: z.enum(environments).optional().describe('Where they run.'),
  region: word('Exactly.'),
  owner: word('Exactly.'),
  tag: z
    .string()
    .regex(/^[^=]{1,100}=[^=]{0,100}$/, 'must be key=value')
    .optional()
    .describe('key=value'),
  component: word('Has this component: openssl.'),
  version: word('In exactly this version; only with component.'),
  names: z.array(z.string().min(1).max(200)).max(200).optional().describe('Exactly these.'),
};

export type AssetQuestion = {
  readonly [Key in keyof typeof assetQuestion]?: z.output<(typeof assetQuestion)[Key]>;
};

export const filterOf = ({ tag, ...rest }: AssetQuestion): AssetFilter => {
  const [key = '', value = ''] = tag?.split('=') ?? [];
  return { ...rest, ...(tag === undefined ? {} : { tag: { key, value } }) };
};

export const assetOutput = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  environment: z.enum(environments).nullable(),
  region: z.string().nullable(),
  owner: z.string().nullable(),
  versions: z.record(z.string(), z.string()),
  tags: z.record(z.string(), z.string()),
  dependencies: z.array(z.string()),
});

export const tellAsset = (asset: Asset): z.input<typeof assetOutput> => ({
  id: asset.externalId,
  name: asset.name,
  kind: asset.kind,
  environment: asset.environment,
  region: asset.region,
  owner: asset.owner,
  versions: { ...asset.versions },
  tags: { ...asset.tags },
  dependencies: [...asset.dependencies],
});
