import { z } from 'zod';
import type { CatalogueEntry } from '../contract/ports.ts';

const said = z.string().nullable();

export const affectedSchema = z.object({
  component: z.string(),
  from: said,
  before: said,
  to: said,
  exact: said,
});
export type Affected = z.output<typeof affectedSchema>;

/** What entries say, by kind; as imports write it. */
export const entryData = {
  vulnerability: z.object({
    summary: z.string(),
    cvss: z.number().nullable(),
    affected: z.array(affectedSchema),
  }),
  control: z.object({ family: said, class: said, statement: z.string() }),
  charge: z.object({
    cost: z.number(),
    currency: z.string(),
    service: z.string(),
    resource: said,
    region: said,
    account: said,
    category: said,
  }),
  log: z.object({ level: z.string(), service: said, host: said, message: z.string(), traceId: said }),
  image: z.object({
    version: z.string(),
    role: said,
    status: z.enum(['GOLDEN', 'CANDIDATE', 'RETIRED']),
    digest: said,
    components: z.record(z.string(), z.string()),
    checks: z.array(z.object({ name: z.string(), passed: z.boolean() })),
  }),
  operation: z.object({
    version: z.string(),
    method: z.string(),
    path: z.string(),
    operationId: said,
    summary: z.string(),
    deprecated: z.boolean(),
    hasBody: z.boolean(),
  }),
  change: z.object({ actions: z.array(z.string()), changes: z.array(z.string()) }),
};

/** Entries with what they say; one that says something else is left out. */
export const entriesOf = <Data>(
  entries: readonly CatalogueEntry[],
  schema: z.ZodType<Data>,
): readonly (CatalogueEntry & { readonly said: Data })[] =>
  entries.flatMap((entry) => {
    const read = schema.safeParse(entry.data);
    return read.success ? [{ ...entry, said: read.data }] : [];
  });
