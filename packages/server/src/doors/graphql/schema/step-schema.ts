import type { Hold } from '../../../domain/hold.ts';
import type { Principal } from '../../../domain/principal.ts';
import type { Effect, GateEvaluation, Resolution, Step } from '../../../domain/run.ts';
import { noResolution, noRetry } from '../../../domain/run-refusals.ts';
import type { RunViews } from '../../../modules/execution/index.ts';
import type { Builder } from './builder.ts';
import type { Enums } from './enums.ts';
import { createListLoader } from './list-loader.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import type { Refs, RunView } from './refs.ts';

/** A step with the run that it is of. */
export interface StepView extends Step {
  readonly within: {
    readonly task: RunView['task'];
    readonly run: RunView;
    readonly steps: readonly Step[];
  };
}

export const addHoldType = (builder: Builder) =>
  builder.objectRef<Hold>('Hold').implement({
    description: 'Why something waits that may go on later. It is no failure and costs no attempt.',
    authScopes: { read: true },
    fields: (t) => ({
      rule: t.exposeString('rule', {
        description:
          'Who says so: a rule of policy, `policy_engine.fault` where it gives no verdict, `kill_switch.paused`, a limit of the platform (`platform.rate_limit`, `platform.retry_budget`, `platform.circuit_breaker`, `platform.bulkhead`), or `worker.stopping`.',
      }),
      reason: t.exposeString('reason', { description: 'Why, for people.' }),
      until: t.field({
        type: 'DateTime',
        nullable: true,
        description:
          'When it is over; null until somebody or something lifts it. It is asked about again meanwhile, at least every minute.',
        resolve: ({ until }) => (until === null ? null : new Date(until)),
      }),
    }),
  });

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
  return builder.objectRef<StepView>('Step').implement({
    description: 'One action or gate in a run, or the undoing of an action.',
    authScopes: { read: true },
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID.' }),
      name: t.exposeString('name', { description: 'Its name within the task.' }),
      kind: t.expose('kind', { type: enums.stepKind, description: 'What it is.' }),
      undoes: t.exposeString('undoes', {
        nullable: true,
        description: 'The name of the step that it undoes; null unless it is an UNDO.',
      }),
      fallbackFor: t.exposeString('fallbackFor', {
        nullable: true,
        description:
          'The name of the step in whose place it runs where that fails; null unless it is a fallback.',
      }),
      ordinal: t.exposeInt('ordinal', { description: 'Its place, from 0.' }),
      phase: t.exposeInt('phase', { description: 'Its phase, from 1.' }),
      actionType: t.exposeString('actionType', { description: 'repo.commit@1' }),
      platform: t.exposeString('platform', { description: 'What it acts on.' }),
      state: t.expose('state', { type: enums.stepState, description: 'How it stands.' }),
      attempt: t.exposeInt('attempt', {
        description:
          'The attempt under way or last made; 0 before the first. One held before its call is not counted.',
      }),
      maxAttempts: t.exposeInt('maxAttempts', { description: 'Attempts at most.' }),
      nextAttemptAt: t.field({
        type: 'DateTime',
        nullable: true,
        description:
          'When it is tried again, or asked about again where it is held; null unless it waits for that.',
        resolve: ({ state, error, hold: held, nextAttemptAt }) =>
          state === 'READY' && (error ?? held) ? nextAttemptAt : null,
      }),
      hold: t.expose('hold', {
        type: hold,
        nullable: true,
        description: 'Why it is not started now; null unless it is READY and held.',
      }),
      startedAt: t.expose('startedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When its first attempt started.',
      }),
      finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
      output: t.expose('output', {
        type: 'JSON',
        nullable: true,
        description: 'What its executor gave back.',
      }),
      error: t.expose('error', {
        type: taskError,
        nullable: true,
        description: 'How its last attempt failed.',
      }),
      effects: t.field({
        type: [effect],
        description: 'Its calls to the platform.',
        resolve: ({ id }, _args, { viewer }) => effectsOf(viewer, id),
      }),
      gate: t.expose('gate', {
        type: gate,
        nullable: true,
        description: 'What it found; null for what is no gate, and until it has looked.',
      }),
      resolution: t.expose('resolution', {
        type: resolution,
        nullable: true,
        description: "A person's word on what came of it; null where nobody had to say.",
      }),
      viewerCanRetry: t.boolean({
        description: 'Whether you may have it tried anew now.',
        resolve: (step, _args, { viewer }) => whyNotRetry(viewer, step) === null,
      }),
      whyNotRetry: t.string({
        nullable: true,
        description: 'Why you may not, and what to do instead; null where you may.',
        resolve: (step, _args, { viewer }) => whyNotRetry(viewer, step)?.message ?? null,
      }),
      viewerCanResolve: t.boolean({
        description: 'Whether you may say now what came of it.',
        resolve: (step, _args, { viewer }) => noResolution(viewer, step.within, step) === null,
      }),
      whyNotResolve: t.string({
        nullable: true,
        description: 'Why you may not; null where you may.',
        resolve: (step, _args, { viewer }) => noResolution(viewer, step.within, step)?.message ?? null,
      }),
    }),
  });
};

