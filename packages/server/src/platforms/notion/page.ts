import { z } from 'zod';
import type { Json } from '../../domain/json.ts';

const property = z.looseObject({ type: z.string() });
/** Of what Notion answers, what is used. */
export const page = z.object({
  id: z.string(),
  url: z.string(),
  created_time: z.string(),
  /** To the minute. */
  last_edited_time: z.string(),
  in_trash: z.boolean(),
  parent: z.looseObject({
    data_source_id: z.string().optional(),
    database_id: z.string().optional(),
  }),
  properties: z.record(z.string(), property),
});
export type Page = z.output<typeof page>;
export type PageProperty = z.output<typeof property>;

/** By the name of the property, as Notion's API takes them. */
export type PropertyValues = Readonly<Record<string, Json>>;
