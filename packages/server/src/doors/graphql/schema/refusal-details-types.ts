import type {
  CurrentPlan,
  EndedRequest,
  ExistingTask,
  Fault,
  InputFaults,
} from '../../../domain/refusal-details.ts';
import type { Builder } from './builder.ts';
import type { Enums } from './enums.ts';

/** What a refusal may say for programs, one type per kind. */
export const addRefusalDetails = (builder: Builder, enums: Enums) => {
  const fault = addFault(builder, enums);
  const members = {
    FAULTS: addInputFaults(builder, fault),
    CURRENT_PLAN: builder.objectRef<CurrentPlan>('CurrentPlan').implement({
      description: 'The plan that stands, where a decision named another.',
      authScopes: { read: true },
      fields: (t) => ({
        currentRevision: t.exposeInt('currentRevision', { description: 'Its revision.' }),
        currentPlanHash: t.exposeString('currentPlanHash', { nullable: true, description: 'Its hash.' }),
      }),
    }),
    EXISTING_TASK: builder.objectRef<ExistingTask>('ExistingTask').implement({
      description: 'The task that an idempotency key stands for.',
      authScopes: { read: true },
      fields: (t) => ({ taskId: t.exposeID('taskId', { description: 'Its UUID.' }) }),
    }),
    ENDED_REQUEST: builder.objectRef<EndedRequest>('EndedRequest').implement({
      description: 'How a request for approval ended.',
      authScopes: { read: true },
      fields: (t) => ({
        status: t.expose('status', { type: enums.approvalStatus, description: 'Its end.' }),
      }),
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
  builder.objectRef<Fault>('InputFault').implement({
    description: 'One fault of an input.',
    authScopes: { read: true },
    fields: (t) => ({
      path: t.exposeString('path', { description: 'Where: `actions[0].params.branch`.' }),
      message: t.exposeString('message', { description: 'What, for people.' }),
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
  });

const addInputFaults = (builder: Builder, fault: ReturnType<typeof addFault>) =>
  builder.objectRef<InputFaults>('InputFaults').implement({
    description: 'Everything that is wrong with an input.',
    authScopes: { read: true },
    fields: (t) => ({
      faults: t.field({ type: [fault], description: 'All of it.', resolve: ({ faults }) => [...faults] }),
    }),
  });
