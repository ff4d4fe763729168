import { GraphQLError } from 'graphql';
import { readInstant } from '../../../domain/instant.ts';
import { isRetriable, type Refusal } from '../../../domain/errors.ts';
import { recordedCode } from '../../../domain/legacy-codes.ts';
import type { TaskFailure } from '../../../domain/task.ts';
import type { Builder } from './builder.ts';
import { addEnums } from './enums.ts';
import { addRefusalDetails } from './refusal-details-types.ts';
import { defineType } from './exposed-fields.ts';

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
  // Arguments take what the design fixed for clients: durations as Int, cursors as String.
  builder.scalarType('Milliseconds', {
    description:
      'A duration in milliseconds, as a number that may be greater than an Int and need not be whole. Arguments and inputs take durations as Int.',
    serialize: (value) => value,
    parseValue: () => {
      throw invalid('Milliseconds are only told; give an Int.');
    },
  });
  builder.scalarType('Cursor', {
    description:
      'A place in a list or in the log, as opaque text. Give it back as `after`, which takes it as String.',
    serialize: (value) => value,
    parseValue: () => {
      throw invalid('A Cursor is only told; give a String.');
    },
  });
  builder.scalarType('JSON', {
    description: 'Any JSON value. Give it as a variable.',
    serialize: (value) => value,
    parseValue: (value) => value,
  });
};

/** What every module's types are made of. */
export const addBaseTypes = (builder: Builder) => {
  addScalars(builder);
  const enums = addEnums(builder);
  const { details, fault } = addRefusalDetails(builder, enums);
  const refusal = defineType<Refusal>(
    builder,
    'Refusal',
    'Why something was not done. Nothing is half done.',
    {
      code: [enums.errorCode, 'The reason, one of the catalogue.'],
      message: ['String', 'What happened and what to do, for people.'],
      retriable: ['Boolean', 'Whether the same call may succeed later.'],
      retryAfterMs: ['Milliseconds', 'Milliseconds to wait first.', 'nullable'],
      approvalUrl: ['String', 'Where people decide.', 'nullable'],
      details: [
        details,
        'What a program may need to go on: the faults of an input, the plan that stands …',
        'nullable',
      ],
    },
  );
  const taskError = defineType<TaskFailure>(
    builder,
    'TaskError',
    'How a task, a step or a call failed.',
    {
      message: ['String', 'What happened, for people.'],
    },
    (t) => ({
      code: t.field({
        type: enums.errorCode,
        description: 'The reason, one of the catalogue.',
        resolve: ({ code }) => recordedCode(code),
      }),
      retriable: t.boolean({
        description:
          'Whether the same may be asked for again and may then succeed. Never where it may have been done.',
        resolve: (failure) => isRetriable({ ...failure, code: recordedCode(failure.code) }),
      }),
      stepName: t.string({
        nullable: true,
        description: 'The step that failed.',
        resolve: (failure) => failure.stepName ?? null,
      }),
      faults: t.field({
        type: [fault],
        description: 'What is wrong with the submission, where it could not be planned; otherwise empty.',
        resolve: ({ faults }) => [...(faults ?? [])],
      }),
    }),
  );
  return { enums, refusal, taskError };
};
