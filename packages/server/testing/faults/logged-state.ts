import type { EventRow, StepRow, TaskRow } from './evidence.ts';

/** What the log makes of a task, and whether it let anything start while its run stood still. */
interface LoggedState {
  task: string;
  pause: 'PERSON' | 'GATE' | null;
  readonly steps: Map<string, string>;
  readonly faults: string[];
}

/** Where the log and the tables tell different stories. */
export const findUnlogged = (
  task: TaskRow,
  steps: readonly StepRow[],
  events: readonly EventRow[],
): string[] => {
  const told: LoggedState = { task: 'PLANNING', pause: null, steps: new Map(), faults: [] };
  events.forEach((event) => {
    hear(told, event);
  });
  const strange = steps.flatMap(({ name, state }) => {
    const heard = told.steps.get(name);
    if (state === 'CANCELLED')
      return heard === 'RUNNING' ? [`${name} is cancelled, and the log has it running`] : [];
    return heard === state ? [] : [`${name} is ${state}, and the log has it ${heard ?? 'never begun'}`];
  });
  const isAlike = told.task === task.status;
  return [...told.faults, ...strange, ...(isAlike ? [] : [`the log has it ${told.task}`])];
};

const ends: Readonly<Record<string, string>> = {
  'task.succeeded': 'SUCCEEDED',
  'task.failed': 'FAILED',
  'task.denied': 'DENIED',
  'task.rejected': 'REJECTED',
  'task.expired': 'EXPIRED',
  'task.cancelled': 'CANCELLED',
  'task.needs_attention': 'NEEDS_ATTENTION',
  'task.rolled_back': 'ROLLED_BACK',
  'plan.superseded': 'PLANNING',
  'approval.requested': 'AWAITING_APPROVAL',
  'task.held': 'HELD',
  'task.queued': 'QUEUED',
  'task.started': 'RUNNING',
};

const hear = (told: LoggedState, { seq, type, data }: EventRow): void => {
  const name = textOf(data['name']);
  const to = (state: string): void => {
    told.steps.set(name, state);
  };
  const end = ends[type];
  if (end !== undefined) {
    told.task = end;
    told.pause = null;
    return;
  }
  switch (type) {
    case 'step.started':
      if (told.pause) told.faults.push(`${name} started at ${seq} although the run was paused`);
      return to('RUNNING');
    case 'step.held':
    case 'step.retrying':
      return to('READY');
    case 'step.succeeded':
      return to('SUCCEEDED');
    case 'step.undone':
      to('SUCCEEDED');
      told.steps.set(textOf(data['undoes']), 'UNDONE');
      return;
    case 'step.failed':
    case 'step.refused':
      return to('FAILED');
    case 'step.fell_back':
      return to('REPLACED');
    case 'step.needs_attention':
      return to('NEEDS_ATTENTION');
    case 'gate.evaluated':
      return to(data['status'] === 'PASS' ? 'SUCCEEDED' : 'FAILED');
    case 'step.resolved':
      to(data['outcome'] === 'HAPPENED' ? 'SUCCEEDED' : 'FAILED');
      if (name.startsWith('undo:') && data['outcome'] === 'HAPPENED')
        told.steps.set(name.slice('undo:'.length), 'UNDONE');
      return;
    case 'step.retried':
      // A gate that looks again is what its pause waited for.
      if (told.pause === 'GATE') told.pause = null;
      return to('READY');
    case 'run.paused':
      told.pause = data['cause'] === 'GATE' ? 'GATE' : 'PERSON';
      return;
    case 'run.resumed':
      told.pause = null;
      for (const gate of data['overridden'] as readonly string[]) told.steps.set(gate, 'SUCCEEDED');
      return;
    case 'run.rollback_started':
    case 'task.cancelling':
      told.pause = null;
      return;
    default:
  }
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
