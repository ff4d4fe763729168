import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { documentedOperations } from './documented-operations.ts';
import { root } from './run-program.ts';

const schema = buildSchema(readFileSync(join(root, 'packages/shared/schema.graphql'), 'utf8'));

test.each(documentedOperations())('%s, is one of the schema', (_place, text) => {
  expect(validate(schema, parse(text))).toEqual([]);
});
