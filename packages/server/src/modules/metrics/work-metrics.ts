import { Counter, Histogram, type Registry } from 'prom-client';
import type { TaskStatus } from '@countersign/shared';
import { errorCodes } from '../../domain/error-catalogue.ts';
import { recordedCode } from '../../domain/legacy-codes.ts';
import { exemplarOf, type OpenRegistry } from './open-metrics.ts';
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

/** Of a run, once one has begun: what ends a task before that tells of no run. */
const runStatusOf = ({ type, data }: NewEvent): TaskStatus | undefined => {
  if (type === 'task.started' || type === 'run.paused') return statusEntered[type];
  if (type === 'task.succeeded' || type === 'task.needs_attention' || type === 'task.rolled_back')
    return statusEntered[type];
  return type === 'task.failed' && data.revision !== undefined ? 'FAILED' : undefined;
};

/** No platform is to blame. */
const ofPlanning = '';

/** What kept an attempt, or a goal's planning, from its end. */
const errorOf = (event: NewEvent): { readonly platform: string; readonly code: string } | null => {
  switch (event.type) {
    case 'step.retrying':
    case 'step.failed':
    case 'step.fell_back':
    case 'step.needs_attention':
    case 'step.refused':
      return { platform: event.data.platform, code: recordedCode(event.data.code ?? 'INTERNAL_ERROR') };
    case 'planning.refused':
      return { platform: ofPlanning, code: recordedCode(event.data.code ?? 'INTERNAL_ERROR') };
    default:
      return null;
  }
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

const runStatuses = ['RUNNING', 'PAUSED', 'SUCCEEDED', 'FAILED', 'NEEDS_ATTENTION', 'ROLLED_BACK'] as const;
const resolutions = ['APPROVED', 'REJECTED', 'EXPIRED'] as const;

/** Seconds. The waits' bounds hold the lanes' targets: 5, 30, 120 and 300. */
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const pauseBuckets = [1, 5, 30, 60, 300, 900, 1_800, 3_600, 14_400, 86_400];
const planBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const waitBuckets = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 15, 30, 60, 120, 300, 600];

/**
 * Counts what this node committed. The sum over all nodes is what happened, but for what a crash cut off. `traced` is
 * a registry of OpenMetrics: what is in it points to traces.
 */
export const createWorkMetrics = (
  registry: Registry,
  traced: OpenRegistry,
  platforms: readonly string[],
): ((events: readonly NewEvent[]) => void) => {
  const { tasks, runs, steps, durations, waits, approvals, events, errors, pauses } = createInstruments(
    [registry],
    [traced],
  );
  registry.registerMetric(durations);
  registry.registerMetric(waits);
  // A series that starts at zero shows its first increase.
  for (const status of new Set(Object.values(statusEntered))) tasks.inc({ status }, 0);
  for (const status of runStatuses) runs.inc({ status }, 0);
  for (const platform of platforms) {
    durations.zero({ platform });
    for (const outcome of stepEnds) steps.inc({ platform, outcome }, 0);
  }
  for (const platform of [...platforms, ofPlanning])
    for (const code of errorCodes) errors.inc({ platform, code }, 0);
  for (const resolution of resolutions) approvals.inc({ resolution }, 0);
  for (const type of eventTypes) events.inc({ type }, 0);

  const count = (event: NewEvent): void => {
    events.inc({ type: event.type });
    if (event.isUncounted) return;
    const status = statusEntered[event.type];
    if (status) tasks.inc({ status });
    const ofRun = runStatusOf(event);
    if (ofRun) runs.inc({ status: ofRun });
    const error = errorOf(event);
    if (error) errors.inc(error);
    if (event.type === 'run.resumed') pauses.observe(event.data.pausedMs / 1_000);
    const outcome = outcomeOf(event);
    if (outcome && 'platform' in event.data) steps.inc({ platform: event.data.platform, outcome });
    if (event.type === 'step.succeeded' && outcome !== noop) {
      durations.observe({
        labels: { platform: event.data.platform },
        value: event.data.durationMs / 1_000,
        exemplarLabels: exemplarOf(event),
      });
    }
    // A later claim's wait is the backoff that it was given.
    if (event.type === 'step.started' && event.data.fence === 1) {
      const value = Math.max(0, event.data.queueMs) / 1_000;
      waits.observe({ value, exemplarLabels: exemplarOf(event) });
    }
    if (event.type === 'approval.resolved') approvals.inc({ resolution: event.data.status });
  };
  return (events) => {
    events.forEach(count);
  };
};

const createInstruments = (registers: Registry[], traced: OpenRegistry[]) => ({
  tasks: new Counter({
    registers,
    name: 'countersign_tasks_total',
    help: 'Tasks that entered a status.',
    labelNames: ['status'],
  }),
  runs: new Counter({
    registers,
    name: 'countersign_runs_total',
    help: 'Runs that entered a status.',
    labelNames: ['status'],
  }),
  steps: new Counter({
    registers,
    name: 'countersign_steps_total',
    help: 'Attempts of steps that ended, by how; HELD: put off before the call, and no attempt; NOOP: a rehearsal, without a call; DRIFTED: the target had moved, and nothing was written; FELL_BACK: it failed, and its fallback takes its place.',
    labelNames: ['platform', 'outcome'],
  }),
  durations: new Histogram({
    registers: traced,
    name: 'countersign_step_duration_seconds',
    help: 'From the first start of a step to its end, of steps that succeeded.',
    labelNames: ['platform'],
    enableExemplars: true,
    buckets: durationBuckets,
  }),
  waits: new Histogram({
    registers: traced,
    name: 'countersign_queue_wait_seconds',
    help: 'From ready to the first start of a step.',
    enableExemplars: true,
    buckets: waitBuckets,
  }),
  approvals: new Counter({
    registers,
    name: 'countersign_approvals_total',
    help: 'Requests for approval that people decided or left to expire.',
    labelNames: ['resolution'],
  }),
  errors: new Counter({
    registers,
    name: 'countersign_errors_total',
    help: 'Attempts of steps that came to nothing, by the code of the catalogue; of planning a goal where no platform is named.',
    labelNames: ['platform', 'code'],
  }),
  pauses: new Histogram({
    registers,
    name: 'countersign_pause_duration_seconds',
    help: 'How long runs stood still that were resumed.',
    buckets: pauseBuckets,
  }),
  events: new Counter({
    registers,
    name: 'countersign_events_total',
    help: 'Events appended to the log.',
    labelNames: ['type'],
  }),
});

/** How long executors take to foresee a task; the caller of a submission waits for it. */
export const createPlanMetrics = (registry: Registry): ((durationMs: number) => void) => {
  const durations = new Histogram({
    registers: [registry],
    name: 'countersign_plan_duration_seconds',
    help: 'From the moment a revision begins to be planned to its plan, or to its refusal.',
    buckets: planBuckets,
  });
  return (durationMs) => {
    durations.observe(durationMs / 1_000);
  };
};
