import { refusal, type Refusal } from './errors.ts';
import { hasRight, type Principal } from './principal.ts';
import { reachOf, type Undoings } from './rollback.ts';
import { isHeldUp } from './run-state.ts';
import type { Run, Step } from './run.ts';
import type { Task } from './task.ts';

/** A run with its task, as whoever is about to control it sees them. */
export interface Controlled {
  readonly task: Pick<Task, 'tenantId' | 'status'>;
  /** Of the current revision; null where nothing ran yet. */
  readonly run: Run | null;
}

const notNow = (message: string): Refusal => refusal('NOT_IN_THIS_STATE', message);

const unknownTask = refusal('RESOURCE_NOT_FOUND', 'There is no such task.');
const noOperator = refusal('AUTHORIZATION_FAILED', 'This needs the operator role.');
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
  if (run.cancelRequestedAt) return notNow('It is being cancelled, and ends with the steps in flight.');
  return run.pause ? notNow('It is paused already. Resume it, roll it back or cancel it.') : null;
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
    return notNow('It was rolled back as far as that went. Retry or resolve the step that stopped it.');
  if (run.rollback) return notNow('It is rolled back already.');
  if (run.finishedAt && task.status !== 'FAILED' && task.status !== 'NEEDS_ATTENTION')
    return notNow(`It has ended: ${task.status}. Submit a task that takes it back.`);
  if (run.startedAt === null) return notNow('Nothing was done yet. Cancel the task instead.');
  if (!plan)
    return notNow('Its stored plan is not the plan that was decided on: nothing can be undone by it.');
  const { undoes } = reachOf(steps, plan);
  return run.finishedAt && undoes.length === 0
    ? notNow('Nothing of what it did can be undone here. Undo it by hand.')
    : null;
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
  if (run.pause && isHeldUp(step)) return null;
  if (!run.finishedAt) return notNow('Its run is still under way. Wait for its end, or for a pause.');
  const isOpen = task.status === 'FAILED' || (run.rollback !== null && task.status === 'NEEDS_ATTENTION');
  const unknown = steps.find(({ state }) => state === 'NEEDS_ATTENTION');
  if (!isOpen && unknown) return notNow(`Nobody knows whether ${unknown.name} happened. Resolve it first.`);
  if (!isOpen) return notNow(`The task has ended: ${task.status}. Submit it anew.`);
  return run.rollback && step.kind !== 'UNDO'
    ? notNow('The run was rolled back: only what undoes can be tried anew. Submit the task anew.')
    : null;
};

export const noResolution = (viewer: Principal, controlled: Controlled, step: Step): Refusal | null => {
  const no = strange(viewer, controlled);
  if (no) return no;
  if (viewer.type !== 'HUMAN')
    return refusal('AUTHORIZATION_FAILED', 'Only a person can say what happened where nobody can know.');
  if (step.state !== 'NEEDS_ATTENTION')
    return notNow(`${step.name} is ${step.state}: what happened is known.`);
  const { status } = controlled.task;
  const isOpen = status === 'NEEDS_ATTENTION' || status === 'RUNNING' || status === 'PAUSED';
  return isOpen ? null : notNow(`The task was closed: ${status}.`);
};
