import { describe, expect, it } from 'vitest';
import { checkBySchema } from './json-schema.ts';

const ready = {
  type: 'object',
  properties: { ready: { type: 'integer', minimum: 3 } },
  required: ['ready'],
};

describe('a value against a schema', () => {
  it.each([
    ['meets it', ready, { ready: 3, replicas: 3 }, 'VALID'],
    ['misses it', ready, { ready: 2 }, 'INVALID'],
    ['says nothing of it', ready, { replicas: 3 }, 'UNCLEAR'],
    ['is of another kind', ready, 'all is well', 'UNCLEAR'],
    ['has another kind where it matters', ready, { ready: 'three' }, 'UNCLEAR'],
    ['meets a schema that asks for nothing', {}, null, 'VALID'],
    ['cannot be held against what is no schema', { type: 'nonsense' }, 1, 'UNCLEAR'],
    ['cannot be held against what it does not know', { wishes: 3 }, 1, 'UNCLEAR'],
    ['cannot be held against a pattern', { type: 'string', pattern: '^(a+)+$' }, 'aaa!', 'UNCLEAR'],
    ['cannot be held against what is elsewhere', { $ref: 'https://example.com/schema' }, 1, 'UNCLEAR'],
  ])('%s', (_title, schema, value, kind) => {
    expect(checkBySchema(schema, value)).toMatchObject({ kind });
  });

  it.each([
    [ready, { ready: 2 }, 'ready is 2, must be >= 3'],
    [ready, { replicas: 2 }, "output must have required property 'ready'"],
    [ready, { ready: 'three' }, 'ready is "three", must be integer'],
    [{ properties: { healthy: { const: true } } }, { healthy: false }, 'healthy is false, must be true'],
    [
      { properties: { color: { enum: ['a', 'b'] } } },
      { color: 'c' },
      'color is "c", must be one of ["a","b"]',
    ],
    [
      { properties: { text: { maxLength: 5 } } },
      { text: 'x'.repeat(99) },
      `text is "${'x'.repeat(79)}…, must NOT have more than 5 characters`,
    ],
  ])('that misses it says what was seen and what was expected: %j', (schema, value, message) => {
    expect(checkBySchema(schema, value)).toMatchObject({ message });
  });
});
