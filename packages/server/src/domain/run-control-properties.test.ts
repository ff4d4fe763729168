import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aDocument, aDocumentStep, anEffect, aTask, at } from '../../testing/domain-samples.ts';
import { startRun } from './intake.ts';
import type { PlanDocumentStep } from './plan.ts';
import { afterLoss, effectAfter, isInDoubt } from './recovery.ts';
import { undoingsOf, type UndoPlan } from './rollback.ts';
import { cancelRun, pauseRun, resolveStep, resumeRun, retryStep, rollbackRun } from './run-control.ts';
import { clockOf, isHeldUp } from './run-state.ts';
import type { AttemptResult, Effect, Run, RunEnd, Settlement, Step } from './run.ts';
import { settle } from './settle.ts';

/** A run under people's hands. `done` is the platform's truth: the actions whose effect stands. */
interface World {
  run: Run;
  steps: readonly Step[];
  readonly plan: UndoPlan;
  readonly done: Set<string>;
  readonly everDone: Set<string>;
  /** By the step's id. */
  readonly ledger: Map<string, Effect>;
  readonly ends: RunEnd[];
  clock: number;
}

const anyStep = fc.record({
  needs: fc.array(fc.nat({ max: 7 }), { maxLength: 3 }),
  kind: fc.oneof(
    { weight: 5, arbitrary: fc.constant('UNDOABLE' as const) },
    { weight: 1, arbitrary: fc.constantFrom('BY_HAND' as const, 'GATE' as const) },
  ),
});
const anyPlan = fc.record({
  steps: fc.array(anyStep, { minLength: 1, maxLength: 8 }),
  isTransactional: fc.boolean(),
  onFail: fc.constantFrom('PAUSE' as const, 'ROLL_BACK' as const),
  errorBudget: fc.nat({ max: 1 }),
  maxRetries: fc.nat({ max: 2 }),
});

const finishes = ['OK', 'OK', 'OK', 'OK', 'RETRY', 'DOUBT', 'FAIL', 'UNKNOWN', 'DRIFT'] as const;
const words = ['PAUSE', 'RESUME', 'ROLLBACK', 'RETRY', 'RESOLVE', 'CANCEL'] as const;
const anyMoves = fc.array(
  fc.record({
    what: fc.oneof(
      { weight: 8, arbitrary: fc.constant('CLAIM' as const) },
      { weight: 8, arbitrary: fc.constantFrom(...finishes) },
      { weight: 3, arbitrary: fc.constantFrom(...words) },
      { weight: 1, arbitrary: fc.constant('LOSE' as const) },
    ),
    pick: fc.nat({ max: 20 }),
  }),
  { maxLength: 70 },
);
type Move = {
  readonly what: 'CLAIM' | 'LOSE' | (typeof finishes)[number] | (typeof words)[number];
  readonly pick: number;
};

const newWorld = (shape: typeof anyPlan extends fc.Arbitrary<infer Shape> ? Shape : never): World => {
  const { isTransactional, onFail, errorBudget, maxRetries } = shape;
  const document = aDocument({
    retry: { maxRetries, initialDelayMs: 10, backoffMultiplier: 2, maxDelayMs: 100 },
    ...(isTransactional ? { transactional: true } : {}),
    phases: [{ number: 1, name: 'Canary', soakMs: 0, errorBudget, onFail }],
    steps: shape.steps.map(({ needs, kind }, ordinal): PlanDocumentStep => ({
      ...aDocumentStep({ name: `s${ordinal}`, ordinal }),
      dependsOn: [...new Set(needs)].filter((to) => to < ordinal).map((to) => `s${to}`),
      ...(kind === 'UNDOABLE' ? { undo: 'COMPENSATE' } : {}),
      ...(kind === 'GATE' ? { kind: 'GATE', expect: {} } : {}),
    })),
  });
  let count = 0;
  const newId = (): string => `id-${(count += 1)}`;
  const categories = shape.steps.map(({ kind }) => (kind === 'GATE' ? 'READ' : 'WRITE'));
  const { run, steps } = startRun(aTask(), document, at(0), newId);
  const plan = { ...undoingsOf(document, categories), newId };
  return { run, steps, plan, done: new Set(), everDone: new Set(), ledger: new Map(), ends: [], clock: 0 };
};

const apply = (world: World, settlement: Settlement): void => {
  const { run, changed, added, toDispatch, end } = settlement;
  const after = new Map(changed.map((step) => [step.id, step]));
  world.steps = [...world.steps.map((step) => after.get(step.id) ?? step), ...added];
  world.run = run;
  expect(run.pause === null || toDispatch.length === 0, 'a paused run starts nothing').toBe(true);
  expect((run.finishedAt !== null) === (end !== null)).toBe(true);
  if (end) world.ends.push(end);
  if (end && run.rollback) expect(['ROLLED_BACK', 'NEEDS_ATTENTION']).toContain(end);
  if (end === 'ROLLED_BACK') expect([...world.done]).toEqual([]);
};

