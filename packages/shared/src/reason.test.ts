import { describe, expect, it } from 'vitest';
import { reasonLack } from './reason.ts';

describe('a reason', () => {
  it.each<[text: string, isGood: boolean]>([
    ['The branch is frozen.', true],
    ['0123456789 no', true],
    ['Нет, это опасно', true],
    ['これは危険なので却下します', true],
    ['nope', false],
    ['', false],
    ['          ', false],
    ['..........', false],
    ['1234567890', false],
    ['a.b.c.d.e.f.g', false],
    ['no        ', false],
    [`no${'\u200b'.repeat(20)}`, false],
    [`no${'\u2060\u00ad\ufeff'.repeat(9)}`, false],
    [`no${'\u0000'.repeat(20)}`, false],
  ])('%j is one to act on: %s', (text, isGood) => {
    expect(reasonLack(text) === null).toBe(isGood);
  });
});
