import { describe, expect, it } from 'vitest';
import { noteFault, noteLength } from './note.ts';

describe('a note', () => {
  it.each<[title: string, note: string | null, message: string | null]>([
    ['none', null, null],
    ['an empty one', '', null],
    ['a plain one', 'Looks good.\nShip it 😀', null],
    ['the longest', 'x'.repeat(noteLength), null],
    ['one longer', 'x'.repeat(noteLength + 1), 'must be at most 4000 characters'],
    ['with a NUL', 'a\u0000b', 'holds a NUL or half of a surrogate pair'],
    ['with half a pair', '\udc00', 'holds a NUL or half of a surrogate pair'],
  ])('%s', (_title, note, message) => {
    expect(noteFault(note, 'reason')).toEqual(message === null ? null : { path: 'reason', message });
  });
});
