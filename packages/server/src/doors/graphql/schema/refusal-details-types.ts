import type {
  CurrentPlan,
  EndedRequest,
  ExistingTask,
  Fault,
  InputFaults,
} from '../../../domain/refusal-details.ts';
import type { Builder } from './builder.ts';
import type { Enums } from './enums.ts';
import { defineType } from './told-fields.ts';

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
  };
  const details = builder.unionType('RefusalDetails', {
    description: 'What a program may need to go on after a refusal.',
    types: Object.values(members),
    resolveType: ({ kind }) => members[kind],
  });
  return { details, fault };
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
