import type { PlanDocumentStep, PlanPhase, ShownStep } from '../../../domain/plan.ts';
import { findReferences, type PlacedReference } from '../../../domain/references.ts';
import { pathOf } from '../../../infra/input-words.ts';
import type { Builder } from './builder.ts';
import type { DiffTypes } from './diff-schema.ts';
import type { Refs } from './refs.ts';

export interface StepView {
  readonly planned: PlanDocumentStep;
  readonly shown: ShownStep;
}

export const addPhaseType = (builder: Builder, { enums }: Refs) =>
  builder.objectRef<PlanPhase>('PlanPhase').implement({
    description: 'A part of a rollout: some of its targets, and then the gates that look at them.',
    authScopes: { read: true },
    fields: (t) => ({
      number: t.exposeInt('number', { description: '1 for the first. Steps say it as their phase.' }),
      name: t.exposeString('name', { description: 'Canary, Wave 1, Wave 2 …' }),
      soakMs: t.expose('soakMs', {
        type: 'Milliseconds',
        description: 'Milliseconds from the end of its last step until its gates look.',
      }),
      errorBudget: t.exposeInt('errorBudget', {
        description: 'How many of its gates may fail, and the run goes on.',
      }),
      onFail: t.expose('onFail', {
        type: enums.gateReaction,
        description: 'What happens where more of them fail.',
      }),
    }),
  });

const addReferenceType = (builder: Builder) =>
  builder.objectRef<PlacedReference>('PlanReference').implement({
    description: 'A value of a step that an earlier step puts out.',
    authScopes: { read: true },
    fields: (t) => ({
      path: t.string({
        description: 'Where it stands in the params: blocks[0].text.',
        resolve: ({ path }) => pathOf(path),
      }),
      step: t.string({ description: 'Name of the earlier step.', resolve: ({ from }) => from }),
      pointer: t.exposeString('pointer', {
        description: 'JSON Pointer into its output; empty for all of it.',
      }),
    }),
  });

export const addStepType = (builder: Builder, refs: Refs, { diff, finding, target }: DiffTypes) => {
  const { enums } = refs;
  const reference = addReferenceType(builder);
  return builder.objectRef<StepView>('PlanStep').implement({
    description: 'One action of a plan with what its executor foresees.',
    authScopes: { read: true },
    fields: (t) => ({
      name: t.string({ description: 'Its name within the task.', resolve: ({ planned }) => planned.name }),
      ordinal: t.int({ description: 'Its place, from 0.', resolve: ({ planned }) => planned.ordinal }),
      phase: t.int({
        description: 'Its phase, from 1; 0 where the plan has phases and it belongs to none.',
        resolve: ({ planned }) => planned.phase,
      }),
      actionType: t.string({
        description: 'repo.commit',
        resolve: ({ planned }) => planned.action.split('@')[0] ?? '',
      }),
      version: t.int({
        description: "The action type's version.",
        resolve: ({ planned }) => Number(planned.action.split('@')[1]),
      }),
      platform: t.string({ description: 'What it acts on.', resolve: ({ planned }) => planned.platform }),
      category: t.field({
        type: enums.actionCategory,
        description: 'What kind of change it makes.',
        resolve: ({ shown }) => shown.category,
      }),
      idempotency: t.field({
        type: enums.idempotency,
        description: 'What a retry may assume.',
        resolve: ({ shown }) => shown.idempotency,
      }),
      reversible: t.boolean({
        description: 'Whether it can be rolled back.',
        resolve: ({ shown }) => shown.reversible,
      }),
      params: t.field({
        type: 'JSON',
        description: 'What its executor is given.',
        resolve: ({ planned }) => planned.params,
      }),
      dependsOn: t.stringList({
        description: 'Steps that must succeed first.',
        resolve: ({ planned }) => [...planned.dependsOn],
      }),
      summary: t.string({
        description: 'The consequence in one sentence.',
        resolve: ({ shown }) => shown.summary,
      }),
      kind: t.field({
        type: enums.stepKind,
        description: 'Whether it is an action, or a gate that looks at what actions did.',
        resolve: ({ planned }) => planned.kind ?? 'ACTION',
      }),
      expect: t.field({
        type: 'JSON',
        nullable: true,
        description: 'Of a gate: the JSON Schema of the output that lets the run go on.',
        resolve: ({ planned }) => planned.expect ?? null,
      }),
      canBeUndone: t.boolean({
        description: 'Whether a rollback undoes it. What only reads need not be undone.',
        resolve: ({ planned }) => planned.undo !== undefined,
      }),
      fallbackFor: t.string({
        nullable: true,
        description:
          'The step in whose place it runs where that fails and surely did nothing; null unless it is a fallback.',
        resolve: ({ planned }) => planned.fallbackFor ?? null,
      }),
      timeoutMs: t.field({
        type: 'Milliseconds',
        description: 'What each try may take: then the call is aborted.',
        resolve: ({ planned }) => planned.timeMs,
      }),
      references: t.field({
        type: [reference],
        description:
          'What of its params earlier steps put out. It is shown in their place as a text that says so.',
        resolve: ({ planned }) => [...findReferences(planned.params).references],
      }),
      targets: t.field({
        type: [target],
        description: 'What it touches.',
        resolve: ({ planned }) => planned.targets,
      }),
      precondition: t.field({
        type: 'JSON',
        nullable: true,
        description:
          'What must still be true of the target when it runs; otherwise nothing is written and the task is planned again.',
        resolve: ({ planned }) => planned.precondition,
      }),
      diffs: t.field({
        type: [diff],
        description: 'The change itself.',
        resolve: ({ shown }) => shown.diffs,
      }),
      findings: t.field({
        type: [finding],
        description: 'What the executor wants noticed.',
        resolve: ({ shown }) => shown.findings,
      }),
    }),
  });
};
