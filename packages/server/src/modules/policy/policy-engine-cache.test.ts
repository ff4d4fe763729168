import { describe, expect, it } from 'vitest';
import { createLeastRecentlyUsed } from './policy-engine-cache.ts';

describe('the least recently used values', () => {
  it('forgets the one unused for longest', () => {
    const memory = createLeastRecentlyUsed<number>(2);
    memory.set('a', 1);
    memory.set('b', 2);
    expect(memory.get('a')).toBe(1);
    memory.set('c', 3);
    expect([memory.get('a'), memory.get('b'), memory.get('c')]).toEqual([1, undefined, 3]);
  });

  it('replaces a value without forgetting another', () => {
    const memory = createLeastRecentlyUsed<number>(2);
    memory.set('a', 1);
    memory.set('b', 2);
    memory.set('a', 3);
    expect([memory.get('a'), memory.get('b')]).toEqual([3, 2]);
  });
});
