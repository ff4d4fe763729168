import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anEffect, aDocument, aDocumentStep, at, aTask } from '../../testing/domain-samples.ts';
import { startRun } from './intake.ts';
import { afterLoss, effectAfter, isInDoubt } from './recovery.ts';
import { cancelRun } from './run-control.ts';
import { isStopped } from './run-state.ts';
import { settle } from './settle.ts';
import type { AttemptResult, Effect, Run, RunEnd, Settlement, Step } from './run.ts';
import { become } from './task.ts';

/** A run with what the world did to it: the platform's truth, and what the ledger says. */
interface World {
  run: Run;
  steps: readonly Step[];
  readonly ledger: Map<string, Effect>;
  /** Steps whose effect stands at the platform, whatever anybody knows. */
  readonly done: Set<string>;
  /** Steps in flight of which an earlier attempt may have acted. */
  readonly unsure: Set<string>;
  readonly starts: {
    readonly name: string;
    readonly wasStopped: boolean;
    readonly succeeded: ReadonlySet<string>;
  }[];
  readonly ends: RunEnd[];
  clock: number;
}

type Move = { readonly pick: number } & (
  | { readonly kind: 'CLAIM' | 'LOSE' | 'CANCEL' | 'REFUSE' | 'HOLD' }
  | { readonly kind: 'FINISH'; readonly how: 'OK' | 'RETRY' | 'DOUBT' | 'FAIL' | 'DRIFT' | 'UNKNOWN' }
);

const anyFinish = fc.record({
  kind: fc.constant('FINISH' as const),
  pick: fc.nat(),
  how: fc.oneof(
    { weight: 6, arbitrary: fc.constant('OK' as const) },
    { weight: 4, arbitrary: fc.constantFrom('RETRY' as const, 'DOUBT' as const) },
    { weight: 1, arbitrary: fc.constantFrom('FAIL' as const, 'DRIFT' as const, 'UNKNOWN' as const) },
  ),
});
const move = <Kind extends 'CLAIM' | 'LOSE' | 'CANCEL' | 'REFUSE' | 'HOLD'>(kind: Kind) =>
  fc.record({ kind: fc.constant(kind), pick: fc.nat() });
const anyMoves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: move('CLAIM') },
    { weight: 10, arbitrary: anyFinish },
    { weight: 2, arbitrary: move('LOSE') },
    { weight: 4, arbitrary: move('HOLD') },
    { weight: 1, arbitrary: move('REFUSE') },
    { weight: 1, arbitrary: move('CANCEL') },
  ),
  { maxLength: 60 },
);

/** Dependencies on earlier steps only, as the planner lets them through. */
const anyNeeds = fc
  .array(fc.array(fc.nat({ max: 7 }), { maxLength: 3 }), { minLength: 1, maxLength: 8 })
  .map((all) => all.map((needs, index) => [...new Set(needs)].filter((to) => to < index)));

const anyRetries = fc.integer({ min: 0, max: 3 });

const newWorld = (needs: readonly (readonly number[])[], maxRetries: number): World => {
  const document = aDocument({
    retry: { maxRetries, initialDelayMs: 10, backoffMultiplier: 2, maxDelayMs: 100 },
    steps: needs.map((on, ordinal) =>
      aDocumentStep({ name: `s${ordinal}`, ordinal, dependsOn: on.map((to) => `s${to}`) }),
    ),
  });
  let count = 0;
  const { run, steps } = startRun(aTask(), document, at(0), () => `id-${(count += 1)}`);
  return {
    run,
    steps,
    ledger: new Map(),
    done: new Set(),
    unsure: new Set(),
    starts: [],
    ends: [],
    clock: 0,
  };
};

const apply = (world: World, settlement: Settlement): void => {
  const changed = new Map(settlement.changed.map((step) => [step.id, step]));
  world.steps = world.steps.map((step) => changed.get(step.id) ?? step);
  world.run = settlement.run;
  if (settlement.end) world.ends.push(settlement.end);
};

const inDoubt = (world: World): Set<string> =>
  new Set([...world.ledger.values()].filter(isInDoubt).map(({ stepId }) => stepId));

