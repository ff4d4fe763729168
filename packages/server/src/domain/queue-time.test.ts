import { describe, expect, it, test } from 'vitest';
import { at } from '../../testing/domain-samples.ts';
import { newWorld, word } from '../../testing/run-world.ts';
import { unblock, waitsSince } from './moves.ts';
import { pauseRun, resumeRun, retryStep } from './run-control.ts';
import type { Run, Step } from './run.ts';

const minute = 60_000;
const world = () =>
  newWorld({
    steps: [{ needs: [], kind: 'UNDOABLE', hasFallback: false }],
    isTransactional: false,
    onFail: 'PAUSE',
    errorBudget: 0,
    maxRetries: 3,
  });

/** A step after a pause from the tenth minute to the seventieth. */
const afterPause = (changes: Partial<Step>): Step => {
  const { run, steps } = world();
  const pause = { cause: 'PERSON', ...word, at: at(10 * minute).toISOString() } as const;
  const before = steps.map((step) => ({ ...step, readyAt: at(0), ...changes }));
  const [step] = resumeRun(pauseRun(run, pause), before, word, at(70 * minute)).changed;
  if (!step) throw new Error('Nothing goes on.');
  return step;
};
/** How long it had waited, were it claimed in the seventy-first minute. */
const waitedMs = (step: Step): number => at(71 * minute).getTime() - (waitsSince(step)?.getTime() ?? 0);

describe('a pause is no time in the queue', () => {
  it('of a step that waited for a slot', () => {
    expect(waitedMs(afterPause({ nextAttemptAt: at(0) }))).toBe(11 * minute);
  });

  it.each([
    ['before it', 5, 6],
    ['in it', 30, 1],
    ['at its end', 70, 1],
  ])('of a step that was held until a moment %s', (_, until, waited) => {
    const hold = { rule: 'lock', reason: 'Somebody else has it.', until: null };
    const step = afterPause({ hold, nextAttemptAt: at(until * minute) });
    expect(step.nextAttemptAt.getTime()).toBeLessThanOrEqual(at(70 * minute).getTime());
    expect(waitedMs(step)).toBe(waited * minute);
  });

  it('of a step that had begun before', () => {
    const begun = { attempt: 1, fence: 1, startedAt: at(minute), nextAttemptAt: at(11 * minute) };
    expect(waitsSince(afterPause(begun))).toEqual(at(0));
  });
});

test('what is held between two attempts had waited for its first one, and no longer', () => {
  const { steps } = world();
  const hold = { rule: 'lock', reason: 'Somebody else has it.', until: null };
  const begun = { readyAt: at(0), startedAt: at(minute), hold, nextAttemptAt: at(70 * minute) };
  expect(steps.map((step) => waitsSince({ ...step, ...begun }))).toEqual([at(0)]);
});

test.each<[string, (run: Run, steps: readonly Step[]) => readonly Step[]]>([
  [
    'is tried anew',
    (run, [step, ...rest]) =>
      step
        ? retryStep(
            run,
            [{ ...step, state: 'FAILED' }, ...rest],
            step.name,
            { attempts: 1, timeoutMs: null },
            at(70 * minute),
          ).changed
        : [],
  ],
  [
    'comes after all',
    (_run, steps) =>
      steps.map((step) => ({ ...step, state: 'BLOCKED' as const })).map(unblock(steps, at(70 * minute))),
  ],
])('a step that %s waits and begins once more', (_, again) => {
  const { run, steps } = world();
  const begun = steps.map((step) => ({ ...step, attempt: 1, readyAt: at(0), startedAt: at(minute) }));
  expect(again(run, begun)).toMatchObject([{ state: 'READY', readyAt: at(70 * minute), startedAt: null }]);
});
