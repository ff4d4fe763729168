import { describe, expect, it, test } from 'vitest';
import { aDocumentStep, aPlannedStep } from '../../testing/domain-samples.ts';
import { areAboutOneThing, claimsOf, locksOf } from './claims.ts';

const claiming = (...claims: string[]) => claimsOf(aPlannedStep({ precondition: 1, claims }));

test('what takes the same, or something within it, is about one thing', () => {
  const areOne = (one: readonly string[], other: readonly string[]) => areAboutOneThing(one, other);
  expect(areOne(claiming('/r/heads/a'), claiming('/r/heads/b', '/r/heads/a'))).toBe(true);
  expect(areOne(claiming('/r/a/b'), claiming('/r/a'))).toBe(true);
  expect(areOne(claiming('/r/a'), claiming('/r/a/b'))).toBe(true);
  expect(areOne(claiming('/r/a'), claiming('/r/ab'))).toBe(false);
});

test.each([
  ['one cell in common', 'rows=1-5,columns=1-2', 'rows=4-9,columns=2-3', true],
  ['the same', 'rows=1-5,columns=1-2', 'rows=1-5,columns=1-2', true],
  ['one within the other', 'rows=1-9,columns=1-9', 'rows=5-5,columns=5-5', true],
  ['rows below each other', 'rows=1-5,columns=1-2', 'rows=6-9,columns=1-2', false],
  ['columns beside each other', 'rows=1-5,columns=1-2', 'rows=1-5,columns=3-3', false],
  ['one in rows, one in columns', 'rows=1-5', 'columns=7-7', true],
  ['by number, not by letter', 'rows=9-9', 'rows=10-100', false],
])('areas of one thing: %s', (_what, one, other, expected) => {
  const of = (area: string) => claiming(`sheet:a/b#${area}`);
  expect(areAboutOneThing(of(one), of(other))).toBe(expected);
  expect(areAboutOneThing(of(other), of(one))).toBe(expected);
  expect(areAboutOneThing(of(one), claiming(`sheet:a/c#${other}`))).toBe(false);
  expect(areAboutOneThing(of(one), claiming('sheet:a/b'))).toBe(true);
  expect(areAboutOneThing(of(one), claiming('sheet:a'))).toBe(true);
  expect(areAboutOneThing(of(one), claiming('sheet:a/b#c'))).toBe(false);
});

test('what belongs to another platform is named as that one names it', () => {
  const theirs = claimsOf({
    ...aPlannedStep({ precondition: 1, claims: ['deployment:a'] }),
    platform: 'kubernetes',
  });
  expect(areAboutOneThing(claiming('@kubernetes:deployment:a'), theirs)).toBe(true);
  expect(areAboutOneThing(claiming('deployment:a'), theirs)).toBe(false);
});

test('what one platform calls so, another may call so too', () => {
  const elsewhere = claimsOf({ ...aPlannedStep({ precondition: 1, claims: ['/a'] }), platform: 'other' });
  expect(areAboutOneThing(claiming('/a'), elsewhere)).toBe(false);
});

test('whoever has a precondition and claims nothing claims its targets', () => {
  const on = (target: string, precondition: number | null) => {
    const { claims: _none, ...step } = aPlannedStep({ precondition, claims: [] });
    return claimsOf({ ...step, targets: [{ kind: 'account', name: target }] });
  };
  expect(areAboutOneThing(on('a', 1), on('a', 1))).toBe(true);
  expect(areAboutOneThing(on('a', 1), on('b', 1))).toBe(false);
  expect(areAboutOneThing(on('a', null), on('a', null))).toBe(false);
});

describe('the locks of a plan', () => {
  const step = (name: string, more: object) => ({ ...aDocumentStep(), name, platform: 'git', ...more });

  it('are what it claims, and the targets of what has a precondition, in one order', () => {
    const steps = [
      step('b', { claims: ['/z/refs/heads/main', '/a'] }),
      step('a', { precondition: { etag: '1' }, targets: [{ kind: 'page', name: 'p' }] }),
      step('again', { claims: ['/a'] }),
      step('free', { precondition: null }),
    ];
    expect(locksOf({ mode: 'APPLY', steps })).toEqual(['git:/a', 'git:/z/refs/heads/main', 'git:page:p']);
    expect(locksOf({ mode: 'NOOP', steps })).toEqual([]);
  });

  it('are none for a gate, which only looks', () => {
    const steps = [step('gate', { kind: 'GATE' as const, claims: ['/a'] })];
    expect(locksOf({ mode: 'APPLY', steps })).toEqual([]);
  });
});
