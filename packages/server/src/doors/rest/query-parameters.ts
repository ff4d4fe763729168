import type { z } from 'zod';
import type { RestParameter } from './rest-route.ts';

/** Every field of an input as a parameter of the query. */
export const queryParameters = (input: z.ZodObject): RestParameter[] =>
  Object.entries(input.shape as Readonly<Record<string, z.ZodType>>).map(([name, schema]) => ({
    in: 'query',
    name,
    schema,
  }));
