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
