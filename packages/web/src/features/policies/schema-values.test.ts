import { describe, expect, it } from 'vitest';
import { faultsAt, faultsWithin, kindOf, withValue, wordsOf } from './schema-values.ts';

describe('a form for data', () => {
  it.each([
    [{ type: 'object', properties: {} }, 'group'],
    [{ type: 'object', additionalProperties: { type: 'number' } }, 'entries'],
    [{ type: 'string', enum: ['A', 'B'] }, 'choice'],
    [{ type: 'boolean' }, 'switch'],
    [{ type: 'integer' }, 'number'],
    [{ type: 'string' }, 'text'],
    [{ type: 'array', items: { type: 'string' } }, 'lines'],
    [{ type: 'array', items: { type: 'object' } }, 'json'],
    [{ anyOf: [{ type: 'null' }] }, 'json'],
  ] as const)('asks for %j as %s', (schema, kind) => {
    expect(kindOf(schema)).toBe(kind);
  });

  it('changes one value and leaves the others, and their order, as they were', () => {
    const data = { a: { b: 1, c: [1] }, d: true };
    expect(JSON.stringify(withValue(data, ['a', 'b'], 2))).toBe('{"a":{"b":2,"c":[1]},"d":true}');
    expect(withValue(data, ['a', 'b'], undefined)).toEqual({ a: { c: [1] }, d: true });
    expect(withValue(data, ['e', 'f'], 1)).toEqual({ ...data, e: { f: 1 } });
    expect(data).toEqual({ a: { b: 1, c: [1] }, d: true });
  });

  it('names fields in words, and finds the faults of each', () => {
    expect([wordsOf('maxBatchPercent'), wordsOf('PRODUCTION')]).toEqual(['Max batch percent', 'PRODUCTION']);
    const faults = [
      { path: 'data.settings.stop', message: 'one' },
      { path: 'data.settings.stopping', message: 'two' },
      { path: 'data.settings.stop.releasedBy[0]', message: 'three' },
    ];
    expect(faultsAt(faults, ['settings', 'stop']).map(({ message }) => message)).toEqual(['one']);
    expect(faultsWithin(faults, ['settings', 'stop']).map(({ message }) => message)).toEqual([
      'one',
      'three',
    ]);
  });
});