const finish = (world: World, step: Step, result: AttemptResult): void => {
  const now = at(world.clock);
  apply(world, settle(world.run, world.steps, step.id, result, inDoubt(world), now));
  const effect = world.ledger.get(step.id);
  if (effect) world.ledger.set(step.id, effectAfter(effect, result, now));
};

const begin = (world: World, step: Step): void => {
  world.starts.push({
    name: step.name,
    wasStopped: isStopped(world.run, world.steps),
    succeeded: new Set(world.steps.filter(({ state }) => state === 'SUCCEEDED').map(({ name }) => name)),
  });
  if (inDoubt(world).has(step.id)) world.unsure.add(step.id);
  else world.unsure.delete(step.id);
  const started: Step = { ...step, state: 'RUNNING', attempt: step.attempt + 1, fence: step.fence + 1 };
  world.steps = world.steps.map((other) => (other === step ? started : other));
  world.ledger.set(step.id, { ...anEffect(step.name), stepId: step.id, state: 'INTENDED' });
};

/** A worker vanished: whoever finds the step takes it up again or says how it ended. */
const lose = (world: World, step: Step): void => {
  const result = afterLoss(world.run, world.steps, step, true);
  if (result) finish(world, step, result);
  else begin(world, step);
};

const failure = { code: 'NETWORK_ERROR', message: 'It broke.' } as const;
const hold = { rule: 'platform.rate_limit', reason: 'Too many calls.' };

const resultOf = (world: World, step: Step, how: Extract<Move, { kind: 'FINISH' }>['how']): AttemptResult => {
  switch (how) {
    case 'OK':
      world.done.add(step.id);
      return { kind: 'SUCCEEDED', output: null };
    case 'RETRY':
      return { kind: 'RETRIABLE', failure, delayMs: 10, isEffectUnknown: world.done.has(step.id) };
    case 'DOUBT':
      world.done.add(step.id);
      return { kind: 'RETRIABLE', failure, delayMs: 10, isEffectUnknown: true };
    case 'UNKNOWN':
      world.done.add(step.id);
      return { kind: 'UNKNOWN', failure: { code: 'OUTCOME_UNKNOWN', message: 'Who knows?' } };
    case 'FAIL':
    case 'DRIFT': {
      // What an earlier attempt may have done, a worker never reports as nothing.
      if (world.done.has(step.id)) return resultOf(world, step, 'DOUBT');
      if (how === 'FAIL') return { kind: 'FAILED', failure };
      return { kind: 'DRIFTED', failure: { code: 'PRECONDITION_FAILED', message: 'It moved.' } };
    }
  }
};

const pickOf = (steps: readonly Step[], pick: number): Step | undefined =>
  steps[pick % Math.max(1, steps.length)];

const perform = (world: World, next: Move): void => {
  world.clock += 100;
  if (world.run.finishedAt) return;
  const ready = pickOf(
    world.steps.filter(({ state }) => state === 'READY'),
    next.pick,
  );
  const running = pickOf(
    world.steps.filter(({ state }) => state === 'RUNNING'),
    next.pick,
  );
  switch (next.kind) {
    case 'CLAIM':
      if (ready) begin(world, ready);
      return;
    case 'FINISH':
      if (running) finish(world, running, resultOf(world, running, next.how));
      return;
    case 'LOSE':
      if (!running) return;
      if (next.pick % 2 === 0) world.done.add(running.id);
      return lose(world, running);
    case 'REFUSE': {
      const step = ready ?? running;
      if (!step) return;
      const isEffectUnknown = inDoubt(world).has(step.id);
      const denied = { code: 'POLICY_DENIED', message: 'Not today.' } as const;
      return finish(world, step, { kind: 'REFUSED', failure: denied, end: 'DENIED', isEffectUnknown });
    }
    case 'HOLD': {
      // Of one in flight, what its own intent leaves open is known: it was not called.
      const step = next.pick % 2 === 0 ? ready : running;
      if (!step) return;
      const isEffectUnknown = step === running ? world.unsure.has(step.id) : inDoubt(world).has(step.id);
      return finish(world, step, { kind: 'HELD', hold, failure, delayMs: 10, isEffectUnknown });
    }
    case 'CANCEL':
      return apply(world, cancelRun(world.run, world.steps, inDoubt(world), at(world.clock)));
  }
};

