import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCarriable, jsonFault, toCarriable, toShortText, type Json } from './json.ts';

const half = '\ud83d';

describe('a text', () => {
  it.each([
    ['', true],
    ['plain', true],
    ['\u202e\u200b bidi and zero width are somebody else’s concern', true],
    ['😀', true],
    ['\t\r\n\u0001\u007f', true],
    ['a\u0000b', false],
    ['\u0000', false],
    [half, false],
    [`${half}x`, false],
    ['\ude00😀', false],
  ])('%j can be carried: %s', (text, expected) => {
    expect(isCarriable(text)).toBe(expected);
  });
});

it('is cut so that it can be carried still, wherever the cut falls', () => {
  const goal = `Restart the web server ${'😀'.repeat(20)}`;
  for (let most = 1; most <= goal.length; most += 1) {
    const short = toShortText(goal, most);
    expect(short.length).toBeLessThanOrEqual(most);
    expect(isCarriable(short)).toBe(true);
  }
  expect(toShortText(goal, goal.length)).toBe(goal);
});

const circle: Record<string, unknown> = { name: 'a' };
circle.self = circle;
const shared = { of: 'two' };

describe('what every store can carry', () => {
  it.each<[title: string, value: unknown, carried: Json]>([
    ['a plain value', { a: [1, 'x', true, null] }, { a: [1, 'x', true, null] }],
    ['NaN', NaN, null],
    ['Infinity', { at: [Infinity, -Infinity] }, { at: [null, null] }],
    ['minus zero', -0, 0],
    ['NUL', 'a\u0000b', 'a\ufffdb'],
    ['half a surrogate pair', `${half}!`, '\ufffd!'],
    ['a key that no text may be', { [`\u0000${half}`]: 1 }, { '\ufffd\ufffd': 1 }],
    ['undefined', undefined, null],
    ['an undefined field', { a: undefined, b: 1 }, { b: 1 }],
    ['an undefined place', [undefined, 1], [null, 1]],
    ['a hole', Array(2), [null, null]],
    ['a bigint', 12n, '12'],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['no date', new Date(NaN), null],
    ['a function', { run: () => 1, b: 1 }, { b: 1 }],
    ['a symbol', [Symbol('a')], [null]],
    ['itself inside itself', circle, { name: 'a', self: null }],
    ['the same value twice', [shared, shared], [{ of: 'two' }, { of: 'two' }]],
    [
      'a prototype that is none',
      JSON.parse('{"__proto__":{"a":1}}'),
      JSON.parse('{"__proto__":{"a":1}}') as Json,
    ],
  ])('of %s', (_title, value, carried) => {
    const result = toCarriable(value);
    expect(JSON.stringify(result)).toBe(JSON.stringify(carried));
    expect(Object.is(result, -0)).toBe(false);
  });

  it('ends where something is nested without end', () => {
    let deep: unknown = 'bottom';
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(JSON.stringify(toCarriable(deep))).toMatch(/^\[+null\]+$/);
  });

  const anyText = fc.string({ unit: 'binary', maxLength: 6 }).map((text) => `${text}\u0000${half}`);
  const hostile = fc.anything({ key: anyText, withBigInt: true, withDate: true, withSparseArray: true });

  it('of anything survives JSON unchanged, holds only text that can be carried, and is carried as it is', () => {
    const everyText = (value: Json): boolean => {
      if (typeof value === 'string') return isCarriable(value);
      if (typeof value !== 'object' || value === null) return true;
      return Object.entries(value).every(([key, child]) => isCarriable(key) && everyText(child));
    };
    const property = fc.property(fc.oneof(hostile, anyText), (value) => {
      const carried = toCarriable(value as Json);
      expect(JSON.parse(JSON.stringify(carried))).toEqual(carried);
      expect(everyText(carried)).toBe(true);
      expect(toCarriable(carried)).toEqual(carried);
    });
    fc.assert(property, { numRuns: 150 });
  });

  it('of JSON whose texts can be carried is that JSON', () => {
    const property = fc.property(fc.jsonValue(), (value) => {
      expect(JSON.stringify(toCarriable(value))).toBe(JSON.stringify(value));
    });
    fc.assert(property);
  });
});

const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 ? [value] : { a: value };
  return value;
};

describe('the fault of a value', () => {
  it.each<[title: string, value: unknown, path: string | null, message?: string]>([
    ['plain', { a: [1, 'x', true, null, -1.5e-9], b: {} }, null],
    ['without a prototype', Object.assign(Object.create(null), { a: 1 }), null],
    ['sixteen deep', nested(16), null],
    ['seventeen deep', nested(17), 'a.0.a.0.a.0.a.0.a.0.a.0.a.0.a.0', 'must not be nested deeper than 16'],
    [
      'half a million deep',
      nested(500_000),
      '0.a.0.a.0.a.0.a.0.a.0.a.0.a.0.a',
      'must not be nested deeper than 16',
    ],
    ['a hundred thousand wide', Array(100_000).fill(1), null],
    [
      'wider than that',
      { a: Array(99_999).fill(1), b: 1 },
      'a',
      'must not hold more than 100000 values in all',
    ],
    [
      'wide in many places',
      Array(1_000).fill(Array(100).fill(1)),
      '990',
      'must not hold more than 100000 values in all',
    ],
    ['a NUL', { a: ['x', 'y\u0000'] }, 'a.1', 'holds a NUL or half of a surrogate pair'],
    ['half a pair', { a: half }, 'a', 'holds a NUL or half of a surrogate pair'],
    ['a name with a NUL', { 'a\u0000': 1 }, 'a\u0000', 'a name holds a NUL or half of a surrogate pair'],
    ['Infinity', JSON.parse('{"a":1e400}'), 'a', 'is no number that JSON knows'],
    ['NaN', [NaN], '0', 'is no number that JSON knows'],
    ['the largest exact number', [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER], null],
    [
      'a number that lost digits',
      JSON.parse('{"id":12345678901234567890}'),
      'id',
      'is too large to be exact: send it as text',
    ],
    [
      'the name of a prototype',
      JSON.parse('{"a":{"__proto__":{"isAdmin":true}}}'),
      'a.__proto__',
      'this name is not allowed',
    ],
    ['a date', { at: new Date(0) }, 'at', 'is not JSON'],
    ['undefined', { a: undefined }, 'a', 'is not JSON'],
    ['a bigint', [1n], '0', 'is not JSON'],
    ['a map', new Map(), '', 'is not JSON'],
    ['the first of two', { a: NaN, b: NaN }, 'a', 'is no number that JSON knows'],
  ])('%s', (_title, value, path, message) => {
    const fault = jsonFault(value, { depth: 16, values: 100_000 });
    expect(fault && { path: fault.path.join('.'), message: fault.message }).toEqual(
      path === null ? null : { path, message },
    );
  });

  it('is none exactly where the value is carried as it is, but for numbers that are not exact', () => {
    const anyValue = fc.anything({
      withNullPrototype: false,
      maxDepth: 3,
      values: [fc.string({ unit: 'binary' }), fc.boolean(), fc.constantFrom(null, NaN, 1.5, 7), fc.date()],
    });
    const property = fc.property(anyValue, (value) => {
      const isCarried = JSON.stringify(toCarriable(value)) === JSON.stringify(value);
      if (jsonFault(value, { depth: 16, values: 100_000 }) === null) expect(isCarried).toBe(true);
    });
    fc.assert(property, { numRuns: 150 });
  });
});
