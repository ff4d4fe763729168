import { createBatchLoader } from './batch-loader.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import type { Hold } from '../../../domain/hold.ts';
import type { Principal } from '../../../domain/principal.ts';
import type { Effect, Run, Step } from '../../../domain/run.ts';
import { mayBeHeld, type RunViews } from '../../../modules/execution/index.ts';

type ListOf<Item> = { readonly id: string; readonly items: readonly Item[] };

/** Loads all items of many parents at once. */
const createListLoader = <Item>(
  load: (ids: readonly string[]) => Promise<readonly Item[]>,
  parentOf: (item: Item) => string,
) => {
  const loadList = createBatchLoader(
    async (_viewer: Principal, ids: readonly string[]): Promise<ListOf<Item>[]> => {
      const items = await load(ids);
      return ids.map((id) => ({ id, items: items.filter((item) => parentOf(item) === id) }));
    },
    ({ id }) => id,
    (id) => id,
  );
  return async (viewer: Principal, id: string): Promise<readonly Item[]> =>
    (await loadList(viewer, id))?.items ?? [];
};

export const addRunSchema = (builder: Builder, refs: Refs, runs: RunViews): void => {
  const { enums } = refs;
  const hold = addHoldType(builder);
  const step = addStepType(builder, refs, { effect: addEffectType(builder, refs), hold }, runs);
  const stepsOf = createListLoader(runs.findSteps, (item) => item.runId);
  refs.run.implement({
    description: 'One application of one plan revision.',
    authScopes: { read: true },
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID.' }),
      status: t.expose('status', { type: enums.runStatus, description: 'How it stands.' }),
      planHash: t.exposeString('planHash', { description: 'The plan that it applies.' }),
      steps: t.field({
        type: [step],
        description: 'The steps, in order.',
        resolve: ({ id }, _args, { viewer }) => stepsOf(viewer, id),
      }),
      startedAt: t.expose('startedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When its first step started.',
      }),
      finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
      cancelRequestedAt: t.expose('cancelRequestedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When somebody asked for its end; the step in flight finishes first.',
      }),
    }),
  });
  const load = createBatchLoader(
    runs.findRuns,
    (run: Run) => `${run.taskId}/${run.revision}`,
    (key) => `${key.taskId}/${key.revision}`,
  );
  const loadHold = createBatchLoader(
    runs.findHolds,
    ({ taskId }) => taskId,
    ({ taskId }) => taskId,
  );
  builder.objectFields(refs.task, (t) => ({
    hold: t.field({
      type: hold,
      nullable: true,
      description:
        'What keeps it from going on: the hold of its first step that waits; null unless it is QUEUED or RUNNING, is held, and nothing of it runs.',
      resolve: async (task, _args, { viewer }) =>
        mayBeHeld(task)
          ? ((await loadHold(viewer, { taskId: task.id, revision: task.revision }))?.hold ?? null)
          : null,
    }),
    run: t.field({
      type: refs.run,
      nullable: true,
      description: 'The application of the current revision; null until it is queued.',
      resolve: ({ id, revision }, _args, { viewer }) => load(viewer, { taskId: id, revision }),
    }),
    cancelRequestedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When somebody asked for the end of what runs; null where nobody did, or nothing ran.',
      resolve: async ({ id, revision }, _args, { viewer }) =>
        (await load(viewer, { taskId: id, revision }))?.cancelRequestedAt ?? null,
    }),
  }));
};

const addHoldType = (builder: Builder) =>
  builder.objectRef<Hold>('Hold').implement({
    description: 'Why something waits that may go on later. It is no failure and costs no attempt.',
    authScopes: { read: true },
    fields: (t) => ({
      rule: t.exposeString('rule', {
        description:
          'Who says so: a rule of policy, `policy_engine.fault` where it gives no verdict, `kill_switch.paused`, a limit of the platform (`platform.rate_limit`, `platform.circuit_breaker`, `platform.bulkhead`), or `worker.stopping`.',
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

const addStepType = (
  builder: Builder,
  { enums, taskError }: Refs,
  {
    effect,
    hold,
  }: {
    effect: ReturnType<typeof addEffectType>;
    hold: ReturnType<typeof addHoldType>;
  },
  runs: RunViews,
) => {
  const effectsOf = createListLoader(runs.findEffects, (item) => item.stepId);
  return builder.objectRef<Step>('Step').implement({
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
    }),
  });
};

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
