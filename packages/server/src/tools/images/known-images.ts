import { z } from 'zod';
import type { EntriesFound } from '../contract/ports.ts';
import type { ToolContext } from '../contract/tool.ts';
import { entriesOf, entryData } from '../shared/entry-data.ts';
import { compareVersions } from '../shared/version-order.ts';

export type KnownImage = z.output<typeof entryData.image> & {
  readonly name: string;
  readonly builtAt: Date | null;
};

export const imageQuestion = {
  name: z.string().min(1).max(300).describe('web-golden'),
  version: z.string().min(1).max(100).optional().describe('The newest where left out.'),
};

export const imageOutput = z.object({
  name: z.string(),
  version: z.string(),
  role: z.string().nullable(),
  status: z.enum(['GOLDEN', 'CANDIDATE', 'RETIRED']),
  digest: z.string().nullable(),
  builtAt: z.string().nullable(),
  components: z.record(z.string(), z.string()),
});

export const tellImage = ({
  checks: _checks,
  builtAt,
  ...image
}: KnownImage): z.input<typeof imageOutput> => ({
  ...image,
  builtAt: builtAt?.toISOString() ?? null,
});

/** Newest version first. */
export const readImages = async ({
  catalogues,
}: Pick<ToolContext, 'catalogues'>): Promise<{
  readonly images: readonly KnownImage[];
  readonly found: EntriesFound;
}> => {
  const found = await catalogues.find('IMAGE', {}, 5_000);
  const images = entriesOf(found.entries, entryData.image)
    .map(({ name, at, said }): KnownImage => ({ ...said, name, builtAt: at }))
    .toSorted((one, other) => compareVersions(other.version, one.version));
  return { images, found };
};

export const pickImage = (
  images: readonly KnownImage[],
  { name, version }: { readonly name: string; readonly version?: string | undefined },
): KnownImage | undefined =>
  images.find((image) => image.name === name && (version === undefined || image.version === version));
