import {
  actionCategories,
  approvalStatuses,
  breakerStates,
  decisionOutcomes,
  effectStates,
  environments,
  healthStatuses,
  idempotencyCapabilities,
  metricsWindows,
  networkReaches,
  principalTypes,
  priorities,
  risks,
  roles,
  runStatuses,
  stepStates,
  taskModes,
  taskStatuses,
  verdicts,
} from '@countersign/shared';
import { GraphQLError } from 'graphql';
import { readInstant } from '../domain/instant.ts';
import { errorCatalogue, type Failure, type Refusal } from '../domain/errors.ts';
import { recordedCode } from '../domain/legacy-codes.ts';
import type { Builder } from './builder.ts';

const invalid = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'SCHEMA_VALIDATION_FAILED' } });

const addScalars = (builder: Builder): void => {
  builder.scalarType('DateTime', {
    description: 'An instant, as ISO 8601 text in UTC with milliseconds: 2026-11-21T10:26:04.120Z.',
    serialize: (value) => value.toISOString(),
    parseValue: (value) => {
      const date = typeof value === 'string' ? readInstant(value) : null;
      if (date === null)
        throw invalid(
          'A DateTime is ISO 8601 text with a zone, of a day that the calendar has: 2026-11-21T10:26:04Z.',
        );
      return date;
    },
  });
  builder.scalarType('JSON', {
    description: 'Any JSON value. Give it as a variable.',
    serialize: (value) => value,
    parseValue: (value) => value,
  });
};

const addEnums = (builder: Builder) => ({
  taskStatus: builder.enumType('TaskStatus', {
    description:
      'Where a task stands. HELD is the undo window after approval; NEEDS_ATTENTION means an effect whose outcome nobody can know.',
    values: taskStatuses,
  }),
  taskMode: builder.enumType('TaskMode', {
    description:
      'APPLY runs the plan; PLAN stops once it is planned and decided; NOOP goes the whole way and calls no platform.',
    values: taskModes,
  }),
  priority: builder.enumType('Priority', {
    description: 'How urgent a task is: which lane it waits in.',
    values: priorities,
  }),
  environment: builder.enumType('Environment', {
    description: 'Where the change lands.',
    values: environments,
  }),
  principalType: builder.enumType('PrincipalType', {
    description: 'What kind of identity this is. Only a HUMAN decides.',
    values: principalTypes,
  }),
  role: builder.enumType('Role', { description: 'What an identity may do.', values: roles }),
  risk: builder.enumType('Risk', {
    description: "The server's own estimate of what could go wrong.",
    values: risks,
  }),
  decisionOutcome: builder.enumType('DecisionOutcome', {
    description: 'What policy says of a plan.',
    values: decisionOutcomes,
  }),
  approvalStatus: builder.enumType('ApprovalStatus', {
    description: 'How an approval request stands. EXPIRED is never REJECTED.',
    values: approvalStatuses,
  }),
  verdict: builder.enumType('Verdict', {
    description: "One person's vote. WITHDRAW takes an earlier approval back.",
    values: verdicts,
  }),
  runStatus: builder.enumType('RunStatus', {
    description: 'How one application of a plan stands.',
    values: runStatuses,
  }),
  stepState: builder.enumType('StepState', {
    description: 'How one action of a run stands.',
    values: stepStates,
  }),
  effectState: builder.enumType('EffectState', {
    description: 'What is known of one call to a platform.',
    values: effectStates,
  }),
  actionCategory: builder.enumType('ActionCategory', {
    description: 'What kind of change an action makes.',
    values: actionCategories,
  }),
  idempotency: builder.enumType('IdempotencyCapability', {
    description:
      'What a retry may assume: the platform takes our key, our mark can be looked up, a version is compared, or nothing.',
    values: idempotencyCapabilities,
  }),
  networkReach: builder.enumType('NetworkReach', {
    description: 'How far an action reaches over the network.',
    values: networkReaches,
  }),
  breakerState: builder.enumType('BreakerState', {
    description: 'Whether calls to a platform go through.',
    values: breakerStates,
  }),
  healthStatus: builder.enumType('HealthStatus', {
    description: 'How well a part works.',
    values: healthStatuses,
  }),
  metricsWindow: builder.enumType('MetricsWindow', {
    description: 'How far back figures look.',
    values: metricsWindows,
  }),
  errorCode: builder.enumType('ErrorCode', {
    description: 'Every reason for a refusal or a failure. A reason has one code, whoever gives it.',
    values: errorCatalogue,
  }),
});

/** What every module's types are made of. */
export const addBaseTypes = (builder: Builder) => {
  addScalars(builder);
  const enums = addEnums(builder);
  const refusal = builder.objectRef<Refusal>('Refusal').implement({
    description: 'Why something was not done. Nothing is half done.',
    authScopes: { read: true },
    fields: (t) => ({
      code: t.expose('code', { type: enums.errorCode, description: 'The reason, one of the catalogue.' }),
      message: t.exposeString('message', { description: 'What happened and what to do, for people.' }),
      retriable: t.exposeBoolean('retriable', { description: 'Whether the same call may succeed later.' }),
      retryAfterMs: t.exposeInt('retryAfterMs', {
        nullable: true,
        description: 'Milliseconds to wait first.',
      }),
      approvalUrl: t.exposeString('approvalUrl', { nullable: true, description: 'Where people decide.' }),
      details: t.expose('details', {
        type: 'JSON',
        nullable: true,
        description:
          'For bad input a list of { path, message }; for a conflict the current revision and hash.',
      }),
    }),
  });
  const taskError = builder.objectRef<Failure & { stepName?: string }>('TaskError').implement({
    description: 'How a task, a step or a call failed.',
    authScopes: { read: true },
    fields: (t) => ({
      code: t.field({
        type: enums.errorCode,
        description: 'The reason, one of the catalogue.',
        resolve: ({ code }) => recordedCode(code),
      }),
      message: t.exposeString('message', { description: 'What happened, for people.' }),
      retriable: t.boolean({
        description: 'Whether trying again may help.',
        resolve: ({ code }) => errorCatalogue[recordedCode(code)].retriable,
      }),
      stepName: t.string({
        nullable: true,
        description: 'The step that failed.',
        resolve: (failure) => failure.stepName ?? null,
      }),
    }),
  });
  return { enums, refusal, taskError };
};