const inDoubt = ({ ledger }: World): Set<string> =>
  new Set([...ledger.values()].filter(isInDoubt).map(({ stepId }) => stepId));
const of = <Item>(items: readonly Item[], pick: number): Item | undefined =>
  items[pick % Math.max(1, items.length)];

const begin = (world: World, step: Step): void => {
  const { rollback } = world.run;
  expect(step.kind === 'UNDO').toBe(rollback !== null);
  if (step.undoes !== null) {
    expect(world.everDone, 'nothing is undone that was not done').toContain(step.undoes);
    const { steps } = world.plan.document;
    const upon = steps.filter(({ dependsOn, undo }) => undo && dependsOn.includes(step.undoes ?? ''));
    const standing = upon.filter(({ name }) =>
      world.steps.some((other) => other.name === name && other.state === 'SUCCEEDED' && !other.resolution),
    );
    expect(standing, 'the last done is the first undone').toEqual([]);
  }
  const started: Step = { ...step, state: 'RUNNING', attempt: step.attempt + 1, fence: step.fence + 1 };
  world.steps = world.steps.map((other) => (other === step ? started : other));
  world.ledger.set(step.id, { ...anEffect(step.name), stepId: step.id, state: 'INTENDED' });
  world.run = {
    ...world.run,
    status: world.run.pause ? 'PAUSED' : 'RUNNING',
    startedAt: world.run.startedAt ?? at(0),
  };
};

/** How long a retry waits: less than people take for a word. */
const delayMs = 10;
const failure = { code: 'NETWORK_ERROR', message: 'It broke.' } as const;

/** The platform does what it was asked for, whoever hears of that. */
const make = ({ done, everDone }: World, { kind, name, undoes }: Step): void => {
  if (kind === 'ACTION') {
    done.add(name);
    everDone.add(name);
  }
  if (undoes !== null) done.delete(undoes);
};

/** Whether the platform holds its effect. */
const isMade = ({ done }: World, { name, undoes }: Step): boolean =>
  undoes === null ? done.has(name) : !done.has(undoes);

const finish = (world: World, step: Step, result: AttemptResult): void => {
  const now = at(world.clock);
  apply(world, settle(world.run, world.steps, step.id, result, inDoubt(world), now, world.plan));
  const effect = world.ledger.get(step.id);
  if (effect) world.ledger.set(step.id, effectAfter(effect, result, now));
};

/** Its worker vanished: whoever finds the step takes it up again, or says how it ended. */
const lose = (world: World, step: Step, pick: number): void => {
  if (pick % 2 === 0) make(world, step);
  if (world.run.pause) return;
  const result = afterLoss(world.run, world.steps, step, step.kind !== 'GATE');
  if (result) finish(world, step, result);
  else begin(world, step);
};

const resultOf = (world: World, step: Step, how: (typeof finishes)[number], pick: number): AttemptResult => {
  if (how === 'OK' && step.kind === 'GATE') {
    const status = (['PASS', 'PASS', 'FAIL', 'UNKNOWN'] as const)[pick % 4] ?? 'PASS';
    return { kind: 'SUCCEEDED', output: {}, verdict: { status, message: 'It looked.' } };
  }
  // What an earlier attempt did, a worker never reports as nothing.
  const isThere = step.kind !== 'GATE' && isMade(world, step);
  if (isThere && (how === 'FAIL' || how === 'DRIFT')) return resultOf(world, step, 'DOUBT', pick);
  if (how === 'OK' || ((how === 'UNKNOWN' || how === 'DOUBT') && pick % 2 === 0)) make(world, step);
  switch (how) {
    case 'OK':
      return { kind: 'SUCCEEDED', output: {} };
    case 'RETRY':
      return { kind: 'RETRIABLE', failure, delayMs, isEffectUnknown: isThere };
    case 'DOUBT':
      return { kind: 'RETRIABLE', failure, delayMs, isEffectUnknown: step.kind !== 'GATE' };
    case 'FAIL':
      return { kind: 'FAILED', failure };
    case 'UNKNOWN':
      return { kind: 'UNKNOWN', failure: { code: 'OUTCOME_UNKNOWN', message: 'Who knows?' } };
    case 'DRIFT':
      return { kind: 'DRIFTED', failure: { code: 'PRECONDITION_FAILED', message: 'It moved.' } };
  }
};

const word = { by: 'operator', reason: 'Because.' };

