import type { StepState } from '@countersign/shared';
import { describe, expect, it } from 'vitest';
import { aRun, aStep, at } from '../../testing/domain-samples.ts';
import type { Failure } from './errors.ts';
import { breakerRule } from './fallback.ts';
import type { AttemptResult, Run, Step } from './run.ts';
import { resolveStep, retryStep } from './run-control.ts';
import { settle } from './settle.ts';

const broken: Failure = { code: 'NETWORK_ERROR', message: 'It broke.' };
const failed = (failure = broken): AttemptResult => ({ kind: 'FAILED', failure });
const succeeded: AttemptResult = { kind: 'SUCCEEDED', output: {} };
const retriable = (isEffectUnknown: boolean): AttemptResult => ({
  kind: 'RETRIABLE',
  failure: broken,
  delayMs: 500,
  isEffectUnknown,
});
const held = (rule: string, isEffectUnknown = false): AttemptResult => ({
  kind: 'HELD',
  hold: { rule, reason: 'Not now.' },
  failure: { code: 'SERVICE_DOWN', message: 'Not now.' },
  delayMs: 500,
  isEffectUnknown,
});

const nobody: ReadonlySet<string> = new Set();
const now = at(60_000);

/** An action, its fallback, and what waits for the action. */
const steps = (main: Partial<Step> = {}, fallback: StepState = 'BLOCKED', next: StepState = 'BLOCKED') => [
  aStep('main', { state: 'RUNNING', attempt: 1, maxAttempts: 3, ...main }),
  aStep('fallback:main', { ordinal: 1, state: fallback, fallbackFor: 'main' }),
  aStep('next', { ordinal: 2, state: next, dependsOn: ['main'] }),
];

const after = (before: readonly Step[], name: string, result: AttemptResult, parts: Partial<Run> = {}) => {
  const settlement = settle(aRun(parts), before, `id of ${name}`, result, nobody, now);
  const states = before
    .map((step) => settlement.changed.find(({ id }) => id === step.id) ?? step)
    .map(({ state }) => state)
    .join(' ');
  return { ...settlement, states };
};

