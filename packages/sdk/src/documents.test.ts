import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import type { VariablesOf } from 'gql.tada';
import { expect, expectTypeOf, test } from 'vitest';
import * as documents from './documents.ts';
import { textOf, type Operation } from './operation.ts';
import type { Action, Submission } from './types.ts';

const printed = join(import.meta.dirname, '../../shared/schema.graphql');

test('every document is one of the printed schema', () => {
  const schema = buildSchema(readFileSync(printed, 'utf8'));
  for (const document of Object.values<Operation<unknown, never>>(documents))
    expect(validate(schema, parse(textOf(document)))).toEqual([]);
});

test('whatever may be submitted can be said in our types', () => {
  type Input = VariablesOf<typeof documents.submitTask>['input'];
  expectTypeOf<keyof Submission>().toEqualTypeOf<keyof Input>();
  expectTypeOf<keyof Action>().toEqualTypeOf<keyof NonNullable<Input['actions']>[number]>();
});
