import { undoingsOf, reachOf, type Reach, type Undoings } from '../../../domain/rollback.ts';
import { runPhasesOf, type RunPhase } from '../../../domain/phases.ts';
import type { Principal } from '../../../domain/principal.ts';
import type { Pause, Rollback, Step } from '../../../domain/run.ts';
import { noPause, noRelease, noResume, noRollback } from '../../../domain/run-refusals.ts';
import type { Task } from '../../../domain/task.ts';
import type { HeldLock, RunCommands } from '../../../modules/execution/index.ts';
import type { Builder } from './builder.ts';
import type { LoadPlan } from './plan-schema.ts';
import { nameOf, type LoadPrincipal } from './principal-loader.ts';
import type { Refs, RunView } from './refs.ts';
import type { addGateType } from './step-schema.ts';
import { defineType, exposed, viewerMay } from './exposed-fields.ts';

interface Sources {
  readonly gate: ReturnType<typeof addGateType>;
  readonly operations: RunCommands;
  readonly loadPlan: LoadPlan;
  readonly loadPrincipal: LoadPrincipal;
  readonly locksOf: (viewer: Principal, runId: string) => Promise<readonly HeldLock[]>;
  readonly stepsOf: (viewer: Principal, runId: string) => Promise<readonly Step[]>;
}

/** What people can do to a run, what they did, and what would come of it. */
export const addRunControl = (builder: Builder, refs: Refs, sources: Sources): void => {
  addCommands(refs, sources.operations);
  addWords(builder, refs, sources);
  addRollbackReach(builder, refs, sources);
  addPhases(builder, refs, sources);
  addLocks(builder, refs, sources);
};

const addCommands = (
  refs: Refs,
  { pauseRun, resumeRun, rollbackRun, releaseLocks, retryStep, redriveSteps, resolveStep }: RunCommands,
): void => {
  const controlled = refs.payload<Task>('ControlRunPayload', 'What became of a word to a run.', (give) => ({
    task: give(
      refs.task,
      'The task as it is now. What was in flight finishes, whatever was asked for.',
      (task) => task,
    ),
  }));
  for (const command of [pauseRun, resumeRun, rollbackRun, releaseLocks]) refs.command(command, controlled);
  refs.command(retryStep, controlled);
  refs.commandOfMany(redriveSteps, controlled);
  refs.command(resolveStep, controlled);
};

const addWords = (builder: Builder, refs: Refs, { loadPrincipal }: Sources): void => {
  const { enums } = refs;
  const word = <Word extends Pause | Rollback>(name: string, description: string, causes: string) =>
    defineType<Word>(builder, name, description, {}, (t) => ({
      cause: t.field({ type: enums.runCause, description: causes, resolve: ({ cause }) => cause }),
      by: t.string({
        nullable: true,
        description: 'Who did it, by name; null where nobody did.',
        resolve: ({ by }, _args, { viewer }) => nameOf(loadPrincipal, viewer, by),
      }),
      reason: t.string({ description: 'Why.', resolve: ({ reason }) => reason }),
      at: t.field({ type: 'DateTime', description: 'Since when.', resolve: ({ at }) => new Date(at) }),
    }));
  const pause = word<Pause>('RunPause', 'Why a run stands still.', 'A person, or a gate.');
  const rollback = word<Rollback>(
    'RunRollback',
    'Why a run undoes what it did.',
    'A person, a gate, or a step of a transaction that failed.',
  );
  builder.objectFields(refs.run, (t) => ({
    ...exposed(t, {
      pause: [pause, 'Null unless it is paused.', 'nullable'],
      rollback: [rollback, 'Null unless it undoes, or has undone, what it did.', 'nullable'],
    }),
    ...viewerMay(
      t,
      'Pause',
      ['Whether you may pause it now.', 'Why you may not, and what to do instead; null where you may.'],
      (viewer, run) => noPause(viewer, { task: run.task, run }),
    ),
    ...viewerMay(
      t,
      'Resume',
      ['Whether you may let it go on now.', 'Why you may not; null where you may.'],
      (viewer, run) => noResume(viewer, { task: run.task, run }),
    ),
  }));
};

export const createFindUndoings = (loadPlan: LoadPlan) => {
  return async (viewer: Principal, { taskId, revision }: RunView): Promise<Undoings | null> => {
    const view = await loadPlan(viewer, { taskId, revision });
    if (!view) return null;
    const categories = view.plan.presentation.steps.map(({ category }) => category);
    return undoingsOf(view.document, categories);
  };
};

