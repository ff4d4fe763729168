import { buildSchema, Kind, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { usualTimeOf } from '../../../testing/event-loop.ts';
import { createLimitsRule, introspects } from './limits.ts';

const schema = buildSchema('type Query { a: Query b: Query c(n: Int): Int }');
const rule = createLimitsRule({
  maxTokens: 1000,
  maxDepth: 3,
  maxAliases: 2,
  maxAliasLength: 5,
  maxRootFields: 4,
  maxDirectives: 2,
});
const faults = (text: string): string[] =>
  validate(schema, parse(text), [rule]).map(
    ({ message, extensions }) => `${String(extensions.code)} ${message}`,
  );

describe('limits of a document', () => {
  it.each([
    '{ a { b { c } } }',
    '{ x: a { y: b { c } } }',
    '{ abcde: a { c } }',
    '{ a { c } b { c } c }',
    '{ a @skip(if: true) { c @include(if: false) } }',
    'query Q { ...F } fragment F on Query { a { b { c } } }',
    '{ __schema { types { fields { type { ofType { ofType { name } } } } } } }',
    'query Q { ...F } fragment F on Query { a { ...F } }',
  ])('let %s through', (text) => {
    expect(faults(text)).toEqual([]);
  });

  it.each([
    ['4 levels of fields', '{ a { a { a { c } } } }'],
    ['4 levels of fields', '{ ... on Query { a { ...F } } } fragment F on Query { a { a { c } } }'],
    ['3 aliases', '{ x: c y: c z: c }'],
    ['4 aliases', '{ a { ...F } b { ...F } } fragment F on Query { x: c y: c }'],
    ['6 characters in an alias', '{ a { ...F } } fragment F on Query { abcdef: c }'],
    ['5 root fields', '{ c c c c c }'],
    ['6 root fields', '{ ...F ...F ...F } fragment F on Query { a { c } b { c } }'],
    ['3 directives', 'query @skip(if: true) { c @include(if: true) @skip(if: false) }'],
  ])('refuse %s', (what, text) => {
    expect(faults(text)).toEqual([expect.stringContaining(`QUERY_TOO_COMPLEX This operation has ${what};`)]);
  });

  it('count what fragments multiply without walking it', async () => {
    const fragments = Array.from(
      { length: 60 },
      (_, level) => `fragment F${level} on Query { x: c ...F${level + 1} ...F${level + 1} }`,
    );
    const text = `{ ...F0 } ${fragments.join(' ')} fragment F60 on Query { c }`;
    const tookMs = await usualTimeOf(() => {
      expect(faults(text)).toHaveLength(2);
    });
    expect(tookMs).toBeLessThan(100);
  });
});

describe('introspection', () => {
  it.each([
    [true, '{ __schema { types { name } } }'],
    [true, '{ ...F } fragment F on Query { a { c } __type(name: "Query") { name } }'],
    [false, '{ __typename a { __typename c } }'],
  ])('is %s for %s', (expected, text) => {
    const document = parse(text);
    const [operation] = document.definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
    expect(introspects(operation, document)).toBe(expected);
  });
});
