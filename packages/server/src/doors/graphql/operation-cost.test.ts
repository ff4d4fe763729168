import { buildSchema, getOperationAST, parse, type GraphQLObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { createCostOf } from './operation-cost.ts';

const schema = buildSchema(`
  type Item { id: ID! items(first: Int): [Item!]! }
  type Query { items(first: Int): [Item!]! name: String }
  type Mutation { write(text: String!): Item }
`);
const item = schema.getType('Item') as GraphQLObjectType;
for (const type of [item, schema.getQueryType()]) {
  const field = type?.getFields()['items'];
  if (field)
    field.extensions = {
      complexity: ({ first }: { first?: number }) => ({ field: 1, multiplier: first ?? 50 }),
    };
}
const costOf = createCostOf(schema);

test.each([
  ['a field', '{ name }', {}, 1],
  ['a page', '{ items(first: 200) { id } }', {}, 1],
  ['pages of pages', '{ items(first: 200) { items(first: 200) { id } } }', {}, 41],
  [
    'a page as large as a variable says',
    'query ($n: Int) { items(first: $n) { items { id } } }',
    { n: 200 },
    11,
  ],
  ['the same with another', 'query ($n: Int) { items(first: $n) { items { id } } }', { n: 2 }, 1],
  ['variables that cannot be used', 'query ($n: Int) { items(first: $n) { id } }', { n: 'x' }, 1],
  [
    'five mutations',
    'mutation { a: write(text: "") { id } ...More } fragment More on Mutation { b: write(text: "") { id } c: write(text: "") { id } d: write(text: "") { id } e: write(text: "") { id } }',
    {},
    5,
  ],
])('%s', (_what, text, variables, expected) => {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('There is no operation.');
  expect(costOf(document, operation, variables)).toBe(expected);
  expect(costOf(document, operation, variables)).toBe(expected);
});