const addRollbackReach = (builder: Builder, refs: Refs, { loadPlan, stepsOf }: Sources): void => {
  const findUndoings = createFindUndoings(loadPlan);
  const reach = defineType<Reach>(builder, 'RollbackReach', 'What a rollback would do now.', {
    undoes: [['String'], 'Names of the steps that it undoes, in that order.'],
    leaves: [
      ['String'],
      'Names of the steps that were done and that nothing here can undo: undo them by hand.',
    ],
    unknown: [
      ['String'],
      'Names of the steps of which nobody knows whether they were done: somebody has to look.',
    ],
  });
  const look = (viewer: Principal, run: RunView) =>
    Promise.all([findUndoings(viewer, run), stepsOf(viewer, run.id)]);
  builder.objectFields(refs.run, (t) => ({
    undoable: t.field({
      type: reach,
      nullable: true,
      description: 'What a rollback would revert now and what it cannot; null where its plan cannot be read.',
      resolve: async (run, _args, { viewer }) => {
        const [undoings, steps] = await look(viewer, run);
        return undoings && reachOf(steps, undoings);
      },
    }),
    ...viewerMay(
      t,
      'RollBack',
      [
        'Whether you may have it undo what it did now.',
        'Why you may not, and what to do instead; null where you may.',
      ],
      async (viewer, run) => {
        const [undoings, steps] = await look(viewer, run);
        return noRollback(viewer, { task: run.task, run }, steps, undoings);
      },
    ),
  }));
};

const addLocks = (builder: Builder, refs: Refs, { locksOf }: Sources): void => {
  const namesOf = async (viewer: Principal, { id }: RunView) =>
    (await locksOf(viewer, id)).map(({ name }) => name);
  const whyNot = async (viewer: Principal, run: RunView) =>
    noRelease(viewer, { task: run.task, run }, await namesOf(viewer, run));
  builder.objectFields(refs.run, (t) => ({
    locks: t.stringList({
      description:
        'What it has for itself, until it ends or a person lets others change it: `git:/srv/demo.git/refs/heads/main`. Where nobody knows what it did, it has not ended.',
      resolve: (run, _args, { viewer }) => namesOf(viewer, run),
    }),
    viewerCanReleaseLocks: t.boolean({
      description: 'Whether you may let others change it now.',
      resolve: async (run, _args, { viewer }) => (await whyNot(viewer, run)) === null,
    }),
    whyNotReleaseLocks: t.string({
      nullable: true,
      description: 'Why you may not; null where you may.',
      resolve: async (run, _args, { viewer }) => (await whyNot(viewer, run))?.message ?? null,
    }),
  }));
};

const addPhases = (builder: Builder, refs: Refs, { gate, loadPlan, stepsOf }: Sources): void => {
  const { enums } = refs;
  const target = defineType<RunPhase['targets'][number]>(
    builder,
    'RunTarget',
    'One target of a phase.',
    { name: ['String', 'What is acted on.'] },
    (t) => ({
      step: t.string({
        description: 'The name of the step that does it: of its fallback, where that took its place.',
        resolve: ({ step }) => step.name,
      }),
      status: t.field({
        type: enums.stepState,
        description: 'How that step stands.',
        resolve: ({ step }) => step.state,
      }),
    }),
  );
  const phase = defineType<RunPhase>(
    builder,
    'RunPhase',
    'A part of a rollout: some targets, then the gates that look at them.',
    {
      number: ['Int', 'Its place, from 1.'],
      name: ['String', 'Canary, Wave 1, Wave 2 …'],
      status: [enums.phaseStatus, 'How it stands.'],
      errorBudget: ['Int', 'So many of its gates may fail.'],
      gate: [gate, 'Null while gates are left that have not looked, unless one said no.', 'nullable'],
      targets: [[target], 'In order.'],
    },
    (t) => ({
      soakUntil: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When its gates look; null unless it soaks.',
        resolve: ({ soakUntil }) => (soakUntil === null ? null : new Date(soakUntil)),
      }),
    }),
  );
  builder.objectField(refs.run, 'phases', (t) =>
    t.field({
      type: [phase],
      description: 'The phases of its rollout, in order; none where it has no rollout.',
      resolve: async (run, _args, { viewer }) => {
        const { taskId, revision } = run;
        const [view, steps] = await Promise.all([
          loadPlan(viewer, { taskId, revision }),
          stepsOf(viewer, run.id),
        ]);
        return view ? runPhasesOf(view.document, run, steps) : [];
      },
    }),
  );
};
