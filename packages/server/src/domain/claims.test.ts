import { describe, expect, it, test } from 'vitest';
import { aDocumentStep, aPlannedStep } from '../../testing/domain-samples.ts';
import { claimFaults, locksOf } from './claims.ts';

const claiming = (name: string, ...claims: string[]) => aPlannedStep({ name, precondition: 1, claims });
const pathOf = (ordinal: number) => `actions[${ordinal}]`;
const faultyPaths = (...steps: ReturnType<typeof aPlannedStep>[]) =>
  claimFaults(steps, pathOf).map(({ path }) => path);

test('two actions that take the same, or one within the other, are refused, and both are named', () => {
  const [fault] = claimFaults(
    [claiming('one', '/r/heads/a'), claiming('two', '/r/heads/b', '/r/heads/a')],
    pathOf,
  );
  expect(fault).toMatchObject({ path: 'actions[1]', message: expect.stringMatching(/"two".*"one"/) });
  expect(faultyPaths(claiming('one', '/r/a/b'), claiming('two', '/r/a'))).toEqual(['actions[1]']);
  expect(faultyPaths(claiming('one', '/r/a'), claiming('two', '/r/ab'), claiming('three', '/r/b'))).toEqual(
    [],
  );
});

test('what one platform calls so, another may call so too', () => {
  const elsewhere = { ...claiming('two', '/a'), platform: 'other' };
  expect(faultyPaths(claiming('one', '/a'), elsewhere)).toEqual([]);
});

test('whoever has a precondition and claims nothing claims its targets', () => {
  const on = (name: string, target: string, precondition: number | null) => {
    const { claims: _none, ...step } = claiming(name);
    return { ...step, precondition, targets: [{ kind: 'account', name: target }] };
  };
  expect(faultyPaths(on('one', 'a', 1), on('two', 'a', 1))).toEqual(['actions[1]']);
  expect(faultyPaths(on('one', 'a', 1), on('two', 'b', 1))).toEqual([]);
  expect(faultyPaths(on('one', 'a', null), on('two', 'a', null))).toEqual([]);
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
