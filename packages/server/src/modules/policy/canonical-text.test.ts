import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalText } from './canonical-text.ts';

it('is what the library says, of whatever JSON', () => {
  const key = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('a', 'b', '__proto__', '1', '10', '9', 'toJSON'),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'binary' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value')),
      fc.dictionary(key, tie('value'), { noNullPrototype: false }),
    ),
  }));
  fc.assert(
    fc.property(value, (any) => {
      const parsed: unknown = JSON.parse(JSON.stringify(any));
      expect(canonicalText(parsed)).toBe(canonicalize(parsed));
      expect(canonicalText(any)).toBe(canonicalize(any));
    }),
    { numRuns: 1_000 },
  );
});

it.each([['\ud800'], [{ '\udfff': 1 }], [[Number.NaN]], [{ a: Number.POSITIVE_INFINITY }]])(
  'refuses what has none: %j',
  (value) => {
    expect(() => canonicalText(value)).toThrow(/not allowed/);
  },
);

it.each([
  [{ a: undefined, b: 1 }, '{"b":1}'],
  [{ at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
  [{ b: { 9: 1, 10: 2 }, a: [{ d: 1, c: -0 }] }, '{"a":[{"c":0,"d":1}],"b":{"10":2,"9":1}}'],
])('leaves to the library what is no plain value', (value, text) => {
  expect(canonicalText(value)).toBe(text);
});
