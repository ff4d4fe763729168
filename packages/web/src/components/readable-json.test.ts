// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { readableJson } from './readable-json.ts';

describe('readableJson', () => {
  it('is JSON for values without lines', () => {
    const value = { a: [1, 'two', null, true], b: {}, c: [] };
    expect(JSON.parse(readableJson(value))).toEqual(value);
  });

  it('lays several lines out as lines', () => {
    expect(readableJson({ content: 'one\ntwo' })).toBe('{\n  "content": """\n    one\n    two\n  """\n}');
  });
});
