import { describe, expect, it } from 'vitest';
import { aDocument, aDocumentStep, aRun, aStep, at } from '../../testing/domain-samples.ts';
import { reachOf, undoingsOf, undoSteps, type UndoPlan } from './rollback.ts';
import { rollbackRun } from './run-control.ts';
import type { Step } from './run.ts';

const now = at(60_000);
const names = ['read', 'a', 'b', 'c', 'keep'];
/** `read` only looks, `keep` cannot be undone, `c` needs `a` and `b`. */
const planOf = (mode: 'APPLY' | 'NOOP' = 'APPLY'): UndoPlan => {
  let count = 0;
  const document = aDocument({
    mode,
    retry: { maxRetries: 2, initialDelayMs: 10, backoffMultiplier: 2, maxDelayMs: 100 },
    steps: names.map((name, ordinal) => ({
      ...aDocumentStep({ name, ordinal, dependsOn: name === 'c' ? ['a', 'b'] : [] }),
      ...(['a', 'b', 'c'].includes(name) ? { undo: 'COMPENSATE' as const } : {}),
    })),
  });
  const categories = names.map((name) => (name === 'read' ? 'READ' : 'WRITE'));
  return { ...undoingsOf(document, categories), newId: () => `new-${(count += 1)}` };
};
const stepsAs = (states: Readonly<Record<string, Partial<Step>>> = {}): Step[] =>
  names.map((name, ordinal) => aStep(name, { ordinal, state: 'SUCCEEDED', ...states[name] }));

describe('what a rollback reaches', () => {
  it('is undone from what depends on others down, and later steps of a kind first', () => {
    expect(reachOf(stepsAs(), planOf())).toEqual({ undoes: ['c', 'b', 'a'], leaves: ['keep'], unknown: [] });
  });

  it('leaves out what was not done, and names what nobody knows', () => {
    const steps = stepsAs({
      b: { state: 'NEEDS_ATTENTION' },
      c: { state: 'CANCELLED' },
      keep: { state: 'FAILED' },
    });
    expect(reachOf(steps, planOf())).toEqual({ undoes: ['a'], leaves: [], unknown: ['b'] });
  });

  it('leaves to people what a person said happened', () => {
    const resolution = {
      outcome: 'HAPPENED',
      by: 'operator',
      evidence: 'Seen.',
      at: now.toISOString(),
    } as const;
    expect(reachOf(stepsAs({ a: { resolution } }), planOf())).toMatchObject({
      undoes: ['c', 'b'],
      leaves: ['a', 'keep'],
    });
  });

  it('is nothing after a rehearsal', () => {
    expect(reachOf(stepsAs(), planOf('NOOP'))).toEqual({ undoes: [], leaves: [], unknown: [] });
  });
});

describe('what undoes', () => {
  it('is a chain of steps of which the first is ready', () => {
    const steps = undoSteps(stepsAs(), planOf(), now);
    expect(
      steps.map(({ name, undoes, dependsOn, state, ordinal }) => [name, undoes, dependsOn, state, ordinal]),
    ).toEqual([
      ['undo:c', 'c', [], 'READY', 5],
      ['undo:b', 'b', ['undo:c'], 'BLOCKED', 6],
      ['undo:a', 'a', ['undo:b'], 'BLOCKED', 7],
    ]);
    expect(steps[0]).toMatchObject({ attempt: 0, maxAttempts: 3, fence: 0, kind: 'UNDO', output: null });
  });

  it('is made once', () => {
    const steps = stepsAs();
    expect(undoSteps([...steps, ...undoSteps(steps, planOf(), now)], planOf(), now)).toEqual([]);
  });
});

describe('rolling back', () => {
  const rollback = { cause: 'PERSON', by: 'operator', reason: 'A mistake.', at: now.toISOString() } as const;
  const nobody = new Set<string>();

  it('waits for what is in flight, and cancels what waits', () => {
    const steps = stepsAs({ c: { state: 'RUNNING' }, keep: { state: 'READY' } });
    const { changed, added, end, run } = rollbackRun(aRun(), steps, rollback, nobody, now, planOf());
    expect(changed.map(({ name, state }) => [name, state])).toEqual([['keep', 'CANCELLED']]);
    expect([added, end, run.rollback]).toEqual([[], null, rollback]);
  });

  it('supersedes a pause and a cancellation', () => {
    const pause = { cause: 'PERSON', reason: 'Wait.', at: now.toISOString() } as const;
    const run = aRun({ status: 'PAUSED', pause, cancelRequestedAt: at(1) });
    const after = rollbackRun(run, stepsAs(), rollback, nobody, now, planOf());
    expect(after.run).toMatchObject({ status: 'RUNNING', pause: null, cancelRequestedAt: null });
    expect(after.toDispatch.map(({ name }) => name)).toEqual(['undo:c']);
  });

  it('undoes nothing by a plan that cannot be read', () => {
    const { end, added } = rollbackRun(aRun(), stepsAs(), rollback, nobody, now, null);
    expect([end, added]).toEqual(['NEEDS_ATTENTION', []]);
  });

  it('of a run whose only effects stay says what stands', () => {
    const steps = stepsAs({
      a: { state: 'CANCELLED' },
      b: { state: 'CANCELLED' },
      c: { state: 'CANCELLED' },
    });
    const { end, error } = rollbackRun(aRun(), steps, rollback, nobody, now, planOf());
    expect(end).toBe('NEEDS_ATTENTION');
    expect(error?.message).toBe('Rolled back: A mistake. Not undone: keep.');
  });
});
