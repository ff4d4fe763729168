import { isFinalStatus, type ResolutionOutcome } from '@countersign/shared';
import { refusal, type Refusal } from './errors.ts';
import { hasRight, type Principal } from './principal.ts';
import { reachOf, type Undoings } from './rollback.ts';
import { isGivenUp, isHeldUp } from './run-state.ts';
import type { Run, Step } from './run.ts';
import { isCancellable, mayCancel, type Task } from './task.ts';

/** A run with its task, as whoever is about to control it sees them. */
export interface Controlled {
  readonly task: Pick<Task, 'tenantId' | 'status'>;
  /** Of the current revision; null where nothing ran yet. */
  readonly run: Run | null;
}

const notNow = (message: string): Refusal => refusal('NOT_IN_THIS_STATE', message);

const unknownTask = refusal('RESOURCE_NOT_FOUND', 'There is no such task.');
const noOperator = refusal('AUTHORIZATION_FAILED', 'This needs the operator role.');
const beingCancelled = notNow('It is being cancelled, and ends with the steps in flight.');
const nothingRuns = ({ task }: Controlled): Refusal =>
  notNow(`Nothing of the task runs: it is ${task.status}. What waits for a decision can be cancelled.`);

const strange = (viewer: Principal, { task }: Controlled): Refusal | null => {
  if (task.tenantId !== viewer.tenantId) return unknownTask;
  return hasRight(viewer, 'OPERATE') ? null : noOperator;
};

/** Why the viewer may not pause the run now; null where they may. So do all that follow. */
export const noPause = (viewer: Principal, controlled: Controlled): Refusal | null => {
  const { run } = controlled;
  const no = strange(viewer, controlled);
  if (no) return no;
  if (!run || run.finishedAt) return nothingRuns(controlled);
  if (run.cancelRequestedAt) return beingCancelled;
  return run.pause ? notNow(`It is paused already. ${waysOn(run)}`) : null;
};

/** What lets a paused run go on, or ends it. */
const waysOn = ({ rollback, startedAt }: Run): string => {
  if (rollback) return 'Resume it: it goes on undoing what it did.';
  return startedAt === null ? 'Resume it or cancel it.' : 'Resume it, roll it back or cancel it.';
};

export const noResume = (viewer: Principal, controlled: Controlled): Refusal | null => {
  const { run } = controlled;
  const no = strange(viewer, controlled);
  if (no) return no;
  if (!run || run.finishedAt) return nothingRuns(controlled);
  return run.pause ? null : notNow('It is not paused.');
};

export const noRollback = (
  viewer: Principal,
  controlled: Controlled,
  steps: readonly Step[],
  plan: Undoings | null,
): Refusal | null => {
  const { run, task } = controlled;
  const no = strange(viewer, controlled);
  if (no) return no;
  if (!run) return nothingRuns(controlled);
  if (run.rollback && task.status === 'NEEDS_ATTENTION')
    return notNow(
      'It was rolled back as far as that went. Retry the step that stopped it, or say what became of it by hand.',
    );
  if (run.rollback && run.pause) return notNow('It is paused on its way back. Resume it.');
  if (run.rollback) return notNow('It is rolled back already.');
  if (run.finishedAt && !isFinalStatus(task.status) && task.status !== 'NEEDS_ATTENTION')
    return nothingRuns(controlled);
  if (run.finishedAt && task.status !== 'FAILED' && task.status !== 'NEEDS_ATTENTION')
    return notNow(`It has ended: ${task.status}. Submit a task that takes it back.`);
  if (run.startedAt === null)
    return notNow(
      run.finishedAt
        ? 'No step of it was started, so there is nothing to undo.'
        : 'Nothing was done yet. Cancel the task instead.',
    );
  if (!plan)
    return notNow('Its stored plan is not the plan that was decided on: nothing can be undone by it.');
  const { undoes } = reachOf(steps, plan);
  return run.finishedAt && undoes.length === 0
    ? notNow('Nothing of what it did can be undone here. Undo it by hand.')
    : null;
};

/** Why the undoing that goes on cannot be let go on under a stop; null where it can. */
export const noUndoUnderStop = (viewer: Principal, controlled: Controlled): Refusal | null => {
  const no = strange(viewer, controlled);
  if (no) return no;
  const { run } = controlled;
  if (!run || run.finishedAt || !run.rollback) return notNow('It undoes nothing now.');
  return run.rollback.isUnderStop ? notNow('It is rolled back under the stop already.') : null;
};

