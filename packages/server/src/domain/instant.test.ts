import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readInstant } from './instant.ts';

describe('the instant of a text', () => {
  it.each([
    ['2026-11-21T10:26:04.120Z', '2026-11-21T10:26:04.120Z'],
    ['2026-11-21T10:26:04Z', '2026-11-21T10:26:04.000Z'],
    ['2026-11-21T10:26Z', '2026-11-21T10:26:00.000Z'],
    ['2026-11-21T10:26:04.123456789+02:00', '2026-11-21T08:26:04.123Z'],
    ['2026-11-21', '2026-11-21T00:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s is %s', (text, instant) => {
    expect(readInstant(text)?.toISOString()).toBe(instant);
  });

  it.each([
    '',
    'now',
    '2026',
    '0',
    'Nov 21 2026',
    '2026-11-21T10:26:04',
    '2026-02-30T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '+010000-01-01T00:00:00Z',
    '+275760-09-13T00:00:00.001Z',
    '-000001-01-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-10:00',
    '0001-01-01T00:00:00+10:00',
    `2026-11-21T10:26:04.${'1'.repeat(1_000_000)}Z`,
  ])('%s is none', (text) => {
    expect(readInstant(text)).toBeNull();
  });

  it('is the one that it was printed from, in any year that our records hold', () => {
    const years = { min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z') };
    const property = fc.property(fc.date({ ...years, noInvalidDate: true }), (date) => {
      expect(readInstant(date.toISOString())).toEqual(date);
    });
    fc.assert(property);
  });
});
