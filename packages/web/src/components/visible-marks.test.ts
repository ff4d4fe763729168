// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { visibleSegments, withVisibleMarks } from './visible-marks.ts';

describe('visibleSegments', () => {
  it('leaves ordinary text whole, in any script', () => {
    for (const text of ['plain', 'a\tb\nc', 'naïve Straße', '日本語', 'שלום', '👩‍💻 ok', '❤️', '']) {
      expect(visibleSegments(text)).toEqual([{ kind: 'text', text }]);
    }
  });

  it('draws what hides or reorders, and says what it is', () => {
    expect(visibleSegments('a\u202eb')).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'mark', label: 'U+202E', description: 'right-to-left override' },
      { kind: 'text', text: 'b' },
    ]);
  });

  it.each([
    ['zero-width space', '\u200b'],
    ['joiner between letters', '\u200d'],
    ['isolate', '\u2066'],
    ['byte order mark', '\ufeff'],
    ['soft hyphen', '\u00ad'],
    ['escape', '\u001b'],
    ['carriage return', '\r'],
    ['no-break space', '\u00a0'],
    ['Hangul filler', '\u3164'],
    ['tag letter', '\u{e0041}'],
    ['lone surrogate', '\ud800'],
  ])('marks a %s', (_name, character) => {
    expect(visibleSegments(`x${character}y`).map(({ kind }) => kind)).toEqual(['text', 'mark', 'text']);
  });

  it('marks a joiner that pretends to join emoji', () => {
    expect(withVisibleMarks('👩\u200dx')).toBe('👩⟨U+200D⟩x');
  });

  it('keeps letters from right to left from moving what is around them', () => {
    expect(visibleSegments('if (x == "אב" && y == "גד")').map(({ kind }) => kind)).toEqual([
      'text',
      'isolate',
      'text',
      'isolate',
      'text',
    ]);
    expect(withVisibleMarks('a אב 1')).toBe('a \u2068אב\u2069 1');
  });

  it('leaves a letter that passes for another as it reads, and says what it is', () => {
    expect(visibleSegments('m\u0430in')).toEqual([
      { kind: 'text', text: 'm' },
      {
        kind: 'mark',
        label: '\u0430',
        description: 'U+0430, a letter that passes for a Latin one',
        isItself: true,
      },
      { kind: 'text', text: 'in' },
    ]);
  });

  it('keeps every other character in order', () => {
    const text = 'pay\u200bpal \u202e(gpj.exe)\u202c';
    expect(withVisibleMarks(text)).toBe('pay⟨U+200B⟩pal ⟨U+202E⟩(gpj.exe)⟨U+202C⟩');
  });
});
