import type { Effect, GateEvaluation, Run, Step } from './run.ts';

export const isOver = ({ state }: Step): boolean =>
  state !== 'BLOCKED' && state !== 'READY' && state !== 'RUNNING';

/** Its effect stands, or its look was good enough. */
export const isDone = ({ state }: Step): boolean => state === 'SUCCEEDED';

/** Nothing is left of it to do: it was done, or another in its place, or it was not needed. */
export const isSettled = (step: Step): boolean =>
  isDone(step) || step.state === 'REPLACED' || step.state === 'SKIPPED';

/** Names of what is done, by itself or by what took its place. */
export const doneNames = (steps: readonly Step[]): ReadonlySet<string> =>
  new Set(steps.filter(isDone).flatMap(({ name, fallbackFor }) => [name, fallbackFor ?? name]));

/** The step of this name, or what took its place. */
export const doneAs = (steps: readonly Step[], of: string): Step | undefined =>
  steps.find((step) => isDone(step) && (step.name === of || step.fallbackFor === of));

/** What a run is while it is under way. */
export const goingStatus = ({ startedAt }: Pick<Run, 'startedAt'>): 'QUEUED' | 'RUNNING' =>
  startedAt === null ? 'QUEUED' : 'RUNNING';

export interface HeldUpGate extends Step {
  readonly gate: GateEvaluation;
}

/** A gate that has looked and does not let the run go on, unless somebody says so. */
export const isHeldUp = (step: Step): step is HeldUpGate =>
  step.kind === 'GATE' && step.state === 'FAILED' && step.gate !== null;

/** An undoing that failed, and of which a person has said that its step stays as it is: the rest goes on without it. */
export const isGivenUp = ({ kind, state, resolution }: Step): boolean =>
  kind === 'UNDO' && state === 'CANCELLED' && resolution !== null;

const stops = (step: Step): boolean =>
  isOver(step) && !isSettled(step) && step.state !== 'UNDONE' && !isHeldUp(step) && !isGivenUp(step);

/** How every step begins. */
export const unbegun = (isReady: boolean, maxRetries: number, now: Date) =>
  ({
    state: isReady ? 'READY' : 'BLOCKED',
    attempt: 0,
    maxAttempts: maxRetries + 1,
    attemptsBefore: 0,
    looks: 0,
    fence: 0,
    leaseUntil: null,
    worker: null,
    dispatchEpoch: isReady ? 1 : 0,
    dispatchedAt: isReady ? now : null,
    nextAttemptAt: now,
    readyAt: isReady ? now : null,
    startedAt: null,
    finishedAt: null,
    output: null,
    error: null,
    hold: null,
    gate: null,
    resolution: null,
    standsOn: null,
  }) satisfies Partial<Step>;

/**
 * Whether nothing of a run may start any more: somebody ended it, or one of its steps did. Once a run undoes what
 * it did, only its undoing counts, which one failure stops.
 */
export const isStopped = (
  { cancelRequestedAt, rollback }: Pick<Run, 'cancelRequestedAt' | 'rollback'>,
  steps: readonly Step[],
): boolean => {
  if (cancelRequestedAt !== null) return true;
  if (rollback === null) return steps.some(stops);
  const undoing = steps.filter(({ kind }) => kind === 'UNDO');
  return undoing.length === 0 || undoing.some(stops);
};

/** The time by which steps wait: it stands still while the run is paused. */
export const clockOf = ({ pause }: Pick<Run, 'pause'>, now: Date): Date =>
  pause === null ? now : new Date(pause.at);

/**
 * Whether anything of a run was called, by its steps and their effects. An attempt that was held before its call is given
 * back: of one that has none left, an effect that failed was never asked for.
 */
export const hasBegun = (
  steps: readonly Pick<Step, 'id' | 'attempt'>[],
  effects: ReadonlyMap<string, Pick<Effect, 'state'>>,
): boolean =>
  steps.some(({ id, attempt }) => {
    const effect = effects.get(id);
    return effect !== undefined && (attempt > 0 || effect.state !== 'FAILED');
  });
