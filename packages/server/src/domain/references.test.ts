import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from './json.ts';
import { findReferences, referenceLimits, resolveReferences, standInOf, valueAt } from './references.ts';

const from = (step: string, pointer?: string): JsonObject => ({
  $from: step,
  ...(pointer === undefined ? {} : { pointer }),
});
const resolve = (params: JsonObject, outputs: Record<string, Json>) =>
  resolveReferences(params, (step) => outputs[step]);

describe('references in params', () => {
  it('are found wherever they stand', () => {
    const params = { text: from('a', '/id'), rows: [['x', from('b')]], 'a/b': { c: from('a', '/d~1e/0') } };
    expect(findReferences(params)).toEqual({
      faults: [],
      references: [
        { from: 'a', pointer: '/id', path: ['text'] },
        { from: 'b', pointer: '', path: ['rows', 0, 1] },
        { from: 'a', pointer: '/d~1e/0', path: ['a/b', 'c'] },
      ],
    });
    expect(standInOf({ from: 'a', pointer: '/id' })).toBe('‹from step a: /id›');
  });

  it.each([
    ['something beside it', { $from: 'a', pointer: '/id', default: 1 }, 'nothing else'],
    ['no name', { $from: 1, pointer: '/id' }, 'the name of an action'],
    ['a name that nobody can give', { $from: 'a[1]', pointer: '/id' }, 'the name of an action'],
    ['no pointer', { $from: 'a', pointer: 'id' }, 'JSON Pointer'],
    ['a pointer with a bare ~', { $from: 'a', pointer: '/~2' }, 'JSON Pointer'],
    [
      'a pointer too long',
      { $from: 'a', pointer: `/${'x'.repeat(referenceLimits.pointer)}` },
      'JSON Pointer',
    ],
  ])('say what is wrong with %s', (_what, value, message) => {
    const { references, faults } = findReferences({ list: [value] });
    expect(references).toEqual([]);
    expect(faults).toEqual([{ path: ['list', 0], message: expect.stringContaining(message) as string }]);
  });

  it('are so many at most', () => {
    const many = Array.from({ length: referenceLimits.perAction + 1 }, () => from('a'));
    expect(findReferences({ many }).faults).toHaveLength(1);
    expect(findReferences({ many: many.slice(1) }).faults).toEqual([]);
  });
});

describe('what references come to', () => {
  it('is what the steps put out, as it is', () => {
    const params = { text: from('a', '/page/url'), all: { of: from('b') } };
    expect(resolve(params, { a: { page: { url: 'x' } }, b: [1, null] })).toEqual({
      ok: true,
      params: { text: 'x', all: { of: [1, null] } },
    });
  });

  it.each([
    ['nothing was put out', undefined, '/id'],
    ['there is nothing there', { name: 'x' }, '/id'],
    ['it is only inherited', {}, '/constructor/name'],
    ['it is the length of a list', [1], '/length'],
    ['an index is no plain number', [1], '/01'],
    ['it is past the end', [1], '/1'],
    ['it is within a text', { id: 'x' }, '/id/0'],
    ['it holds a name that is not allowed', JSON.parse('{"id":{"__proto__":{}}}') as Json, '/id'],
    ['it is a reference', { id: { $from: 'other' } }, '/id'],
    ['it holds a reference', { id: [{ a: { $from: 'other' } }] }, '/id'],
    ['it is too much', { id: 'x'.repeat(referenceLimits.characters) }, '/id'],
  ])('is refused where %s', (_what, output, pointer) => {
    const outcome = resolveReferences({ text: from('a', pointer) }, () => output);
    expect(outcome.ok).toBe(false);
  });

  const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;
  const key = fc.string({ maxLength: 6 }).filter((name) => name !== '__proto__' && name !== '$from');
  const escaped = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');

  it('is at the pointer that its keys make, whatever the keys are', () => {
    fc.assert(
      fc.property(fc.array(key, { maxLength: 5 }), json, (keys, leaf) => {
        const output = keys.reduceRight<Json>((inside, name) => ({ [name]: inside }), leaf);
        const pointer = keys.map((name) => `/${escaped(name)}`).join('');
        expect(valueAt(output, pointer)).toEqual(leaf);
      }),
    );
  });

  it('changes nothing but the references, and is the same object where there are none', () => {
    fc.assert(
      fc.property(fc.dictionary(key, json), fc.string(), (rest, value) => {
        fc.pre(findReferences(rest).references.length + findReferences(rest).faults.length === 0);
        const untouched = resolve(rest, {});
        expect(untouched.ok && untouched.params).toBe(rest);
        const outcome = resolve({ ...rest, at: [from('a', '/v'), 'x'] }, { a: { v: value } });
        fc.pre(value.isWellFormed() && !value.includes('\0'));
        expect(outcome).toEqual({ ok: true, params: { ...rest, at: [value, 'x'] } });
      }),
    );
  });
});