const whyNotRetry = (viewer: Principal, step: StepView) =>
  noRetry(viewer, step.within, step.within.steps, step);

export const addGateType = (builder: Builder, { enums: { gateStatus } }: Refs, load: LoadPrincipal) =>
  builder.objectRef<GateEvaluation>('GateEvaluation').implement({
    description: 'What a gate found when it looked.',
    authScopes: { read: true },
    fields: (t) => ({
      status: t.expose('status', { type: gateStatus, description: 'Whether the run may go on by it.' }),
      evaluatedAt: t.field({
        type: 'DateTime',
        description: 'When it looked.',
        resolve: ({ evaluatedAt }) => new Date(evaluatedAt),
      }),
      message: t.exposeString('message', {
        description: 'What it found. Not trusted: may quote a platform.',
      }),
      overriddenBy: t.field({
        type: 'String',
        nullable: true,
        description: 'Who let the run go on nevertheless, by name; null where nobody did.',
        resolve: async ({ overriddenBy }, _args, { viewer }) =>
          overriddenBy === undefined ? null : ((await load(viewer, overriddenBy))?.name ?? null),
      }),
      overrideReason: t.string({
        nullable: true,
        description: 'Why they did.',
        resolve: ({ overrideReason }) => overrideReason ?? null,
      }),
    }),
  });

const addResolutionType = (builder: Builder, { resolutionOutcome }: Enums, load: LoadPrincipal) =>
  builder.objectRef<Resolution>('StepResolution').implement({
    description: "A person's word on an effect that nobody could know.",
    authScopes: { read: true },
    fields: (t) => ({
      outcome: t.expose('outcome', { type: resolutionOutcome, description: 'What came of it.' }),
      by: t.string({
        nullable: true,
        description: 'Who said so, by name.',
        resolve: async ({ by }, _args, { viewer }) => (await load(viewer, by))?.name ?? null,
      }),
      evidence: t.exposeString('evidence', { description: 'How they know.' }),
      at: t.field({
        type: 'DateTime',
        description: 'When they said so.',
        resolve: ({ at }) => new Date(at),
      }),
    }),
  });

const addEffectType = (builder: Builder, { enums, taskError }: Refs) =>
  builder.objectRef<Effect>('Effect').implement({
    description:
      'One call to a platform in the effect ledger: the intent, written before it, and what came of it.',
    authScopes: { read: true },
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID.' }),
      number: t.exposeInt('number', { description: 'Its place in the step, from 1.' }),
      state: t.expose('state', { type: enums.effectState, description: 'What is known of it.' }),
      idempotencyKey: t.exposeString('idempotencyKey', {
        description: 'The key given to the platform, the same for every attempt (SHA-256, hex).',
      }),
      requestHash: t.exposeString('requestHash', {
        description: 'SHA-256 (hex) of what was asked of the platform.',
      }),
      intendedAt: t.expose('intendedAt', { type: 'DateTime', description: 'When the intent was committed.' }),
      settledAt: t.expose('settledAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When the outcome was committed.',
      }),
      attempt: t.exposeInt('attempt', { description: 'The attempt that it was last part of.' }),
      error: t.expose('error', { type: taskError, nullable: true, description: 'How it failed.' }),
    }),
  });
