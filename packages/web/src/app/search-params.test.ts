// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { defined, environmentOf, oneOf, parseSearch, someOf, stringifySearch } from './search-params.ts';

describe('search parameters', () => {
  it('stay readable and come back as they were', () => {
    const text = stringifySearch({
      view: 'MINE',
      status: ['FAILED', 'RUNNING'],
      id: '01A-b',
      q: 'a b',
      none: undefined,
    });
    expect(text).toBe('?view=mine&status=failed,running&id=01A-b&q=a+b');
    expect(parseSearch(text)).toEqual({ view: 'mine', status: 'failed,running', id: '01A-b', q: 'a b' });
  });

  it('are empty when nothing is set', () => {
    expect(stringifySearch({ a: undefined, b: '', c: [] })).toBe('');
  });

  it('ignore words that nobody knows', () => {
    expect(oneOf(['MINE', 'ALL'], 'all')).toBe('ALL');
    expect(oneOf(['MINE', 'ALL'], 'everything')).toBeUndefined();
    expect(someOf(['A', 'B'], 'b,x,a')).toEqual(['B', 'A']);
    expect(someOf(['A', 'B'], ['B', 'X', 1, 'A'])).toEqual(['B', 'A']);
    expect(someOf(['A', 'B'], undefined)).toEqual([]);
    expect(environmentOf({ env: 'production' })).toBe('PRODUCTION');
    expect(environmentOf({ env: ['production'] })).toBeUndefined();
    expect(defined({ a: 1, b: undefined })).toEqual({ a: 1 });
  });
});
