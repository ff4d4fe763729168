import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inexactNumber, isExactNumber } from './exact-number.ts';

test.each([
  '4503599627370497.75',
  '9007199254740993',
  '0.1000000000000000055511151231257827',
  '1e400',
  '9e999',
  '1e-400',
  '123456789012345678901234567890',
  '3.14159265358979323846',
  `1${'0'.repeat(500)}`,
])('cannot be held: %s', (decimal) => {
  expect(inexactNumber(`{"a":[1,"x",{"b":${decimal}}]}`)).toBe(decimal);
});

test.each([
  '0',
  '-0',
  '1.50',
  '0.1',
  '1e3',
  '1E+22',
  '-12.5e-3',
  '9007199254740991',
  '1.7976931348623157e308',
])('can be held: %s', (decimal) => {
  expect(inexactNumber(`{"long string 1234567890123456789":${decimal}}`)).toBeNull();
});

test('text is no number', () => {
  expect(inexactNumber('{"id":"90071992547409931234","b":"\\"4503599627370497.75","c":"\\\\"}')).toBeNull();
  expect(inexactNumber('{"a":"unterminated 4503599627370497.75')).toBeNull();
});

test('whatever a double says of itself is exact, and JSON reads what was written', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const isNormal = value === 0 || Math.abs(value) > 2.3e-308;
      expect(isExactNumber(String(value))).toBe(isNormal);
    }),
  );
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 24n }), fc.nat(20), (digits, places) => {
      const decimal = `${digits}.${'0'.repeat(places)}1`;
      const other = `${digits}.${'0'.repeat(places)}2`;
      if (isExactNumber(decimal) && isExactNumber(other)) expect(Number(decimal)).not.toBe(Number(other));
    }),
  );
});

test.each(['1', '"', '\\', '-', '1e', '[', '1e5,', '1e-310,', '"1234567890123456789",'])(
  'takes time in proportion: %j',
  (unit) => {
    const startedAt = performance.now();
    inexactNumber(unit.repeat(4_000_000 / unit.length));
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  },
);
