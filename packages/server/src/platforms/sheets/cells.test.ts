import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { a1Of, changedRows, gridOf, lettersOf, parseRange, placesOf, sheetParam } from './cells.ts';

describe('a range', () => {
  test.each([
    ['Sheet1!A1', { title: 'Sheet1', left: 1, top: 1, columns: 1, rows: 1 }],
    ['Sheet1!B2:AA10', { title: 'Sheet1', left: 2, top: 2, columns: 26, rows: 9 }],
    ["'It''s me'!A1:A2", { title: "It's me", left: 1, top: 1, columns: 1, rows: 2 }],
    ['Übersicht!C3', { title: 'Übersicht', left: 3, top: 3, columns: 1, rows: 1 }],
  ])('%s is read', (text, range) => {
    expect(parseRange(text)).toEqual(range);
  });

  test.each([
    'Sheet1',
    'Sheet1!A:C',
    'Sheet1!A1:',
    'Sheet1!C3:A1',
    'Sheet1!A0',
    'My sheet!A1',
    "'a/b'!A1",
    "'a\\b'!A1",
    "'a'b'!A1",
    '../values!A1',
    'Sheet1!A1:B2:batchClear',
    'Sheet1!AAAA1',
    '',
  ])('%s is none', (text) => {
    expect(parseRange(text)).toBeNull();
  });

  test('has one spelling, which is read as the same', () => {
    const property = fc.property(
      fc.integer({ min: 1, max: 18_000 }),
      fc.integer({ min: 1, max: 1_000 }),
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 100 }),
      (left, top, columns, rows) => {
        const range = { title: "It's", left, top, columns, rows };
        expect(parseRange(a1Of(range))).toEqual(range);
      },
    );
    fc.assert(property);
  });
});

test('columns have the letters that people see', () => {
  expect([1, 26, 27, 52, 53, 702, 703].map(lettersOf)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA']);
});

test.each([
  ['Sheet1', true],
  ['Sheet1!A:C', true],
  ['Sheet1!A1', true],
  ['Sheet1!B:C', false],
  ['Sheet1!A5', false],
  ["'a/b'", false],
])('rows are appended to %s: %s', (text, isOne) => {
  expect(sheetParam.safeParse(text).success).toBe(isOne);
});

test('what changes is shown row by row', () => {
  const before = gridOf(
    [
      ['a', 1],
      ['b', 2],
    ],
    { rows: 3, columns: 2 },
  );
  const after = gridOf(
    [
      ['a', 1],
      [null, null],
      ['c', 3],
    ],
    { rows: 3, columns: 2 },
  );
  expect(changedRows(before, after)).toEqual([
    { kind: 'CONTEXT', cells: ['a', '1'] },
    { kind: 'REMOVE', cells: ['b', '2'] },
    { kind: 'ADD', cells: ['c', '3'] },
  ]);
});

test('rows are found where they stand, as a whole and no more often than twice', () => {
  const among = [['a'], ['b'], ['a'], ['b'], ['b'], ['a'], ['b']];
  expect(placesOf([['b'], ['b']], among)).toEqual([3]);
  expect(placesOf([['a'], ['b']], among)).toEqual([0, 2]);
  expect(placesOf([['b'], ['c']], among)).toEqual([]);
  expect(placesOf([['1']], [[1]])).toEqual([]);
});

test('no two cells look the same that are not the same', () => {
  const cell = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constantFrom('', ' ', '1', '1.0', 'true', '"1"', '"', '0x1', '-0', '1e3', 'Infinity', '\u00a0'),
  );
  const look = (value: string | number | boolean) => changedRows([], [['-', value]])[0]?.cells[1];
  const property = fc.property(cell, cell, (one, other) => {
    // A sheet has one zero.
    if (one === other) return;
    expect(look(one)).not.toBe(look(other));
  });
  fc.assert(property, { numRuns: 2_000 });
  for (const value of [1, 1.5, true, -3]) expect(look(String(value))).not.toBe(look(value));
});
