import { Counter, Histogram, type Registry } from 'prom-client';
import type { TaskStatus } from '@countersign/shared';
import { eventTypes, type EventType, type NewEvent } from '../../domain/events.ts';

/** The status that a task enters with an event. */
const statusEntered: Partial<Record<EventType, TaskStatus>> = {
  'task.submitted': 'PLANNING',
  'plan.superseded': 'PLANNING',
  'approval.requested': 'AWAITING_APPROVAL',
  'task.held': 'HELD',
  'task.queued': 'QUEUED',
  'task.started': 'RUNNING',
  'task.succeeded': 'SUCCEEDED',
  'task.failed': 'FAILED',
  'task.denied': 'DENIED',
  'task.rejected': 'REJECTED',
  'task.expired': 'EXPIRED',
  'task.cancelled': 'CANCELLED',
  'task.needs_attention': 'NEEDS_ATTENTION',
  'task.rolled_back': 'ROLLED_BACK',
  'run.paused': 'PAUSED',
};

const stepOutcomes: Partial<Record<EventType, string>> = {
  'step.succeeded': 'SUCCEEDED',
  'step.undone': 'UNDONE',
  'step.retrying': 'RETRYING',
  'step.held': 'HELD',
  'step.failed': 'FAILED',
  'step.fell_back': 'FELL_BACK',
  'step.needs_attention': 'NEEDS_ATTENTION',
  'step.refused': 'REFUSED',
};

const noop = 'NOOP';
const drifted = 'DRIFTED';

const stepEnds = [...Object.values(stepOutcomes), noop, drifted];

const outcomeOf = (event: NewEvent): string | undefined => {
  if (event.type === 'step.succeeded' && event.data.isNoop) return noop;
  // Only a target that is not what the plan saw fails a step with this code.
  return event.type === 'step.failed' && event.data.code === 'PRECONDITION_FAILED'
    ? drifted
    : stepOutcomes[event.type];
};

const resolutions = ['APPROVED', 'REJECTED', 'EXPIRED'] as const;

/** Seconds. The waits' bounds hold the lanes' targets: 5, 30, 120 and 300. */
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const waitBuckets = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 15, 30, 60, 120, 300, 600];

/** Counts what this node committed. The sum over all nodes is what happened, but for what a crash cut off. */
export const createWorkMetrics = (
  registry: Registry,
  platforms: readonly string[],
): ((events: readonly NewEvent[]) => void) => {
  const { tasks, steps, durations, waits, approvals, events } = createInstruments([registry]);
  // A series that starts at zero shows its first increase.
  for (const status of new Set(Object.values(statusEntered))) tasks.inc({ status }, 0);
  for (const platform of platforms) {
    durations.zero({ platform });
    for (const outcome of stepEnds) steps.inc({ platform, outcome }, 0);
  }
  for (const resolution of resolutions) approvals.inc({ resolution }, 0);
  for (const type of eventTypes) events.inc({ type }, 0);

  const count = (event: NewEvent): void => {
    events.inc({ type: event.type });
    const status = statusEntered[event.type];
    if (status) tasks.inc({ status });
    const outcome = outcomeOf(event);
    if (outcome && 'platform' in event.data) steps.inc({ platform: event.data.platform, outcome });
    if (event.type === 'step.succeeded' && outcome !== noop) {
      durations.observe({ platform: event.data.platform }, event.data.durationMs / 1_000);
    }
    // A later claim's wait is the backoff that it was given.
    if (event.type === 'step.started' && event.data.fence === 1) {
      waits.observe(Math.max(0, event.data.queueMs) / 1_000);
    }
    if (event.type === 'approval.resolved') approvals.inc({ resolution: event.data.status });
  };
  return (events) => {
    events.forEach(count);
  };
};

const createInstruments = (registers: Registry[]) => ({
  tasks: new Counter({
    registers,
    name: 'countersign_tasks_total',
    help: 'Tasks that entered a status.',
    labelNames: ['status'],
  }),
  steps: new Counter({
    registers,
    name: 'countersign_steps_total',
    help: 'Attempts of steps that ended, by how; HELD: put off before the call, and no attempt; NOOP: a rehearsal, without a call; DRIFTED: the target had moved, and nothing was written; FELL_BACK: it failed, and its fallback takes its place.',
    labelNames: ['platform', 'outcome'],
  }),
  durations: new Histogram({
    registers,
    name: 'countersign_step_duration_seconds',
    help: 'From the first start of a step to its end, of steps that succeeded.',
    labelNames: ['platform'],
    buckets: durationBuckets,
  }),
  waits: new Histogram({
    registers,
    name: 'countersign_queue_wait_seconds',
    help: 'From ready to the first start of a step.',
    buckets: waitBuckets,
  }),
  approvals: new Counter({
    registers,
    name: 'countersign_approvals_total',
    help: 'Requests for approval that people decided or left to expire.',
    labelNames: ['resolution'],
  }),
  events: new Counter({
    registers,
    name: 'countersign_events_total',
    help: 'Facts appended to the log.',
    labelNames: ['type'],
  }),
});
