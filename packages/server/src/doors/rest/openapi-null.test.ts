import { expect, test } from 'vitest';
import { withNull, withoutNull } from './openapi-null.ts';

const nothing = { type: 'string', nullable: true, enum: [null] };
const ref = { $ref: '#/components/schemas/Plan' };

test.each([
  [
    { type: 'string', nullable: true },
    { type: 'string', nullable: true },
  ],
  [
    { type: 'string', nullable: true, enum: ['a'] },
    { type: 'string', nullable: true, enum: ['a', null] },
  ],
  [
    { type: 'string', nullable: true, enum: ['a', null] },
    { type: 'string', nullable: true, enum: ['a', null] },
  ],
  [
    { description: 'Why.', nullable: true, allOf: [ref] },
    { description: 'Why.', anyOf: [ref, nothing] },
  ],
  [{ nullable: true, anyOf: [ref, ref] }, { anyOf: [{ anyOf: [ref, ref] }, nothing] }],
  [{ description: 'Anything.', nullable: true }, { description: 'Anything.' }],
  [ref, ref],
  [{ ...ref, description: 'Why.', anyOf: [ref] }, ref],
])('null is told as OpenAPI 3.0 knows it: %#', (given, told) => {
  expect(withNull(given)).toEqual(told);
  expect(withNull({ properties: { at: [given] } })).toEqual({ properties: { at: [told] } });
  expect(withNull(withNull(given))).toEqual(told);
});

test('a parameter is never null', () => {
  expect(withoutNull({ type: 'string', nullable: true, enum: ['a', null] })).toEqual({
    type: 'string',
    enum: ['a'],
  });
});
