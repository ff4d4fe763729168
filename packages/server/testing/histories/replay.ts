import type { Failure } from '../../src/domain/errors.ts';
import { startRun } from '../../src/domain/intake.ts';
import { undoingsOf, type UndoPlan } from '../../src/domain/rollback.ts';
import {
  cancelRun,
  pauseRun,
  resolveStep,
  resumeRun,
  retryStep,
  rollbackRun,
} from '../../src/domain/run-control.ts';
import type { AttemptResult, Run, RunEnd, Settlement, Step } from '../../src/domain/run.ts';
import { settle } from '../../src/domain/settle.ts';
import { planReader } from '../../src/record/plan-reader.ts';
import type { History, StepEnd, ToldEvent } from './history.ts';

/** A run as today's state machine makes it of what was told. */
interface Replay {
  run: Run;
  steps: readonly Step[];
  readonly plan: UndoPlan;
  readonly ends: RunEnd[];
}

/** What today's state machine makes of a history: the same as what became of it, or the release broke something. */
export interface Replayed {
  /** Of the stored bytes, by today's reading of them; null where they can no longer be read. */
  readonly planHash: string | null;
  readonly run: Run['status'];
  readonly ends: readonly RunEnd[];
  readonly steps: readonly StepEnd[];
}

export const replay = ({ plan, events }: History): Replayed => {
  const read = planReader.read(plan);
  const first = events.find(({ type }) => type === 'task.queued');
  if (!read || !first) return { planHash: null, run: 'QUEUED', ends: [], steps: [] };
  const { document } = read;
  let count = 0;
  const newId = (): string => `id-${(count += 1)}`;
  const { tenantId, taskId, revision } = document;
  const task = { id: taskId, tenantId, priority: 'NORMAL', planHash: read.hash, revision } as const;
  const started = startRun(task, document, new Date(first.at), newId);
  const world: Replay = {
    run: started.run,
    steps: started.steps,
    plan: { ...undoingsOf(document, plan.categories), newId },
    ends: [],
  };
  events.forEach((event) => {
    follow(world, event);
  });
  return {
    planHash: read.hash,
    run: world.run.status,
    ends: world.ends,
    steps: world.steps.map(({ name, state, attempt }) => ({ name, state, attempt })),
  };
};

const apply = (world: Replay, { run, changed, added, end }: Settlement): void => {
  const after = new Map(changed.map((step) => [step.id, step]));
  world.steps = [...world.steps.map((step) => after.get(step.id) ?? step), ...added];
  world.run = run;
  if (end) world.ends.push(end);
};

const nobody = new Set<string>();

const follow = (world: Replay, event: ToldEvent): void => {
  const { run, steps, plan } = world;
  const now = new Date(event.at);
  const by = event.actorId ?? 'nobody';
  const end = (name: string, result: AttemptResult): void => {
    const step = steps.find((other) => other.name === name);
    if (step?.state === 'RUNNING' || (step?.state === 'READY' && result.kind === 'HELD'))
      return apply(world, settle(run, steps, step.id, result, nobody, now, plan));
    throw new Error(`${event.type}: ${name} is ${step?.state ?? 'unknown'} by the replay.`);
  };
  const failureOf = ({ code, message }: { code?: string; message?: string }): Failure =>
    ({ code: code ?? 'INTERNAL_ERROR', message: message ?? '' }) as Failure;
  const timeoutMs = plan.document.timeoutMs;
  switch (event.type) {
    case 'step.started':
      return begin(world, event.data.name, now);
    case 'step.held': {
      const { name, rule, reason, until } = event.data;
      const delayMs = until === null ? 0 : Date.parse(until) - now.getTime();
      const failure: Failure = { code: 'POLICY_DENIED', message: reason };
      return end(name, {
        kind: 'HELD',
        hold: { rule, reason, until },
        failure,
        delayMs,
        isEffectUnknown: false,
      });
    }
    case 'step.retrying': {
      const { name, nextAttemptAt, code } = event.data;
      const delayMs = Date.parse(nextAttemptAt) - now.getTime();
      const isEffectUnknown = code === 'OUTCOME_UNKNOWN';
      return end(name, { kind: 'RETRIABLE', failure: failureOf(event.data), delayMs, isEffectUnknown });
    }
    case 'step.succeeded':
    case 'step.undone':
      return end(event.data.name, { kind: 'SUCCEEDED', output: null });
    case 'gate.evaluated': {
      const { name, status, message } = event.data;
      return end(name, { kind: 'SUCCEEDED', output: null, verdict: { status, message } });
    }
    case 'step.failed':
    case 'step.fell_back':
      return end(event.data.name, { kind: 'FAILED', failure: failureOf(event.data) });
    case 'step.needs_attention':
      return end(event.data.name, { kind: 'UNKNOWN', failure: failureOf(event.data) });
    case 'run.paused':
      // What follows from a gate, its look has brought already.
      if (event.data.cause === 'PERSON')
        world.run = pauseRun(run, { cause: 'PERSON', by, reason: event.data.reason, at: event.at });
      return;
    case 'run.resumed':
      return apply(world, resumeRun(run, steps, { by, reason: event.data.reason }, now));
    case 'run.rollback_started': {
      const { cause, reason } = event.data;
      if (cause !== 'PERSON') return;
      return apply(world, rollbackRun(run, steps, { cause, by, reason, at: event.at }, nobody, now, plan));
    }
    case 'step.retried': {
      const attempts = plan.document.retry.maxRetries + 1;
      return apply(world, retryStep(run, steps, event.data.name, { attempts, timeoutMs }, now));
    }
    case 'step.resolved': {
      const { name, outcome, evidence } = event.data;
      const resolution = { outcome, by, evidence, at: event.at };
      return apply(world, resolveStep(run, steps, name, resolution, timeoutMs, now, plan));
    }
    case 'task.cancelling':
      return apply(world, cancelRun(run, steps, nobody, now));
    default:
  }
};

/** As a worker's claim begins it. */
const begin = (world: Replay, name: string, now: Date): void => {
  const { run } = world;
  world.steps = world.steps.map((step) =>
    step.name === name
      ? {
          ...step,
          state: 'RUNNING',
          attempt: step.attempt + 1,
          fence: step.fence + 1,
          startedAt: step.startedAt ?? now,
          hold: null,
        }
      : step,
  );
  if (run.status === 'QUEUED') world.run = { ...run, status: 'RUNNING', startedAt: now };
};
