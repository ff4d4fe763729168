import { describe, expect, it } from 'vitest';
import { expectationFaults, expectationLimits } from './expectation.ts';
import type { JsonObject } from './json.ts';

const faultsOf = (schema: unknown) =>
  expectationFaults(schema as JsonObject, 'expect').map(({ path, message }) => `${path}: ${message}`);

describe('what a gate expects', () => {
  it('is JSON Schema', () => {
    const schema = {
      type: ['object', 'null'],
      required: ['ready'],
      properties: {
        ready: { type: 'integer', minimum: 3 },
        image: { const: 'web:2' },
        tags: { items: { enum: ['a', null, 1] }, maxItems: 4, contains: true },
      },
      additionalProperties: false,
      not: { anyOf: [{ properties: { ready: { maximum: 0 } } }] },
    };
    expect(faultsOf(schema)).toEqual([]);
  });

  it.each([
    [{ pattern: '(a+)+$' }, 'expect.pattern: is no keyword that a gate knows'],
    [{ $ref: '#' }, 'expect.$ref: is no keyword that a gate knows'],
    [
      { properties: { a: { uniqueItems: true } } },
      'expect.properties.a.uniqueItems: is no keyword that a gate knows',
    ],
    [{ properties: { a: 1 } }, 'expect.properties.a: must be a JSON Schema'],
    [{ type: 'text' }, 'expect.type: must be a type of JSON Schema'],
    [{ required: ['a', 'a'] }, 'expect.required: must be a list of different names'],
    [{ minimum: '1' }, 'expect.minimum: must be a number'],
    [{ minLength: -1 }, 'expect.minLength: must be a count'],
    [{ anyOf: [] }, 'expect.anyOf: must be a list of schemas'],
  ])('is not %j', (schema, fault) => {
    expect(faultsOf(schema)).toEqual([fault]);
  });

  it.each([
    {},
    { type: 'object' },
    { properties: { redy: { minimum: 1 } } },
    { allOf: [{}, true] },
    { anyOf: [{ required: ['ready'] }, { properties: { ready: { const: 0 } } }] },
    { minProperties: 0, title: 'fine' },
    { minimum: 1 },
  ])('is not %j, which an output that says nothing meets', (schema) => {
    expect(faultsOf(schema)).toEqual([
      'expect: is met by an output that says nothing: name in "required" what it has to hold',
    ]);
  });

  it.each([
    { required: ['ready'] },
    { allOf: [{ type: 'object' }, { minProperties: 1 }] },
    { anyOf: [{ required: ['ready'] }, { const: null }] },
    { type: ['array', 'string'] },
  ])('asks for something: %j', (schema) => {
    expect(faultsOf(schema)).toEqual([]);
  });

  it('is bounded', () => {
    const anyOf = Array.from({ length: expectationLimits.schemas + 5 }, () => ({ type: 'null' }));
    expect(faultsOf({ anyOf })).toEqual([
      `expect.anyOf[${expectationLimits.schemas - 1}]: must be at most ${expectationLimits.schemas} schemas in all`,
    ]);
  });
});
