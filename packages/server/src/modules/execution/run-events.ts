import { eventOf, type NewEvent } from '../../domain/events.ts';
import type { Hold } from '../../domain/hold.ts';
import { reachOf, type UndoPlan } from '../../domain/rollback.ts';
import type { AttemptResult, GateEvaluation, Pause, Rollback, Run, RunEnd, Step } from '../../domain/run.ts';
import type { Task } from '../../domain/task.ts';

const aboutStep = ({ id, name, attempt, platform, error }: Step) => ({
  stepId: id,
  name,
  attempt,
  platform,
  ...(error ? { code: error.code, message: error.message } : {}),
});

export const attentionEvent = (task: Task, step: Step, now: Date): NewEvent =>
  eventOf(task, now)(
    'step.needs_attention',
    `Nobody can know whether ${step.name} happened: ${step.error?.message ?? ''}`,
    aboutStep(step),
  );

export const fellBackEvent = (
  task: Task,
  step: Step,
  steps: readonly Step[],
  why: string,
  now: Date,
): NewEvent =>
  eventOf(task, now)(
    'step.fell_back',
    `${step.name} failed without an effect, and its fallback takes its place: ${why}`,
    {
      ...aboutStep(step),
      fallback: steps.find(({ fallbackFor }) => fallbackFor === step.name)?.name ?? '',
    },
  );

/** What an attempt came to. */
export const stepEvent = (
  task: Task,
  step: Step,
  steps: readonly Step[],
  result: AttemptResult,
  now: Date,
): NewEvent => {
  const event = eventOf(task, now);
  if (step.state === 'NEEDS_ATTENTION') return attentionEvent(task, step, now);
  if (step.gate && step.finishedAt) return gateEvent(task, step, step.gate, now);
  if (result.kind === 'SUCCEEDED') return successEvent(task, step, result, now);
  const { message } = result.failure;
  if (step.state === 'REPLACED') return fellBackEvent(task, step, steps, message, now);
  if (step.hold) return heldEvent(task, step, step.hold, now);
  if (step.state === 'READY') {
    return event('step.retrying', `${step.name} failed and is tried again: ${message}`, {
      ...aboutStep(step),
      nextAttemptAt: step.nextAttemptAt.toISOString(),
    });
  }
  if (result.kind === 'REFUSED' || result.kind === 'HELD') {
    const why = step.error?.message ?? message;
    return event('step.refused', `${step.name} was stopped: ${why}`, aboutStep(step));
  }
  return event('step.failed', `${step.name} failed: ${message}`, aboutStep(step));
};

/** Whose lock it is stays out of it: whoever reads the events of this task may not see that one. */
const heldEvent = (task: Task, step: Step, { rule, reason, until }: Hold, now: Date): NewEvent =>
  eventOf(task, now)('step.held', `${step.name} is held: ${reason}`, {
    stepId: step.id,
    name: step.name,
    attempt: step.attempt,
    platform: step.platform,
    rule,
    reason,
    until,
  });

const gateWords = { PASS: 'lets the run go on', FAIL: 'says no', UNKNOWN: 'cannot tell' } as const;

const gateEvent = (task: Task, step: Step, { status, message }: GateEvaluation, now: Date): NewEvent =>
  eventOf(task, now)('gate.evaluated', `${step.name} ${gateWords[status]}: ${message}`, {
    stepId: step.id,
    name: step.name,
    attempt: step.attempt,
    platform: step.platform,
    status,
    message,
  });

const successEvent = (
  task: Task,
  step: Step,
  { madeOn, isNoop }: Extract<AttemptResult, { kind: 'SUCCEEDED' }>,
  now: Date,
): NewEvent => {
  const event = eventOf(task, now);
  const durationMs = step.startedAt ? now.getTime() - step.startedAt.getTime() : 0;
  const about = { ...aboutStep(step), durationMs };
  if (step.undoes !== null)
    return event('step.undone', `${step.undoes} was undone`, { ...about, undoes: step.undoes });
  if (isNoop) {
    const words = `${step.name} succeeded as a rehearsal: its platform was not called`;
    return event('step.succeeded', words, { ...about, isNoop });
  }
  if (madeOn === undefined) return event('step.succeeded', `${step.name} succeeded`, about);
  if (step.standsOn) {
    const words = `${step.name} succeeded, upon what earlier steps had left`;
    return event('step.succeeded', words, { ...about, madeOn });
  }
  const words = `${step.name} succeeded: its target had moved elsewhere, and the effect was the one approved`;
  return event('step.succeeded', words, { ...about, madeOn });
};

export const pausedEvent = (
  task: Task,
  run: Run,
  { cause, by, reason }: Pause,
  steps: readonly Step[],
  now: Date,
): NewEvent => {
  const running = steps.filter(({ state }) => state === 'RUNNING').map(({ name }) => name);
  const rest = running.length === 0 ? '' : ` (${running.join(', ')} finish first)`;
  return eventOf(task, now, by)('run.paused', `Paused: ${reason}${rest}`, {
    runId: run.id,
    cause,
    reason,
    running,
  });
};

export const rollbackEvent = (
  task: Task,
  run: Run,
  { cause, by, reason }: Rollback,
  steps: readonly Step[],
  plan: UndoPlan | null,
  now: Date,
): NewEvent => {
  const reach = plan ? reachOf(steps, plan) : { undoes: [], leaves: [], unknown: [] };
  const undoes = reach.undoes.length === 0 ? 'nothing so far' : reach.undoes.join(', ');
  return eventOf(task, now, by)('run.rollback_started', `Rolls back, undoing ${undoes}: ${reason}`, {
    runId: run.id,
    cause,
    reason,
    ...reach,
  });
};

export const endWords: Record<RunEnd, { type: Parameters<ReturnType<typeof eventOf>>[0]; summary: string }> =
  {
    SUCCEEDED: { type: 'task.succeeded', summary: 'All steps succeeded' },
    FAILED: { type: 'task.failed', summary: 'The task failed' },
    ROLLED_BACK: { type: 'task.rolled_back', summary: 'What had been done was undone' },
    NEEDS_ATTENTION: { type: 'task.needs_attention', summary: 'A person must find out what happened' },
    CANCELLED: { type: 'task.cancelled', summary: 'The task was cancelled' },
    DENIED: { type: 'task.denied', summary: 'Policy stopped the task' },
    EXPIRED: { type: 'task.expired', summary: 'The approval expired before the task could start' },
    PLANNING: {
      type: 'plan.superseded',
      summary: 'The target changed since the plan was made; planning again',
    },
  };
