import { graphqlSync, buildSchema, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { boundInputs, inputCeilings } from './input-bounds.ts';

const typeDefinitions = /* GraphQL */ `
  scalar JSON
  enum Colour {
    RED
    BLUE
  }
  input Inner {
    words: [String!]
    data: JSON
  }
  input Filter {
    colours: [Colour!]
    text: String
    id: ID
    inner: Inner
    inners: [[Inner]]
  }
  type Refusal {
    code: String!
    message: String!
  }
  type Payload {
    done: Boolean
    refusal: Refusal
  }
  type Query {
    count(filter: Filter, ids: [ID!], after: String, first: Int): Int
  }
  type Mutation {
    change(input: Filter!): Payload!
  }
`;

const schemaWith = (more = ''): GraphQLSchema => {
  const schema = buildSchema(typeDefinitions + more);
  const resolved = (type: GraphQLObjectType | null | undefined, name: string, value: unknown): void => {
    const field = type?.getFields()[name];
    if (field) field.resolve = () => value;
  };
  resolved(schema.getQueryType(), 'count', 1);
  resolved(schema.getMutationType(), 'change', { done: true });
  return schema;
};

const bounded = (): GraphQLSchema => {
  const schema = schemaWith();
  boundInputs(schema);
  return schema;
};
const schema = bounded();
const query = (filter: object, more: object = {}) =>
  graphqlSync({
    schema,
    source:
      'query ($filter: Filter, $ids: [ID!], $after: String) { count(filter: $filter, ids: $ids, after: $after) }',
    variableValues: { filter, ...more },
  });

const text = 'x'.repeat(inputCeilings.text + 1);
const many = <Value>(value: Value): Value[] => Array.from({ length: inputCeilings.items + 1 }, () => value);
const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

describe('an input', () => {
  it('goes through where it is not too large', () => {
    const filter = {
      colours: ['RED'],
      text: 'x',
      id: '1',
      inner: { words: ['x'], data: deep(16) },
      inners: [[null]],
    };
    expect(query(filter, { ids: ['1'], after: 'x' })).toEqual({ data: { count: 1 } });
    expect(query({ text: 'x'.repeat(inputCeilings.text) })).toEqual({ data: { count: 1 } });
  });

  it.each<[string, object, object, string]>([
    ['a text', { text }, {}, 'filter.text'],
    ['an id', { id: text }, {}, 'filter.id'],
    ['a cursor', {}, { after: text }, 'after'],
    ['a list of values', { colours: many('RED') }, {}, 'filter.colours'],
    ['a list of 250,000 values', { colours: Array(250_000).fill('RED') }, {}, 'filter.colours'],
    ['a list of ids', {}, { ids: many('1') }, 'ids'],
    ['a text in a list', {}, { ids: ['1', text] }, 'ids[1]'],
    ['a list inside', { inner: { words: many('x') } }, {}, 'filter.inner.words'],
    ['a list of lists', { inners: [many(null)] }, {}, 'filter.inners[0]'],
    ['a text inside of lists', { inners: [[{ words: [text] }]] }, {}, 'filter.inners[0][0].words[0]'],
    ['JSON that is deep', { inner: { data: deep(17) } }, {}, `filter.inner.data${'.0'.repeat(16)}`],
    [
      'JSON that is a million deep',
      { inner: { data: deep(1_000_000) } },
      {},
      `filter.inner.data${'.0'.repeat(16)}`,
    ],
    ['JSON that is wide', { inner: { data: Array(50_001).fill(1) } }, {}, 'filter.inner.data'],
  ])('is refused where it is not: %s', (_title, filter, more, path) => {
    const { data, errors } = query(filter, more);
    expect(data).toEqual({ count: null });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'SCHEMA_VALIDATION_FAILED',
      retriable: false,
      details: { faults: [{ path }] },
    });
  });

  it('is refused in the payload where that has a place for it', () => {
    const source = 'mutation ($input: Filter!) { change(input: $input) { done refusal { code message } } }';
    const answer = graphqlSync({ schema, source, variableValues: { input: { text } } });
    const message = `input.text: must be at most ${inputCeilings.text} characters`;
    expect(answer).toEqual({
      data: { change: { done: null, refusal: { code: 'SCHEMA_VALIDATION_FAILED', message } } },
    });
  });
});

describe('a schema', () => {
  it.each([
    ['an argument', 'scalar Blob extend type Query { find(blob: [Blob!]): Int }', 'Query.find.blob'],
    [
      'a field of an input',
      'scalar Blob input More { blob: Blob } extend type Query { find(more: More): Int }',
      'More.blob',
    ],
  ])('is refused with %s that no ceiling holds', (_title, more, name) => {
    expect(() => {
      boundInputs(schemaWith(more));
    }).toThrow(name);
  });
});