const speak = (world: World, what: (typeof words)[number], pick: number): void => {
  const { run, steps, plan } = world;
  const now = at(world.clock);
  const isOver = run.finishedAt !== null;
  const anew = { attempts: 1, timeoutMs: null };
  switch (what) {
    case 'PAUSE':
      if (!isOver && !run.pause && !run.cancelRequestedAt)
        world.run = pauseRun(run, { cause: 'PERSON', ...word, at: now.toISOString() });
      return;
    case 'RESUME':
      if (run.pause) apply(world, resumeRun(run, steps, word, now));
      return;
    case 'ROLLBACK':
      if (run.rollback || ['SUCCEEDED', 'CANCELLED'].includes(run.status) || run.startedAt === null) return;
      return apply(
        world,
        rollbackRun(
          run,
          steps,
          { cause: 'PERSON', ...word, at: now.toISOString() },
          inDoubt(world),
          now,
          plan,
        ),
      );
    case 'RETRY': {
      const isOpen = isOver && (run.status === 'FAILED' || run.rollback !== null) && !run.cancelRequestedAt;
      const failed = steps.filter(
        (step) =>
          step.state === 'FAILED' &&
          ((isOpen && (step.kind === 'UNDO') === (run.rollback !== null)) ||
            (run.pause && !run.rollback && isHeldUp(step))),
      );
      const step = of(failed, pick);
      if (step) apply(world, retryStep(run, steps, step.name, anew, now));
      return;
    }
    case 'RESOLVE': {
      const step = of(
        steps.filter(({ state }) => state === 'NEEDS_ATTENTION'),
        pick,
      );
      if (!step) return;
      // Whoever looks finds out the truth.
      const outcome = isMade(world, step) ? 'HAPPENED' : 'DID_NOT_HAPPEN';
      const resolution = { outcome, by: 'operator', evidence: 'I looked.', at: now.toISOString() } as const;
      const effect = world.ledger.get(step.id);
      const state = outcome === 'HAPPENED' ? 'SUCCEEDED' : 'FAILED';
      if (effect) world.ledger.set(step.id, { ...effect, state });
      return apply(world, resolveStep(run, steps, step.name, resolution, null, now, plan));
    }
    case 'CANCEL':
      if (!isOver && !run.rollback) apply(world, cancelRun(run, steps, inDoubt(world), now));
  }
};

/** What lifts a person's pause: what people say of the whole run. */
const lifting: readonly string[] = ['RESUME', 'ROLLBACK', 'CANCEL'];

const perform = (world: World, move: Move): void => {
  const { pause } = world.run;
  moveOn(world, move);
  const { run } = world;
  const isLifted = lifting.includes(move.what) || run.finishedAt !== null;
  if (pause?.cause === 'PERSON' && !isLifted) expect(run.pause, 'nobody lifted the pause').toEqual(pause);
  for (const { name, state, nextAttemptAt } of world.steps)
    if (state === 'READY')
      expect(nextAttemptAt.getTime(), `${name} is due by the clock that its run has`).toBeLessThanOrEqual(
        clockOf(run, at(world.clock)).getTime() + delayMs,
      );
};

const moveOn = (world: World, { what, pick }: Move): void => {
  world.clock += 100;
  if (what === 'CLAIM') {
    const step = of(
      world.steps.filter(({ state }) => state === 'READY'),
      pick,
    );
    if (step && !world.run.pause && !world.run.cancelRequestedAt) begin(world, step);
    return;
  }
  if ((words as readonly string[]).includes(what)) return speak(world, what as (typeof words)[number], pick);
  const step = of(
    world.steps.filter(({ state }) => state === 'RUNNING'),
    pick,
  );
  if (!step) return;
  if (what === 'LOSE') return lose(world, step, pick);
  finish(world, step, resultOf(world, step, what as (typeof finishes)[number], pick));
};

/** Lets everything that can move by itself do so. */
const drain = (world: World): void => {
  for (let round = 0; round < 200; round += 1) {
    const canClaim = world.steps.some(({ state }) => state === 'READY') && !world.run.pause;
    const isBusy = world.steps.some(({ state }) => state === 'RUNNING');
    if (isBusy) perform(world, { what: 'OK', pick: 0 });
    else if (canClaim) perform(world, { what: 'CLAIM', pick: 0 });
    else return;
  }
  expect.fail('it never came to rest');
};

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
          if (['FAILED', 'CANCELLED', 'UNDONE'].includes(state))
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

const isByHand = ({ plan }: World, { name }: Step): boolean => plan.undoing.get(name) === 'BY_HAND';

describe('a pause', () => {
  it('by a person keeps a run from turning back by itself until somebody lifts it', () => {
    const world = newWorld({
      steps: [
        { needs: [], kind: 'UNDOABLE' },
        { needs: [0], kind: 'GATE' },
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
            steps: [{ needs: [], kind: 'UNDOABLE' }],
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
