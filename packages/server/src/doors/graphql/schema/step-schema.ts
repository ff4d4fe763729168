import type { Hold } from '../../../domain/hold.ts';
import type { Effect, GateEvaluation, Resolution, Step } from '../../../domain/run.ts';
import { noResolution, noRetry } from '../../../domain/run-refusals.ts';
import type { Undoings } from '../../../domain/rollback.ts';
import type { Principal } from '../../../domain/principal.ts';
import type { RunViews } from '../../../modules/execution/index.ts';
import type { Builder } from './builder.ts';
import type { Enums } from './enums.ts';
import { traceIdOf } from '../../../infra/tracing.ts';
import { createListLoader } from './list-loader.ts';
import { nameOf, type LoadPrincipal } from './principal-loader.ts';
import type { Refs, RunView } from './refs.ts';
import type { LoadTask } from './task-schema.ts';
import { defineType, viewerMay } from './exposed-fields.ts';

/** A step with the run that it is of. */
export interface StepView extends Step {
  readonly within: {
    readonly task: RunView['task'];
    readonly run: RunView;
    readonly steps: readonly Step[];
    /** What its plan says of undoing. */
    readonly findUndoings: () => Promise<Undoings | null>;
  };
}

export const addHoldType = (builder: Builder, loadTask: LoadTask) =>
  defineType<Hold>(
    builder,
    'Hold',
    'Why something waits that may go on later. It is no failure and costs no attempt.',
    {
      rule: [
        'String',
        'Who says so: a rule of policy, `policy_engine.fault` where it gives no verdict, `kill_switch.paused`, a limit of the platform (`platform.rate_limit`, `platform.retry_budget`, `platform.circuit_breaker`, `platform.bulkhead`), `lock` where another task has what it changes, or `worker.stopping`.',
      ],
      reason: ['String', 'Why, for people.'],
    },
    (t) => ({
      until: t.field({
        type: 'DateTime',
        nullable: true,
        description:
          'When it is over; null until somebody or something lifts it. It is asked about again meanwhile, at least every minute.',
        resolve: ({ until }) => (until === null ? null : new Date(until)),
      }),
      taskId: t.id({
        nullable: true,
        description:
          "The task that keeps it waiting, of rule `lock`; null where you do not see it, such as another tenant's.",
        resolve: async ({ taskId }, _args, { viewer }) =>
          taskId === undefined ? null : ((await loadTask(viewer, taskId))?.id ?? null),
      }),
    }),
  );

export const addStepType = (
  builder: Builder,
  refs: Refs,
  { hold, gate }: { hold: ReturnType<typeof addHoldType>; gate: ReturnType<typeof addGateType> },
  runs: RunViews,
  load: LoadPrincipal,
) => {
  const { enums, taskError } = refs;
  const effect = addEffectType(builder, refs);
  const effectsOf = createListLoader(runs.findEffects, (item) => item.stepId);
  const resolution = addResolutionType(builder, enums, load);
  return defineType<StepView>(
    builder,
    'Step',
    'One action or gate in a run, or the undoing of an action.',
    {
      id: ['ID', 'UUID.'],
      name: ['String', 'Its name within the task.'],
      kind: [enums.stepKind, 'What it is.'],
      undoes: ['String', 'The name of the step that it undoes; null unless it is an UNDO.', 'nullable'],
      fallbackFor: [
        'String',
        'The name of the step in whose place it runs where that fails; null unless it is a fallback.',
        'nullable',
      ],
      ordinal: ['Int', 'Its place, from 0.'],
      phase: ['Int', 'Its phase, from 1.'],
      actionType: ['String', 'repo.commit@1'],
      platform: ['String', 'What it acts on.'],
      state: [enums.stepState, 'How it stands.'],
      attempt: [
        'Int',
        'The attempt under way or last made; 0 before the first. One held before its call is not counted. One more than `maxAttempts` makes nothing: it looks what came of the last, whose worker was lost.',
      ],
      maxAttempts: ['Int', 'Attempts at most, those before a person had it tried anew among them.'],
      attemptsBefore: [
        'Int',
        'Of its attempts, those made before a person had it tried anew; 0 where nobody had.',
      ],
      hold: [hold, 'Why it is not started now; null unless it is READY and held.', 'nullable'],
      startedAt: [
        'DateTime',
        'When its first attempt started, of those since a person had it tried anew where one did.',
        'nullable',
      ],
      finishedAt: ['DateTime', 'When it ended.', 'nullable'],
      output: ['JSON', 'What its executor gave back.', 'nullable'],
      error: [taskError, 'How its last attempt failed.', 'nullable'],
      gate: [gate, 'What it found; null for what is no gate, and until it has looked.', 'nullable'],
      resolution: [
        resolution,
        "A person's word on what came of it; null where nobody had to say.",
        'nullable',
      ],
    },
    (t) => ({
      traceId: t.id({
        nullable: true,
        description: "The trace that its attempts belong to: its task's.",
        resolve: ({ within }) => traceIdOf(within.task.traceparent),
      }),
      nextAttemptAt: t.field({
        type: 'DateTime',
        nullable: true,
        description:
          'When it is tried again, or asked about again where it is held; null unless it waits for that.',
        resolve: ({ state, error, hold: held, nextAttemptAt }) =>
          state === 'READY' && (error ?? held) ? nextAttemptAt : null,
      }),
      effects: t.field({
        type: [effect],
        description: 'Its calls to the platform.',
        resolve: ({ id }, _args, { viewer }) => effectsOf(viewer, id),
      }),
      ...viewerMay(
        t,
        'Retry',
        [
          'Whether you may have it tried anew now.',
          'Why you may not, and what to do instead; null where you may.',
        ],
        (viewer, step) => noRetry(viewer, step.within, step.within.steps, step),
      ),
      ...viewerMay(
        t,
        'Resolve',
        [
          'Whether you may say now what came of it, or that it was undone by hand.',
          'Why you may not; null where you may.',
        ],
        whyNotResolve,
      ),
    }),
  );
};

