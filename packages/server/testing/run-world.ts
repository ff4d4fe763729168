import type { TaskStatus } from '@countersign/shared';
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { refusal, type Refusal } from '../src/domain/errors.ts';
import { startRun } from '../src/domain/intake.ts';
import type { PlanDocumentStep } from '../src/domain/plan.ts';
import { afterLoss, effectAfter, isInDoubt } from '../src/domain/recovery.ts';
import { undoingsOf, type UndoPlan } from '../src/domain/rollback.ts';
import {
  cancelRun,
  pauseRun,
  resolveStep,
  resumeRun,
  retryStep,
  rollbackRun,
} from '../src/domain/run-control.ts';
import {
  noCancel,
  noPause,
  noResolution,
  noResume,
  noRetry,
  noRollback,
} from '../src/domain/run-refusals.ts';
import { clockOf } from '../src/domain/run-state.ts';
import type { AttemptResult, Effect, Run, RunEnd, Settlement, Step } from '../src/domain/run.ts';
import { settle } from '../src/domain/settle.ts';
import { statusAfter } from '../src/domain/task-of-run.ts';
import { aDocument, aDocumentStep, anEffect, aPerson, aTask, at } from './domain-samples.ts';

/** A run under people's hands. `done` is the platform's truth: the actions whose effect stands. */
export interface RunWorld {
  status: TaskStatus;
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
  hasFallback: fc.oneof(
    { weight: 4, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
});
export const anyPlan = fc.record({
  steps: fc.array(anyStep, { minLength: 1, maxLength: 8 }),
  isTransactional: fc.boolean(),
  onFail: fc.constantFrom('PAUSE' as const, 'ROLL_BACK' as const),
  errorBudget: fc.nat({ max: 1 }),
  maxRetries: fc.nat({ max: 2 }),
});
export type AnyPlan = typeof anyPlan extends fc.Arbitrary<infer Shape> ? Shape : never;

const finishes = ['OK', 'OK', 'OK', 'OK', 'RETRY', 'DOUBT', 'FAIL', 'UNKNOWN', 'DRIFT'] as const;
/** Said of a step before it is called. */
const answers = ['REFUSE', 'HOLD'] as const;
export const commands = ['PAUSE', 'RESUME', 'ROLLBACK', 'RETRY', 'RESOLVE', 'CANCEL'] as const;
export type CommandName = (typeof commands)[number];
export const anyMoves = fc.array(
  fc.record({
    what: fc.oneof(
      { weight: 8, arbitrary: fc.constant('CLAIM' as const) },
      { weight: 8, arbitrary: fc.constantFrom(...finishes) },
      { weight: 3, arbitrary: fc.constantFrom(...commands) },
      { weight: 1, arbitrary: fc.constantFrom('LOSE' as const, ...answers) },
    ),
    pick: fc.nat({ max: 20 }),
  }),
  { maxLength: 70 },
);
interface Move {
  readonly what: 'CLAIM' | 'LOSE' | (typeof finishes)[number] | (typeof answers)[number] | CommandName;
  readonly pick: number;
}

export const newWorld = (shape: AnyPlan): RunWorld => {
  const { isTransactional, onFail, errorBudget, maxRetries } = shape;
  const planned = shape.steps.flatMap(({ needs, kind, hasFallback }, index): PlanDocumentStep[] => {
    const step: PlanDocumentStep = {
      ...aDocumentStep({ name: `s${index}` }),
      dependsOn: [...new Set(needs)].filter((to) => to < index).map((to) => `s${to}`),
      ...(kind === 'UNDOABLE' ? { undo: 'COMPENSATE' } : {}),
      ...(kind === 'GATE' ? { kind: 'GATE', expect: {} } : {}),
    };
    const fallback = { ...step, name: `fallback:s${index}`, fallbackFor: step.name };
    return hasFallback && kind !== 'GATE' ? [step, fallback] : [step];
  });
  const document = aDocument({
    retry: { maxRetries, initialDelayMs: 10, backoffMultiplier: 2, maxDelayMs: 100 },
    ...(isTransactional ? { transactional: true } : {}),
    phases: [{ number: 1, name: 'Canary', soakMs: 0, errorBudget, onFail }],
    steps: planned.map((step, ordinal) => ({ ...step, ordinal })),
  });
  let count = 0;
  const newId = (): string => `id-${(count += 1)}`;
  const categories = planned.map(({ kind }) => (kind === 'GATE' ? 'READ' : 'WRITE'));
  const { run, steps } = startRun(aTask(), document, at(0), newId);
  const plan = { ...undoingsOf(document, categories), newId };
  return {
    status: 'QUEUED',
    run,
    steps,
    plan,
    done: new Set(),
    everDone: new Set(),
    ledger: new Map(),
    ends: [],
    clock: 0,
  };
};

/** The same once more, so that something can be tried. */
export const copyOf = (world: RunWorld): RunWorld => ({
  ...world,
  done: new Set(world.done),
  everDone: new Set(world.everDone),
  ledger: new Map(world.ledger),
  ends: [...world.ends],
});

const apply = (world: RunWorld, settlement: Settlement): void => {
  const { run, changed, added, toDispatch, end } = settlement;
  const after = new Map(changed.map((step) => [step.id, step]));
  world.steps = [...world.steps.map((step) => after.get(step.id) ?? step), ...added];
  world.run = run;
  world.status = statusAfter(world.status, settlement);
  expect(run.pause === null || toDispatch.length === 0, 'a paused run starts nothing').toBe(true);
  expect((run.finishedAt !== null) === (end !== null)).toBe(true);
  if (end) world.ends.push(end);
  if (end && run.rollback) expect(['ROLLED_BACK', 'NEEDS_ATTENTION']).toContain(end);
  if (end === 'ROLLED_BACK') expect([...world.done]).toEqual([]);
};

const inDoubt = ({ ledger }: RunWorld): Set<string> =>
  new Set([...ledger.values()].filter(isInDoubt).map(({ stepId }) => stepId));
const of = <Item>(items: readonly Item[], pick: number): Item | undefined =>
  items[pick % Math.max(1, items.length)];

const begin = (world: RunWorld, step: Step): void => {
  const { rollback } = world.run;
  expect(step.kind === 'UNDO').toBe(rollback !== null);
  if (step.undoes !== null) expectItsTurn(world, step.undoes);
  const started: Step = { ...step, state: 'RUNNING', attempt: step.attempt + 1, fence: step.fence + 1 };
  world.steps = world.steps.map((other) => (other === step ? started : other));
  world.ledger.set(step.id, { ...anEffect(step.name), stepId: step.id, state: 'INTENDED' });
  if (world.run.startedAt === null) world.run = { ...world.run, status: 'RUNNING', startedAt: at(0) };
  if (world.status === 'QUEUED') world.status = 'RUNNING';
};

const expectItsTurn = (world: RunWorld, undone: string): void => {
  expect(world.everDone, 'nothing is undone that was not done').toContain(undone);
  const { steps } = world.plan.document;
  const upon = steps.filter(({ dependsOn, undo }) => undo && dependsOn.includes(undone));
  const standing = upon.filter(({ name }) =>
    world.steps.some((other) => other.name === name && other.state === 'SUCCEEDED' && !other.resolution),
  );
  expect(standing, 'the last done is the first undone').toEqual([]);
};

/** How long a retry waits: less than people take for a word. */
const delayMs = 10;
const failure = { code: 'NETWORK_ERROR', message: 'It broke.' } as const;

/** The platform does what it was asked for, whoever hears of that. */
const make = ({ done, everDone }: RunWorld, { kind, name, undoes }: Step): void => {
  if (kind === 'ACTION') {
    done.add(name);
    everDone.add(name);
  }
  if (undoes !== null) done.delete(undoes);
};

/** Whether the platform holds its effect. */
const isMade = ({ done }: RunWorld, { name, undoes }: Step): boolean =>
  undoes === null ? done.has(name) : !done.has(undoes);

const finish = (world: RunWorld, step: Step, result: AttemptResult): void => {
  const now = at(world.clock);
  apply(world, settle(world.run, world.steps, step.id, result, inDoubt(world), now, world.plan));
  const effect = world.ledger.get(step.id);
  if (effect) world.ledger.set(step.id, effectAfter(effect, result, now));
};

/** Its worker vanished: whoever finds the step takes it up again, or says how it ended. */
const lose = (world: RunWorld, step: Step, pick: number): void => {
  if (pick % 2 === 0) make(world, step);
  if (world.run.pause) return;
  const result = afterLoss(world.run, world.steps, step, step.kind !== 'GATE');
  if (result) finish(world, step, result);
  else begin(world, step);
};

/** Before its call it is told to wait, or that it may not run. */
const answer = (world: RunWorld, step: Step, how: (typeof answers)[number]): void => {
  const isEffectUnknown = step.kind !== 'GATE' && inDoubt(world).has(step.id);
  if (how === 'REFUSE')
    return finish(world, step, {
      kind: 'REFUSED',
      failure: { code: 'CONFLICT', message: 'Not this.' },
      end: 'FAILED',
      isEffectUnknown,
    });
  const hold = { rule: 'lock', reason: 'Somebody else has it.' };
  finish(world, step, { kind: 'HELD', hold, failure, delayMs, isEffectUnknown });
};

const resultOf = (
  world: RunWorld,
  step: Step,
  how: (typeof finishes)[number],
  pick: number,
): AttemptResult => {
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

export const word = { by: 'operator', reason: 'Because.' };
const operator = aPerson('operator', { roles: ['OPERATOR'] });

/** Orders something, of this step where it is about one; gives why not, null where it was done. */
export const order = (world: RunWorld, what: CommandName, step?: Step): Refusal | null => {
  const { run, steps, plan, status } = world;
  const now = at(world.clock);
  const controlled = { task: aTask({ status }), run };
  switch (what) {
    case 'PAUSE': {
      const paused = pauseRun(run, { cause: 'PERSON', ...word, at: now.toISOString() });
      return noPause(operator, controlled) ?? done(world, goingOn(paused));
    }
    case 'RESUME':
      return noResume(operator, controlled) ?? done(world, resumeRun(run, steps, word, now));
    case 'ROLLBACK': {
      const rollback = { cause: 'PERSON', ...word, at: now.toISOString() } as const;
      return (
        noRollback(operator, controlled, steps, plan) ??
        done(world, rollbackRun(run, steps, rollback, inDoubt(world), now, plan))
      );
    }
    case 'CANCEL':
      return noCancel(operator, controlled.task, run) ?? cancel(world, now);
    case 'RETRY':
      return step
        ? (noRetry(operator, controlled, steps, step) ??
            done(world, retryStep(run, steps, step.name, { attempts: 1, timeoutMs: null }, now)))
        : noStep;
    case 'RESOLVE':
      return step ? resolve(world, step, now) : noStep;
  }
};

const noStep = refusal('RESOURCE_NOT_FOUND', 'The run has no such step.');

const goingOn = (run: Run): Settlement => ({
  run,
  changed: [],
  added: [],
  toDispatch: [],
  end: null,
  error: null,
});

const done = (world: RunWorld, settlement: Settlement): null => {
  apply(world, settlement);
  return null;
};

/** As tasks are cancelled: without a run under way, that closes the task. */
const cancel = (world: RunWorld, now: Date): null => {
  const { run, steps } = world;
  if (run.finishedAt !== null) world.status = 'CANCELLED';
  else apply(world, cancelRun(run, steps, inDoubt(world), now));
  return null;
};

/** Whoever looks finds out the truth; what was not undone here they undo by hand. */
const resolve = (world: RunWorld, step: Step, now: Date): Refusal | null => {
  const { run, steps, plan, ledger, status } = world;
  const isOpen = step.state === 'NEEDS_ATTENTION';
  const outcome = !isOpen || isMade(world, step) ? 'HAPPENED' : 'DID_NOT_HAPPEN';
  const no = noResolution(operator, { task: aTask({ status }), run }, steps, step, plan, outcome);
  if (no) return no;
  if (!isOpen) world.done.delete(step.undoes ?? step.name);
  const effect = ledger.get(step.id);
  if (effect && isInDoubt(effect))
    ledger.set(step.id, { ...effect, state: outcome === 'HAPPENED' ? 'SUCCEEDED' : 'FAILED' });
  const resolution = { outcome, by: 'operator', evidence: 'I looked.', at: now.toISOString() } as const;
  return done(world, resolveStep(run, steps, step.name, resolution, null, now, plan));
};

/** Orders it of one of the steps that it may be ordered of. */
const speak = (world: RunWorld, what: CommandName, pick: number): void => {
  // A task that was closed is nobody's any more.
  if (what === 'CANCEL' && world.run.finishedAt !== null) return;
  const isOfStep = what === 'RETRY' || what === 'RESOLVE';
  const open = isOfStep ? world.steps.filter((step) => order(copyOf(world), what, step) === null) : [];
  order(world, what, of(open, pick));
};

/** What lifts a person's pause: what people say of the whole run. */
const lifting: readonly string[] = ['RESUME', 'ROLLBACK', 'CANCEL'];

export const perform = (world: RunWorld, move: Move): void => {
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

const isCommand = (what: Move['what']): what is CommandName => (commands as readonly string[]).includes(what);
const isAnswer = (what: Move['what']): what is (typeof answers)[number] =>
  (answers as readonly string[]).includes(what);

const moveOn = (world: RunWorld, { what, pick }: Move): void => {
  world.clock += 100;
  if (isCommand(what)) return speak(world, what, pick);
  if (what === 'CLAIM' || isAnswer(what)) {
    const ready = of(
      world.steps.filter(({ state }) => state === 'READY'),
      pick,
    );
    if (!ready || world.run.pause || world.run.cancelRequestedAt) return;
    return what === 'CLAIM' ? begin(world, ready) : answer(world, ready, what);
  }
  const step = of(
    world.steps.filter(({ state }) => state === 'RUNNING'),
    pick,
  );
  if (!step) return;
  if (what === 'LOSE') return lose(world, step, pick);
  finish(world, step, resultOf(world, step, what, pick));
};

/** Lets everything that can move by itself do so. */
export const drain = (world: RunWorld): void => {
  for (let round = 0; round < 200; round += 1) {
    const canClaim = world.steps.some(({ state }) => state === 'READY') && !world.run.pause;
    const isBusy = world.steps.some(({ state }) => state === 'RUNNING');
    if (isBusy) perform(world, { what: 'OK', pick: 0 });
    else if (canClaim) perform(world, { what: 'CLAIM', pick: 0 });
    else return;
  }
  expect.fail('it never came to rest');
};
