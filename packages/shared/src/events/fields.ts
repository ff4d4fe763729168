import { z } from 'zod';

type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** What the fields of events are made of: a schema, and what it holds in words. */
export const id = (words: string) => z.uuid().describe(words);
export const text = (words: string) => z.string().describe(words);
export const hash = (words: string) => z.string().describe(words);
export const count = (words: string) => z.int().min(0).describe(words);
export const moment = (words: string) => z.iso.datetime().describe(words);
export const milliseconds = (words: string) => z.number().min(0).describe(`${words}, in milliseconds`);
export const said = (words: string) => z.string().nullable().describe(`${words}, or null`);
export const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values, words: string) =>
  z.enum(values).describe(words);
export const revision = count('the revision of the plan');
export const code = text('the error code');
export const approval = {
  approvalId: id('the approval request'),
  revision,
  planHash: hash('the hash of that plan'),
};
export const names = (words: string) => z.array(z.string()).readonly().describe(words);
export const json = (words: string) => (z.json() as z.ZodType<JsonValue>).describe(words);

export const event = <Fields extends z.ZodRawShape>(meaning: string, fields: Fields) =>
  z.strictObject(fields).describe(meaning);
