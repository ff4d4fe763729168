import type { PlanDocumentStep, PlanPhase, ShownStep } from '../../../domain/plan.ts';
import type { Position } from '../../../domain/planned-action.ts';
import { findReferences, type PlacedReference } from '../../../domain/references.ts';
import { pathOf } from '../../../infra/input-words.ts';
import type { PositionsOf } from '../../../platforms/index.ts';
import type { Builder } from './builder.ts';
import type { DiffTypes } from './diff-schema.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

/** A step as it will run, with what people are shown of it. */
export interface StepView
  extends
    PlanDocumentStep,
    Pick<ShownStep, 'category' | 'idempotency' | 'reversible' | 'summary' | 'diffs' | 'findings'> {}

/** The files that steps create, change or delete, each once: one path in two places is two files. */
export const countFiles = (steps: readonly Pick<StepView, 'platform' | 'targets' | 'diffs'>[]): number =>
  new Set(
    steps.flatMap(({ platform, targets, diffs }) =>
      diffs.flatMap((diff) => (diff.type === 'FILE' ? [JSON.stringify([platform, targets, diff.path])] : [])),
    ),
  ).size;

export const addPhaseType = (builder: Builder, { enums }: Refs) =>
  defineType<PlanPhase>(
    builder,
    'PlanPhase',
    'A part of a rollout: some of its targets, and then the gates that look at them.',
    {
      number: ['Int', '1 for the first. Steps say it as their phase.'],
      name: ['String', 'Canary, Wave 1, Wave 2 …'],
      soakMs: ['Milliseconds', 'Milliseconds from the end of its last step until its gates look.'],
      errorBudget: ['Int', 'How many of its gates may fail, and the run goes on.'],
      onFail: [enums.gateReaction, 'What happens where more of them fail.'],
    },
  );

type ShownReference = PlacedReference & { readonly isKnown: boolean };

const addReferenceType = (builder: Builder) =>
  defineType<ShownReference>(
    builder,
    'PlanReference',
    'A value of a step that an earlier step puts out.',
    {
      pointer: ['String', 'JSON Pointer into its output; empty for all of it.'],
      isKnown: [
        'Boolean',
        'Whether it was known when the plan was made: then the params hold it, and the step runs only where the earlier one puts out just that.',
      ],
    },
    (t) => ({
      path: t.string({
        description: 'Where it stands in the params: blocks[0].text.',
        resolve: ({ path }) => pathOf(path),
      }),
      step: t.string({ description: 'Name of the earlier step.', resolve: ({ from }) => from }),
    }),
  );

export const addStepType = (
  builder: Builder,
  { enums }: Refs,
  { diff, finding, target }: DiffTypes,
  positionsOf: PositionsOf,
) => {
  const reference = addReferenceType(builder);
  const position = defineType<Position>(
    builder,
    'PlanPosition',
    'Where something stood as a plan found it.',
    {
      what: ['String', 'A branch, for example.'],
      at: ['String', 'Where it stood; null where it was not there.', 'nullable'],
    },
  );
  return defineType<StepView>(
    builder,
    'PlanStep',
    'One action of a plan with what its executor foresees.',
    {
      name: ['String', 'Its name within the task.'],
      ordinal: ['Int', 'Its place, from 0.'],
      phase: ['Int', 'Its phase, from 1; 0 where the plan has phases and it belongs to none.'],
      platform: ['String', 'What it acts on.'],
      category: [enums.actionCategory, 'What kind of change it makes.'],
      idempotency: [enums.idempotency, 'What a retry may assume.'],
      reversible: ['Boolean', 'Whether undoing it brings back what was there.'],
      params: ['JSON', 'What its executor is given.'],
      dependsOn: [['String'], 'Steps that must succeed first.'],
      summary: ['String', 'The consequence in one sentence.'],
      targets: [[target], 'What it touches.'],
      precondition: [
        'JSON',
        'What must still be true of the target when it runs; otherwise nothing is written and the task is planned again.',
        'nullable',
      ],
      diffs: [[diff], 'The change itself.'],
      findings: [[finding], 'What the executor wants noticed.'],
    },
    (t) => ({
      actionType: t.string({
        description: 'repo.commit',
        resolve: ({ action }) => action.split('@')[0] ?? '',
      }),
      version: t.int({
        description: "The action type's version.",
        resolve: ({ action }) => Number(action.split('@')[1]),
      }),
      kind: t.field({
        type: enums.stepKind,
        description: 'Whether it is an action, or a gate that looks at what actions did.',
        resolve: ({ kind }) => kind ?? 'ACTION',
      }),
      expect: t.field({
        type: 'JSON',
        nullable: true,
        description: 'Of a gate: the JSON Schema of the output that lets the run go on.',
        resolve: ({ expect }) => expect ?? null,
      }),
      after: t.stringList({
        description:
          'Earlier steps that change the same thing: it is planned upon what they leave, and runs only where that is what comes of them.',
        resolve: ({ after = [] }) => [...after],
      }),
      changedFiles: t.int({
        description: 'How many files it creates, changes or deletes.',
        resolve: (step) => countFiles([step]),
      }),
      canBeUndone: t.boolean({
        description: 'Whether a rollback undoes it. What only reads need not be undone.',
        resolve: ({ undo }) => undo !== undefined,
      }),
      fallbackFor: t.string({
        nullable: true,
        description:
          'The step in whose place it runs where that fails and surely did nothing; null unless it is a fallback.',
        resolve: ({ fallbackFor }) => fallbackFor ?? null,
      }),
      positions: t.field({
        type: [position],
        description:
          'The precondition as its platform words it, to compare two revisions by; empty where its own fields say it best.',
        resolve: (step) => [...positionsOf(step)],
      }),
      timeoutMs: t.field({
        type: 'Milliseconds',
        description: 'What each try may take: then the call is aborted.',
        resolve: ({ timeMs }) => timeMs,
      }),
      references: t.field({
        type: [reference],
        description:
          'What of its params earlier steps put out. Where it is not known yet, a text that says so is shown in its place.',
        resolve: ({ params, takes = [] }) => [
          ...takes.map((taken) => ({ ...taken, isKnown: true })),
          ...findReferences(params).references.map((reference) => ({ ...reference, isKnown: false })),
        ],
      }),
    }),
  );
};
