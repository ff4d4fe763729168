import { createBatchLoader } from './batch-loader.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import type { Principal } from '../../../domain/principal.ts';
import { noCancel } from '../../../domain/run-refusals.ts';
import type { Run } from '../../../domain/run.ts';
import type { Task } from '../../../domain/task.ts';
import { mayBeHeld, type RunCommands, type RunViews } from '../../../modules/execution/index.ts';
import { createListLoader } from './list-loader.ts';
import type { LoadPlan } from './plan-schema.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import { addRunControl, createFindUndoings } from './run-control-schema.ts';
import { addGateType, addHoldType, addStepType, type StepView } from './step-schema.ts';
import { exposed } from './exposed-fields.ts';
import type { LoadTask } from './task-schema.ts';

export interface RunSources {
  readonly operations: RunCommands;
  readonly runs: RunViews;
  readonly loadPlan: LoadPlan;
  readonly loadPrincipal: LoadPrincipal;
  readonly loadTask: LoadTask;
}

export const addRunSchema = (
  builder: Builder,
  refs: Refs,
  { operations, runs, loadPlan, loadPrincipal, loadTask }: RunSources,
): void => {
  const { enums } = refs;
  const hold = addHoldType(builder, loadTask);
  const gate = addGateType(builder, refs, loadPrincipal);
  const step = addStepType(builder, refs, { hold, gate }, runs, loadPrincipal);
  const findUndoings = createFindUndoings(loadPlan);
  const locksOf = createListLoader(runs.findLocks, (item) => item.runId);
  const stepsOf = createListLoader(runs.findSteps, (item) => item.runId);
  refs.run.implement({
    description: 'One application of one plan revision.',
    authScopes: { read: true },
    fields: (t) => ({
      ...exposed(t, {
        id: ['ID', 'UUID.'],
        status: [enums.runStatus, 'How it stands.'],
        planHash: ['String', 'The plan that it applies.'],
        startedAt: ['DateTime', 'When its first step started.', 'nullable'],
        finishedAt: ['DateTime', 'When it ended.', 'nullable'],
        cancelRequestedAt: [
          'DateTime',
          'When somebody asked for its end; the step in flight finishes first.',
          'nullable',
        ],
      }),
      steps: t.field({
        type: [step],
        description: 'The steps, in order.',
        resolve: async (run, _args, { viewer }) => {
          const steps = await stepsOf(viewer, run.id);
          const within = { task: run.task, run, steps, findUndoings: () => findUndoings(viewer, run) };
          return steps.map((each): StepView => ({ ...each, within }));
        },
      }),
    }),
  });
  addRunControl(builder, refs, { gate, operations, loadPlan, loadPrincipal, locksOf, stepsOf });
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
  const whyNotCancel = async (viewer: Principal, task: Task) => {
    // Only what is under way can be rolling back.
    const mayRollBack = task.status === 'RUNNING' || task.status === 'PAUSED';
    const run = mayRollBack ? await load(viewer, { taskId: task.id, revision: task.revision }) : null;
    return noCancel(viewer, task, run);
  };
  builder.objectFields(refs.task, (t) => ({
    viewerCanCancel: t.boolean({
      description: 'Whether you may cancel it now.',
      resolve: async (task, _args, { viewer }) => (await whyNotCancel(viewer, task)) === null,
    }),
    whyNotCancel: t.string({
      nullable: true,
      description: 'Why you may not, and what to do instead; null where you may.',
      resolve: async (task, _args, { viewer }) => (await whyNotCancel(viewer, task))?.message ?? null,
    }),
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
      resolve: async (task, _args, { viewer }) => {
        const run = await load(viewer, { taskId: task.id, revision: task.revision });
        return run && { ...run, task };
      },
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
