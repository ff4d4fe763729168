import { z } from 'zod';
import { accepted, invalidInput, refused, type Outcome } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { pathOf, readInput } from '../../infra/input-words.ts';

/** What a tool takes, as the protocol describes it. */
export const toolSchema = (input: z.ZodType): JsonObject =>
  withoutDialect(
    JSON.parse(JSON.stringify(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }))) as JsonObject,
  );

/** The protocol says which dialect it is. */
export const withoutDialect = (schema: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema'));

/** What a tool was given, or every fault of it. */
export const readArguments = <Value>(schema: z.ZodType<Value>, given: unknown): Outcome<Value> => {
  const read = readInput(schema, given);
  if (read.ok) return accepted(read.value);
  return refused(invalidInput(read.faults.map(({ keys, message }) => ({ path: pathOf(keys), message }))));
};
