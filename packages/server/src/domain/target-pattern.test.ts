import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithin, matchesPattern } from './target-pattern.ts';

describe('a pattern of targets', () => {
  it.each([
    ['shop@main', 'shop@main', true],
    ['shop@main', 'shop@main2', false],
    ['shop@*', 'shop@release/1', true],
    ['*prod*', 'cluster/prod-eu/web', true],
    ['*prod*', 'cluster/staging/web', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
  ])('%s takes in %s: %s', (pattern, name, expected) => {
    expect(matchesPattern(pattern, name)).toBe(expected);
  });

  it('takes in the same with a ? in the place of any of its characters', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    const names = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
    const property = fc.property(texts, names, (pattern, name) => {
      // The character that is added to both is found the other way.
      expect(matchesPattern(pattern, name)).toBe(matchesPattern(`?${pattern}`, `x${name}`));
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it('takes no time that grows with its stars', () => {
    const started = performance.now();
    expect(matchesPattern('*a'.repeat(100), 'a'.repeat(2_000) + 'b')).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('a place', () => {
  it.each([
    ['shop', 'shop', true],
    ['shop', 'shop@main', true],
    ['shop', 'shopping', false],
    ['live/shop', 'live/shop/web', true],
    ['C0OPS', 'C0OPS/17.2', true],
    ['https://api.example', 'https://api.example:8443', true],
  ])('%s holds %s: %s', (place, name, expected) => {
    expect(isWithin(place, name)).toBe(expected);
  });
});
