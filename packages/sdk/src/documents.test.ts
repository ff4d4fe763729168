import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import * as documents from './documents.ts';

const printed = join(import.meta.dirname, '../../shared/schema.graphql');

test('every document is one of the printed schema', () => {
  const schema = buildSchema(readFileSync(printed, 'utf8'));
  for (const { text } of Object.values(documents)) expect(validate(schema, parse(text))).toEqual([]);
});
