import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at } from '../../testing/domain-samples.ts';
import { anyMoves, anyPlan, drain, newWorld, perform, word, type RunWorld } from '../../testing/run-world.ts';
import { pauseRun, resumeRun } from './run-control.ts';
import type { Step } from './run.ts';

describe('whatever people do to a run', () => {
  it('it undoes only what was done, the last first, and never stands still with nobody to ask', () => {
    fc.assert(
      fc.property(anyPlan, anyMoves, (shape, moves) => {
        const world = newWorld(shape);
        moves.forEach((next) => {
          perform(world, next);
        });
        drain(world);
        const { run, steps } = world;
        expect(run.finishedAt !== null || run.pause !== null, 'it stands still').toBe(true);
        // What ended without success has a step, or a word, that says why.
        const last = world.ends.at(-1);
        if (run.finishedAt && last === 'NEEDS_ATTENTION') {
          const isUnknown = steps.some(({ state }) => state === 'NEEDS_ATTENTION');
          expect(isUnknown || run.rollback !== null).toBe(true);
        }
        // What the record says of an action is what the platform has, and where nobody knows, it says so.
        for (const { name, state } of steps.filter(({ kind }) => kind === 'ACTION')) {
          if (state === 'UNDONE') expect(world.everDone).toContain(name);
          const undoing = steps.find(({ undoes }) => undoes === name);
          if (state === 'SUCCEEDED' && undoing?.state !== 'NEEDS_ATTENTION')
            expect(world.done, `${name} succeeded`).toContain(name);
          if (['FAILED', 'CANCELLED', 'UNDONE', 'REPLACED', 'SKIPPED'].includes(state))
            expect(world.done, `${name} is ${state}`).not.toContain(name);
        }
      }),
      { numRuns: 1_500 },
    );
  });

  it('people can bring it to its end from everywhere', () => {
    fc.assert(
      fc.property(anyPlan, anyMoves, (shape, moves) => {
        const world = newWorld(shape);
        moves.forEach((next) => {
          perform(world, next);
        });
        for (let turn = 0; turn < 40; turn += 1) {
          drain(world);
          if (world.run.pause) perform(world, { what: 'RESUME', pick: 0 });
          else if (world.steps.some(({ state }) => state === 'NEEDS_ATTENTION'))
            perform(world, { what: 'RESOLVE', pick: 0 });
          else if (world.run.status === 'FAILED' || world.run.status === 'NEEDS_ATTENTION')
            perform(world, { what: 'RETRY', pick: turn });
        }
        const { run, steps } = world;
        const isLeft = steps.some(
          (step) =>
            step.state === 'SUCCEEDED' &&
            step.kind === 'ACTION' &&
            (step.resolution || isByHand(world, step)),
        );
        const ends = run.rollback && isLeft ? ['NEEDS_ATTENTION'] : ['SUCCEEDED', 'CANCELLED', 'ROLLED_BACK'];
        if (run.status !== 'FAILED' || world.ends.at(-1) !== 'PLANNING') expect(ends).toContain(run.status);
      }),
      { numRuns: 500 },
    );
  });
});

const isByHand = ({ plan }: RunWorld, { name }: Step): boolean => plan.undoing.get(name) === 'BY_HAND';

describe('a pause', () => {
  it('by a person keeps a run from turning back by itself until somebody lifts it', () => {
    const world = newWorld({
      steps: [
        { needs: [], kind: 'UNDOABLE', hasFallback: false },
        { needs: [0], kind: 'GATE', hasFallback: false },
      ],
      isTransactional: false,
      onFail: 'ROLL_BACK',
      errorBudget: 0,
      maxRetries: 0,
    });
    const saysNo = 2;
    for (const what of ['CLAIM', 'OK', 'CLAIM', 'PAUSE'] as const) perform(world, { what, pick: 0 });
    perform(world, { what: 'OK', pick: saysNo });
    expect(world.run).toMatchObject({
      rollback: { cause: 'GATE' },
      pause: { cause: 'PERSON' },
      status: 'PAUSED',
    });
    drain(world);
    expect([...world.done]).toEqual(['s0']);
    perform(world, { what: 'RESUME', pick: 0 });
    drain(world);
    expect(world.ends).toEqual(['ROLLED_BACK']);
  });

  it('puts all clocks on by its length, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 10_000 }),
        fc.nat({ max: 10_000 }),
        fc.nat({ max: 10_000 }),
        (due, from, length) => {
          const world = newWorld({
            steps: [{ needs: [], kind: 'UNDOABLE', hasFallback: false }],
            isTransactional: false,
            onFail: 'PAUSE',
            errorBudget: 0,
            maxRetries: 0,
          });
          const steps = world.steps.map((step) => ({ ...step, nextAttemptAt: at(due) }));
          const run = pauseRun(
            { ...world.run, deadlineAt: at(20_000) },
            {
              cause: 'PERSON',
              ...word,
              at: at(from).toISOString(),
            },
          );
          const { run: resumed, changed } = resumeRun(run, steps, word, at(from + length));
          expect(resumed.deadlineAt).toEqual(at(20_000 + length));
          expect(changed[0]?.nextAttemptAt).toEqual(at(due + length));
          expect(resumed.pause).toBeNull();
        },
      ),
    );
  });
});