/** Lets everything that can still move do so, with success. */
const drain = (world: World): void => {
  for (let left = 200; left > 0 && !world.run.finishedAt; left -= 1) {
    perform(world, { kind: 'CLAIM', pick: left });
    perform(world, { kind: 'FINISH', how: 'OK', pick: left });
  }
};

const after = (needs: readonly (readonly number[])[], maxRetries: number, moves: readonly Move[]): World => {
  const world = newWorld(needs, maxRetries);
  moves.forEach((next) => perform(world, next));
  drain(world);
  return world;
};

const everyWorld = (check: (world: World, maxRetries: number) => void): void => {
  const property = fc.property(anyNeeds, anyRetries, anyMoves, (needs, maxRetries, moves) => {
    check(after(needs, maxRetries, moves), maxRetries);
  });
  fc.assert(property, { numRuns: 300 });
};

describe('whatever happens, a run', () => {
  it('ends exactly once, with nothing left that moves', () => {
    everyWorld(({ run, steps, ends }) => {
      expect(ends).toHaveLength(1);
      expect(run.finishedAt).not.toBeNull();
      expect(steps.filter(({ state }) => ['BLOCKED', 'READY', 'RUNNING'].includes(state))).toEqual([]);
      expect(become('RUNNING', ends[0] ?? 'FAILED')).toBe(ends[0]);
    });
  });

  it('starts a step only when everything that it depends on has succeeded', () => {
    everyWorld(({ starts, steps }) => {
      for (const { name, succeeded } of starts) {
        const step = steps.find((other) => other.name === name);
        for (const needed of step?.dependsOn ?? ['no such step']) expect(succeeded).toContain(needed);
      }
    });
  });

  it('starts nothing after it was stopped', () => {
    everyWorld(({ starts }) => {
      expect(starts.filter(({ wasStopped }) => wasStopped)).toEqual([]);
    });
  });

  it('tries no step more often than its plan allows', () => {
    everyWorld(({ steps }, maxRetries) => {
      for (const step of steps) expect(step.attempt).toBeLessThanOrEqual(maxRetries + 1);
    });
  });

  it('settles every intent', () => {
    everyWorld(({ ledger }) => {
      expect([...ledger.values()].filter(({ state }) => state === 'INTENDED')).toEqual([]);
    });
  });

  it('never passes over an effect that may stand: the step succeeded, or a person is asked', () => {
    everyWorld(({ run, steps, ledger, done, ends }) => {
      for (const step of steps) {
        const effect = ledger.get(step.id);
        if (!done.has(step.id) && !(effect && isInDoubt(effect))) continue;
        expect(['SUCCEEDED', 'NEEDS_ATTENTION']).toContain(step.state);
        if (step.state === 'NEEDS_ATTENTION')
          expect([run.status, ...ends]).toEqual(['NEEDS_ATTENTION', 'NEEDS_ATTENTION']);
        expect(effect?.state).toBe(step.state === 'SUCCEEDED' ? 'SUCCEEDED' : 'UNKNOWN');
      }
    });
  });

  it('says that it did nothing only where it did nothing', () => {
    everyWorld(({ done, ends }) => {
      if (['DENIED', 'EXPIRED', 'PLANNING'].includes(ends[0] ?? '')) expect([...done]).toEqual([]);
    });
  });

  it('succeeds exactly where every step did', () => {
    everyWorld(({ steps, ends }) => {
      expect(ends[0] === 'SUCCEEDED').toBe(steps.every(({ state }) => state === 'SUCCEEDED'));
    });
  });

  it('has a finishing time, no lease and no worker on every step that ended', () => {
    everyWorld(({ steps }) => {
      for (const step of steps)
        expect(step).toMatchObject({ leaseUntil: null, worker: null, finishedAt: expect.any(Date) });
    });
  });
});

describe('a run that nothing disturbs', () => {
  it('succeeds with one attempt of each step, each dispatched once', () => {
    const property = fc.property(anyNeeds, anyRetries, (needs, maxRetries) => {
      const { steps, ends, starts } = after(needs, maxRetries, []);
      expect(ends).toEqual(['SUCCEEDED']);
      expect(starts.map(({ name }) => name).toSorted()).toEqual(steps.map(({ name }) => name).toSorted());
      for (const step of steps) expect(step).toMatchObject({ attempt: 1, dispatchEpoch: 1 });
    });
    fc.assert(property);
  });
});