export const noRetry = (
  viewer: Principal,
  controlled: Controlled,
  steps: readonly Step[],
  step: Step,
): Refusal | null => {
  const { run, task } = controlled;
  const no = strange(viewer, controlled);
  if (no) return no;
  if (step.state !== 'FAILED' || !run)
    return notNow(`${step.name} is ${step.state}: only a step that failed can be tried anew.`);
  if (run.rollback && step.kind !== 'UNDO')
    return notNow('The run is rolled back: only what undoes can be tried anew. Submit the task anew.');
  if (run.pause && isHeldUp(step)) return null;
  if (run.cancelRequestedAt && !run.finishedAt) return beingCancelled;
  // What else failed in it may be tried anew already: several steps of one run are redriven together.
  if (!run.finishedAt)
    return run.pause || run.rollback ? notNow('Its run is still under way. Wait for its end.') : null;
  const isOpen = task.status === 'FAILED' || (run.rollback !== null && task.status === 'NEEDS_ATTENTION');
  const unknown = steps.find(({ state }) => state === 'NEEDS_ATTENTION');
  if (!isOpen && unknown) return notNow(`Nobody knows whether ${unknown.name} happened. Resolve it first.`);
  if (!isOpen && !isFinalStatus(task.status)) return nothingRuns(controlled);
  return isOpen ? null : notNow(`The task has ended: ${task.status}. Submit it anew.`);
};

/** `plan` says what could not be undone here; null where it cannot be read. */
export const noResolution = (
  viewer: Principal,
  controlled: Controlled,
  steps: readonly Step[],
  step: Step,
  plan: Undoings | null,
  outcome?: ResolutionOutcome,
): Refusal | null => {
  const no = strange(viewer, controlled);
  if (no) return no;
  if (viewer.type !== 'HUMAN')
    return refusal('AUTHORIZATION_FAILED', 'Only a person can say what happened where nobody can know.');
  const { status } = controlled.task;
  if (step.state === 'NEEDS_ATTENTION') {
    const isOpen = status === 'NEEDS_ATTENTION' || status === 'RUNNING' || status === 'PAUSED';
    return isOpen ? null : notNow(`The task was closed: ${status}.`);
  }
  const isUndone = isUndoneByHand(controlled, steps, step, plan);
  if (!isUndone) return notNow(`${step.name} is ${step.state}: what happened is known.`);
  return outcome === 'DID_NOT_HAPPEN' && step.state !== 'FAILED'
    ? notNow(`That ${step.undoes ?? step.name} was not undone is known.`)
    : null;
};

/** What a rollback could not undo, people undo: an undoing that failed, and a step that nothing here undoes. */
const isUndoneByHand = (
  { run, task }: Controlled,
  steps: readonly Step[],
  step: Step,
  plan: Undoings | null,
): boolean => {
  if (!run?.rollback || task.status !== 'NEEDS_ATTENTION') return false;
  if (step.kind === 'UNDO') return step.state === 'FAILED' || isGivenUp(step);
  return plan !== null && reachOf(steps, plan).leaves.includes(step.name);
};

export const rollsBack = ({ pause }: Pick<Run, 'pause'>): Refusal =>
  refusal(
    'NOT_CANCELLABLE',
    pause
      ? 'Its run is paused on its way back. Resume it: it ends with having undone what it did, or asks a person.'
      : 'Its run undoes what it did, and ends with that or asks a person. It can be paused.',
  );

/** Why the viewer may not end the task now; null where they may. */
export const noCancel = (
  viewer: Principal,
  task: Pick<Task, 'tenantId' | 'submittedById' | 'status'>,
  run: Pick<Run, 'rollback' | 'finishedAt' | 'pause'> | null,
): Refusal | null => {
  if (task.tenantId !== viewer.tenantId) return unknownTask;
  if (!mayCancel(viewer, task)) {
    const message =
      task.status === 'NEEDS_ATTENTION'
        ? 'Only a person can close a task of which nobody knows what happened.'
        : 'Only the submitter or an operator can cancel a task.';
    return refusal('AUTHORIZATION_FAILED', message);
  }
  if (!isCancellable(task.status))
    return refusal('NOT_CANCELLABLE', `The task has ended already: ${task.status}.`);
  return run?.rollback && !run.finishedAt ? rollsBack(run) : null;
};

/** Why the viewer may not have a run give up what it has for itself; null where they may. `locks`: names of that. */
export const noRelease = (
  viewer: Principal,
  controlled: Controlled,
  locks: readonly string[],
): Refusal | null => {
  const no = strange(viewer, controlled);
  if (no) return no;
  if (viewer.type !== 'HUMAN')
    return refusal(
      'AUTHORIZATION_FAILED',
      'Only a person can say that others may change what a run has for itself.',
    );
  if (controlled.task.status !== 'NEEDS_ATTENTION')
    return notNow(`The task is ${controlled.task.status}: what it has for itself it gives up with its end.`);
  return locks.length === 0 ? notNow('It has nothing for itself.') : null;
};