describe('a step with a fallback', () => {
  it('is not replaced where it succeeds', () => {
    expect(after(steps(), 'main', succeeded).states).toBe('SUCCEEDED SKIPPED READY');
  });

  it.each<[string, AttemptResult, Partial<Step>]>([
    ['it failed for good', failed(), {}],
    ['its attempts are spent', retriable(false), { attempt: 3 }],
    ['a breaker is open', held(breakerRule), {}],
  ])('gives it its place where %s and it surely did nothing', (_, result, main) => {
    const { states, end, toDispatch } = after(steps(main), 'main', result);
    expect(states).toBe('REPLACED READY BLOCKED');
    expect(end).toBeNull();
    expect(toDispatch.map(({ name }) => name)).toEqual(['fallback:main']);
  });

  it.each<[string, AttemptResult, Partial<Step>, string, Partial<Run>]>([
    ['nobody knows what it did', { kind: 'UNKNOWN', failure: broken }, {}, 'NEEDS_ATTENTION', {}],
    ['its last attempt may have acted', retriable(true), { attempt: 3 }, 'NEEDS_ATTENTION', {}],
    ['a breaker is open and an earlier attempt may have acted', held(breakerRule, true), {}, 'READY', {}],
    ['an operator holds it', held('platform.opened'), {}, 'READY', {}],
    ['it is tried again', retriable(false), {}, 'READY', {}],
    ['its target moved', { kind: 'DRIFTED', failure: broken }, {}, 'FAILED', {}],
    ['policy says no', failed({ code: 'POLICY_DENIED', message: 'No.' }), {}, 'FAILED', {}],
    ['its run is being cancelled', failed(), {}, 'FAILED', { cancelRequestedAt: now }],
    ['the time of the task is over', failed(), {}, 'FAILED', { deadlineAt: now }],
  ])('keeps its place where %s', (_, result, main, state, run) => {
    const { states } = after(steps(main), 'main', result, run);
    expect(states.split(' ')[0]).toBe(state);
    expect(states.split(' ')[1]).toMatch(/BLOCKED|CANCELLED/);
  });

  it('gives it its place in a pause that outlasted the time of the task, which stands still with it', () => {
    const pause = { cause: 'PERSON', reason: 'Wait.', at: at(10_000).toISOString() } as const;
    const { states } = after(steps(), 'main', failed(), { pause, deadlineAt: at(30_000) });
    expect(states).toBe('REPLACED READY BLOCKED');
  });

  it('is done once its fallback is', () => {
    const done = after(steps({ state: 'REPLACED' }, 'RUNNING'), 'fallback:main', succeeded);
    expect(done.states).toBe('REPLACED SUCCEEDED READY');
    const last = steps({ state: 'REPLACED' }, 'SUCCEEDED', 'RUNNING');
    expect(after(last, 'next', succeeded).end).toBe('SUCCEEDED');
  });

  it('has none left where its fallback fails', () => {
    const both = after(steps({ state: 'REPLACED' }, 'RUNNING'), 'fallback:main', failed());
    expect(both).toMatchObject({ states: 'REPLACED FAILED CANCELLED', end: 'FAILED' });
  });

  it('is not replaced later where it is tried anew and succeeds', () => {
    const before = steps({ state: 'FAILED' }, 'CANCELLED', 'CANCELLED');
    const retried = retryStep(
      aRun({ status: 'FAILED', finishedAt: now }),
      before,
      'main',
      { attempts: 3, timeoutMs: null },
      now,
    );
    const going = before.map((step) => retried.changed.find(({ id }) => id === step.id) ?? step);
    expect(going.map(({ state }) => state)).toEqual(['READY', 'BLOCKED', 'BLOCKED']);
    const claimed = going.map((step) =>
      step.name === 'main' ? { ...step, state: 'RUNNING' as const } : step,
    );
    expect(after(claimed, 'main', succeeded).states).toBe('SUCCEEDED SKIPPED READY');
  });

  const resolved = (
    outcome: 'HAPPENED' | 'DID_NOT_HAPPEN',
    parts: Partial<Run>,
    other: readonly Step[] = [],
  ) => {
    const before = [...steps({ state: 'NEEDS_ATTENTION' }, 'CANCELLED', 'CANCELLED'), ...other];
    const run = aRun({ status: 'NEEDS_ATTENTION', finishedAt: now, ...parts });
    const word = { outcome, by: 'p', evidence: 'I looked.', at: now.toISOString() } as const;
    const { changed, end } = resolveStep(run, before, 'main', word, null, now, null);
    const states = before
      .map((step) => changed.find(({ id }) => id === step.id) ?? step)
      .map(({ state }) => state);
    return [states.join(' '), end];
  };

  it('gives it its place where a person says that it did not happen', () => {
    expect(resolved('DID_NOT_HAPPEN', {})).toEqual(['REPLACED READY BLOCKED', null]);
    expect(resolved('HAPPENED', {})).toEqual(['SUCCEEDED SKIPPED READY', null]);
    expect(resolved('DID_NOT_HAPPEN', { cancelRequestedAt: now })).toEqual([
      'FAILED CANCELLED CANCELLED',
      'CANCELLED',
    ]);
    const rollback = { cause: 'PERSON', reason: 'Back.', at: now.toISOString() } as const;
    expect(resolved('DID_NOT_HAPPEN', { rollback })[0]).toBe('FAILED CANCELLED CANCELLED');
    expect(resolved('DID_NOT_HAPPEN', {}, [aStep('lost', { ordinal: 3, state: 'FAILED' })])[0]).toBe(
      'FAILED CANCELLED CANCELLED FAILED',
    );
  });
});
