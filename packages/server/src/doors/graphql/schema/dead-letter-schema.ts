import type { DeadLetter, DeadLetterQueries } from '../../../modules/execution/index.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

export const addDeadLetterSchema = (
  builder: Builder,
  refs: Refs,
  { deadLetters }: DeadLetterQueries,
): void => {
  const letter = defineType<DeadLetter>(
    builder,
    'DeadLetter',
    'A step that spent all its attempts on a cause that may pass.',
    {
      taskId: ['ID', 'Its task, which failed with it.'],
      step: ['String', "The step's name: what to give to redriveSteps, with the task."],
      platform: ['String', 'Where it was to act.'],
      actionType: ['String', 'What it was to do: `repo.commit@1`.'],
      attempts: ['Int', 'How often it was tried.'],
      failedAt: ['DateTime', 'When the last attempt ended.'],
    },
    (t) => ({
      code: t.string({
        description: 'What the last attempt ended with, in the catalogue of errors.',
        resolve: ({ error }) => error.code,
      }),
      message: t.string({
        description: 'The same in a sentence.',
        resolve: ({ error }) => error.message,
      }),
    }),
  );
  refs.pages(deadLetters, refs.connectionOf('DeadLetter', letter, { hasTotalCount: false }));
};