const whyNotResolve = async (viewer: Principal, step: StepView) => {
  const { task, run, steps, findUndoings } = step.within;
  // Only of what was done and stays after a rollback has the plan to say whether it can be undone.
  const asksPlan = run.rollback !== null && task.status === 'NEEDS_ATTENTION' && step.kind === 'ACTION';
  return noResolution(viewer, step.within, steps, step, asksPlan ? await findUndoings() : null);
};

export const addGateType = (builder: Builder, { enums: { gateStatus } }: Refs, load: LoadPrincipal) =>
  defineType<GateEvaluation>(
    builder,
    'GateEvaluation',
    'What a gate found when it looked.',
    {
      status: [gateStatus, 'Whether the run may go on by it.'],
      message: ['String', 'What it found. Not trusted: may quote a platform.'],
    },
    (t) => ({
      evaluatedAt: t.field({
        type: 'DateTime',
        description: 'When it looked.',
        resolve: ({ evaluatedAt }) => new Date(evaluatedAt),
      }),
      overriddenBy: t.string({
        nullable: true,
        description: 'Who let the run go on nevertheless, by name; null where nobody did.',
        resolve: ({ overriddenBy }, _args, { viewer }) => nameOf(load, viewer, overriddenBy),
      }),
      overrideReason: t.string({
        nullable: true,
        description: 'Why they did.',
        resolve: ({ overrideReason }) => overrideReason ?? null,
      }),
    }),
  );

const addResolutionType = (builder: Builder, { resolutionOutcome }: Enums, load: LoadPrincipal) =>
  defineType<Resolution>(
    builder,
    'StepResolution',
    "A person's word on an effect that nobody could know.",
    {
      outcome: [resolutionOutcome, 'What came of it.'],
      evidence: ['String', 'How they know.'],
    },
    (t) => ({
      by: t.string({
        nullable: true,
        description: 'Who said so, by name.',
        resolve: ({ by }, _args, { viewer }) => nameOf(load, viewer, by),
      }),
      at: t.field({
        type: 'DateTime',
        description: 'When they said so.',
        resolve: ({ at }) => new Date(at),
      }),
    }),
  );

const addEffectType = (builder: Builder, { enums, taskError }: Refs) =>
  defineType<Effect>(
    builder,
    'Effect',
    'One call to a platform in the effect ledger: the intent, written before it, and what came of it.',
    {
      id: ['ID', 'UUID.'],
      number: ['Int', 'Its place in the step, from 1.'],
      state: [enums.effectState, 'What is known of it.'],
      idempotencyKey: ['String', 'The key given to the platform, the same for every attempt (SHA-256, hex).'],
      requestHash: ['String', 'SHA-256 (hex) of what was asked of the platform.'],
      intendedAt: ['DateTime', 'When the intent was committed.'],
      settledAt: ['DateTime', 'When the outcome was committed.', 'nullable'],
      attempt: ['Int', 'The attempt that it was last part of.'],
      error: [taskError, 'How it failed.', 'nullable'],
    },
  );
