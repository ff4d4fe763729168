import { answerOf } from '../answers.ts';
import { createBatchLoader } from './batch-loader.ts';
import type { Builder, Types } from './builder.ts';
import type { Refs } from './refs.ts';
import type { Principal } from '../../../domain/principal.ts';
import { addChangedLinesType, linesComplexity, linesPage, linesQuery } from './changed-lines-schema.ts';
import { addDiffTypes } from './diff-schema.ts';
import { addPhaseType, addStepType, countFiles, type StepView } from './plan-step-schema.ts';
import { defineType } from './exposed-fields.ts';
import type { PositionsOf, ReadLines } from '../../../platforms/index.ts';
import type { FindPlans, PlanView, RevisionKey } from '../../../modules/tasks/index.ts';

const stepsOf = ({ plan, document }: PlanView): StepView[] =>
  document.steps.flatMap((planned, index) => {
    const shown = plan.presentation.steps[index];
    return shown ? [{ ...shown, ...planned }] : [];
  });

const createPlanLoader = (findPlans: FindPlans) =>
  createBatchLoader(
    (viewer: Principal, keys: readonly RevisionKey[]) =>
      findPlans(viewer, keys, (bytes) => answerOf(viewer)?.hold(bytes)),
    ({ plan }) => `${plan.taskId}/${plan.revision}`,
    (key) => `${key.taskId}/${key.revision}`,
  );

/** One revision, as it was planned; null where there is none, or where it is not. */
export type LoadPlan = ReturnType<typeof createPlanLoader>;

/** As many as a task is planned anew at most: `replan-task.ts`. */
const mostRevisions = 10;

/** Gives what approvals rest on: whether a person can be shown a revision as it was planned. */
export const addPlanSchema = (
  builder: Builder,
  refs: Refs,
  {
    findPlans,
    positionsOf,
    readLines,
  }: {
    readonly findPlans: FindPlans;
    readonly positionsOf: PositionsOf;
    readonly readLines: ReadLines;
  },
) => {
  const { enums } = refs;
  const diffs = addDiffTypes(builder, refs);
  const step = addStepType(builder, refs, diffs, positionsOf);
  const phase = addPhaseType(builder, refs);
  const changedLines = addChangedLinesType(builder, diffs);
  const plan = defineType<PlanView>(
    builder,
    'Plan',
    'One immutable revision of what a task will do, made without side effects.',
    {},
    (t) => ({
      revision: t.int({ description: '1 for the first.', resolve: ({ plan: { revision } }) => revision }),
      hash: t.string({
        description: 'SHA-256 (hex) over "plan/v1", a NUL and the bytes of `document`. A decision names it.',
        resolve: ({ plan: { hash } }) => hash,
      }),
      summary: t.string({
        description: 'The consequence in one sentence, built by the server.',
        resolve: ({ plan: { summary } }) => summary,
      }),
      risk: t.field({
        type: enums.risk,
        description: "The server's estimate.",
        resolve: ({ document }) => document.risk,
      }),
      riskFactors: t.stringList({
        description: 'Why, the weightiest first.',
        resolve: ({ plan: { presentation } }) => [...presentation.riskFactors],
      }),
      reversible: t.boolean({
        description: 'Whether undoing every step brings back what was there.',
        resolve: (parent) => stepsOf(parent).every(({ reversible }) => reversible),
      }),
      changedFiles: t.int({
        description:
          'How many files it creates, changes or deletes, each once; 0 where what it changes are no files.',
        resolve: (parent) => countFiles(stepsOf(parent)),
      }),
      claimedEnvironment: t.field({
        type: refs.enums.environment,
        nullable: true,
        description:
          'What its submitter claimed, where its targets are of a stricter environment; null where the claim holds.',
        resolve: ({ document }) => document.claimed ?? null,
      }),
      transactional: t.boolean({
        description: 'Whether what was done is undone where a step fails.',
        resolve: ({ document }) => document.transactional ?? false,
      }),
      phases: t.field({
        type: [phase],
        description: 'The phases of a rollout, in order; empty where there is none.',
        resolve: ({ document }) => [...(document.phases ?? [])],
      }),
      steps: t.field({
        type: [step],
        description: 'What will happen, in order.',
        resolve: stepsOf,
      }),
      lines: t.field({
        type: changedLines,
        nullable: true,
        description:
          'A part of what a step changes in one file, from what the hash covers: also what was too long for `FileDiff.hunks`. Null where the step changes no such file, or where its repository cannot be read now.',
        complexity: linesComplexity,
        args: {
          step: t.arg.string({ required: true, description: 'Name of the step.' }),
          path: t.arg.string({ required: true, description: 'The file.' }),
          first: t.arg.int({ description: 'So many lines: 1 to 5,000, 1,000 by default.' }),
          after: t.arg.string({ description: 'The endCursor of the part before.' }),
        },
        resolve: async ({ document }, args, { viewer }) => {
          const query = linesQuery(args);
          const planned = document.steps.find(({ name }) => name === args.step);
          const lines = planned ? await readLines(planned, query, viewer) : null;
          return lines && linesPage(query, lines);
        },
      }),
      document: t.string({
        description:
          'RFC 8785 canonical JSON of everything that will run: the very bytes that are hashed, approved and executed.',
        resolve: ({ plan: { document } }) => document,
      }),
      createdAt: t.field({
        type: 'DateTime',
        description: 'When it was made.',
        resolve: ({ plan: { createdAt } }) => createdAt,
      }),
    }),
  );
  const load = createPlanLoader(findPlans);
  addPlansOf(builder, refs, plan, load);
  return {
    plan,
    load,
    canBeShown: async (viewer: Principal, key: RevisionKey): Promise<boolean> =>
      (await load(viewer, key)) !== null,
  };
};

const addPlansOf = (
  builder: Builder,
  refs: Refs,
  plan: PothosSchemaTypes.ObjectRef<Types, PlanView>,
  load: LoadPlan,
): void => {
  builder.objectFields(refs.task, (t) => ({
    plan: t.field({
      type: plan,
      nullable: true,
      description:
        'One revision; null where there is none, or where what is stored of it is not what was planned, and then nobody can decide it.',
      args: { revision: t.arg.int({ description: 'Which; the current one where left out.' }) },
      resolve: ({ id, revision }, args, { viewer }) =>
        load(viewer, { taskId: id, revision: args.revision ?? revision }),
    }),
    plans: t.field({
      type: [plan],
      description: 'All revisions that can be shown, oldest first: ten at most.',
      complexity: { field: 1, multiplier: mostRevisions },
      resolve: async ({ id, revision }, _args, { viewer }) => {
        const keys = Array.from({ length: revision }, (_, index) => ({ taskId: id, revision: index + 1 }));
        const found = await Promise.all(keys.map((key) => load(viewer, key)));
        return found.filter((view) => view !== null);
      },
    }),
  }));
  builder.objectField(refs.approval, 'plan', (t) =>
    t.field({
      type: plan,
      nullable: true,
      description: 'The revision that this is about, also once a newer one took its place.',
      resolve: (request, _args, { viewer }) => load(viewer, request),
    }),
  );
};

export type PlanTypes = ReturnType<typeof addPlanSchema>;
