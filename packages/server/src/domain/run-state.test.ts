import { describe, expect, it } from 'vitest';
import { anEffect, aStep } from '../../testing/domain-samples.ts';
import { hasBegun } from './run-state.ts';
import type { Effect, Step } from './run.ts';

describe('a run', () => {
  const held = { attempt: 0 };
  it.each<[title: string, step: Partial<Step>, effect: Partial<Effect> | null, has: boolean]>([
    ['nothing of which was claimed', held, null, false],
    ['whose step was held before its call', held, { state: 'FAILED', attempt: 1 }, false],
    ['whose step is claimed', { attempt: 1, state: 'RUNNING' }, { state: 'INTENDED', attempt: 1 }, true],
    ['whose step was refused by its platform', { attempt: 1 }, { state: 'FAILED', attempt: 1 }, true],
    ['whose step was refused, and then held', { attempt: 1 }, { state: 'FAILED', attempt: 2 }, true],
    ['whose step was halted in its call', held, { state: 'UNKNOWN', attempt: 1 }, true],
    ['whose step was done', { attempt: 1, state: 'SUCCEEDED' }, { state: 'SUCCEEDED' }, true],
  ])('%s has begun or not', (_title, step, effect, has) => {
    const steps = [aStep('a', step), aStep('b')];
    const effects = new Map(effect ? [[steps[0]?.id ?? '', { ...anEffect('a'), ...effect }]] : []);
    expect(hasBegun(steps, effects)).toBe(has);
  });
});
