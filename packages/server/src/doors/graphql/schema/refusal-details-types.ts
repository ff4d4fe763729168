import type {
  ChangedPlan,
  CurrentPlan,
  EndedRequest,
  ExistingTask,
  Fault,
  InputFaults,
  PlanChange,
} from '../../../domain/refusal-details.ts';
import type { Builder } from './builder.ts';
import type { Enums } from './enums.ts';
import { defineType } from './exposed-fields.ts';

/** What a refusal may say for programs, one type per kind. */
export const addRefusalDetails = (builder: Builder, enums: Enums) => {
  const fault = addFault(builder, enums);
  const members = {
    FAULTS: addInputFaults(builder, fault),
    CURRENT_PLAN: defineType<CurrentPlan>(
      builder,
      'CurrentPlan',
      'The plan that stands, where a decision named another.',
      {
        currentRevision: ['Int', 'Its revision.'],
        currentPlanHash: ['String', 'Its hash.', 'nullable'],
      },
    ),
    EXISTING_TASK: defineType<ExistingTask>(
      builder,
      'ExistingTask',
      'The task that an idempotency key stands for.',
      {
        taskId: ['ID', 'Its UUID.'],
      },
    ),
    ENDED_REQUEST: defineType<EndedRequest>(builder, 'EndedRequest', 'How a request for approval ended.', {
      status: [enums.approvalStatus, 'Its end.'],
    }),
    CHANGED_PLAN: addChangedPlan(builder),
  };
  const details = builder.unionType('RefusalDetails', {
    description: 'What a program may need to go on after a refusal.',
    types: Object.values(members),
    resolveType: ({ kind }) => members[kind],
  });
  return { details, fault };
};

const addChangedPlan = (builder: Builder) => {
  const change = defineType<PlanChange>(
    builder,
    'PlanChange',
    'One step that would do something else than the plan says.',
    {
      step: ['String', 'Its name.'],
      before: ['String', 'What the plan says of it; null where there was no such step.', 'nullable'],
      now: ['String', 'What it would do now; null where there is no such step any more.', 'nullable'],
    },
  );
  builder.objectField(change, 'parts', (t) =>
    t.stringList({
      description: 'Which parts of it differ: targets, diffs …',
      resolve: ({ parts }) => [...parts],
    }),
  );
  return builder.objectRef<ChangedPlan>('ChangedPlan').implement({
    description: 'How a plan that was to be applied differs from what would be done now.',
    authScopes: { read: true },
    fields: (t) => ({
      changes: t.field({
        type: [change],
        description: 'The steps that differ, 50 at most.',
        resolve: ({ changes }) => [...changes],
      }),
    }),
  });
};

const addFault = (builder: Builder, { errorCode }: Enums) =>
  defineType<Fault>(
    builder,
    'InputFault',
    'One fault of an input.',
    {
      path: ['String', 'Where: `actions[0].params.branch`.'],
      message: ['String', 'What, for people.'],
    },
    (t) => ({
      code: t.field({
        type: errorCode,
        description: 'SCHEMA_VALIDATION_FAILED for its form, otherwise what else stands against it.',
        resolve: ({ code }) => code ?? 'SCHEMA_VALIDATION_FAILED',
      }),
      suggestions: t.stringList({
        description: 'What could stand there instead, the nearest first. Empty where nobody can say.',
        resolve: ({ suggestions }) => [...(suggestions ?? [])],
      }),
      setting: t.string({
        nullable: true,
        description: "The installation's setting that decides about it: `repositories`.",
        resolve: ({ setting }) => setting ?? null,
      }),
    }),
  );

const addInputFaults = (builder: Builder, fault: ReturnType<typeof addFault>) =>
  builder.objectRef<InputFaults>('InputFaults').implement({
    description: 'Everything that is wrong with an input.',
    authScopes: { read: true },
    fields: (t) => ({
      faults: t.field({ type: [fault], description: 'All of it.', resolve: ({ faults }) => [...faults] }),
    }),
  });
