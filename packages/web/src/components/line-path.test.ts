// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { linePath } from './line-path.ts';

describe('linePath', () => {
  it('reaches from edge to edge and from the least to the most', () => {
    expect(linePath([0, 10, 5], 100, 20)).toBe('M0.0 20.0L50.0 0.0L100.0 10.0');
  });

  it('breaks where a value is missing', () => {
    expect(linePath([1, null, 3], 100, 20)).toBe('M0.0 20.0M100.0 0.0');
  });

  it('puts a flat line on the ground only where it is zero', () => {
    expect(linePath([0, 0], 10, 20)).toBe('M0.0 20.0L10.0 20.0');
    expect(linePath([7, 7], 10, 20)).toBe('M0.0 10.0L10.0 10.0');
  });

  it('is a point for one value, and nothing for none', () => {
    expect(linePath([null, 3, null], 10, 20)).toBe('M5.0 10.0h0');
    expect(linePath([null, null], 10, 20)).toBe('');
  });
});
