import type { Feedback } from '../../../domain/feedback.ts';
import {
  feedbackNo,
  type FeedbackCommands,
  type FeedbackViews,
  type TaskFeedback,
} from '../../../modules/feedback/index.ts';
import { createBatchLoader } from './batch-loader.ts';
import type { Builder } from './builder.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import type { Refs } from './refs.ts';
import { defineType, viewerMay } from './exposed-fields.ts';

export interface FeedbackSources {
  readonly operations: FeedbackCommands;
  readonly feedback: FeedbackViews;
  readonly loadPrincipal: LoadPrincipal;
}

/** What people and agents say of what a task came to. */
export const addFeedbackSchema = (
  builder: Builder,
  refs: Refs,
  { operations, feedback, loadPrincipal }: FeedbackSources,
) => {
  const said = defineType<TaskFeedback | Feedback>(
    builder,
    'Feedback',
    'What somebody says of what a task came to.',
    {
      id: ['ID', 'UUID.'],
      taskId: ['ID', 'The task.'],
      outcome: [refs.enums.feedbackOutcome, 'What it came to.'],
      executionQuality: ['Int', 'How well it was done, 1 to 5.'],
      notes: ['String', 'In their words.', 'nullable'],
      userModifications: ['JSON', 'How people changed what it put out: before and after.', 'nullable'],
      isOwn: [
        'Boolean',
        'Whether it is of those whose own work it is: it counts where it finds fault, and only then.',
      ],
      at: ['DateTime', 'When.'],
    },
    (t) => ({
      learningPoints: t.stringList({
        description: 'What to make of it another time.',
        resolve: ({ learningPoints }) => [...learningPoints],
      }),
      by: t.field({
        type: refs.principal,
        nullable: true,
        description: 'Who says it.',
        resolve: ({ principalId }, _args, { viewer }) => loadPrincipal(viewer, principalId),
      }),
    }),
  );
  builder.objectField(said, 'earlier', (t) =>
    t.field({
      type: [said],
      description: 'What they said of it before, newest first.',
      resolve: (one) => ('earlier' in one ? [...one.earlier] : []),
    }),
  );
  const load = createBatchLoader(
    feedback.ofTasks,
    ({ id }) => id,
    (id) => id,
  );
  builder.objectFields(refs.task, (t) => ({
    feedback: t.field({
      type: [said],
      description: 'What is said of what it came to: of everybody the newest, newest first, 200 at most.',
      complexity: { field: 1, multiplier: 10 },
      resolve: async ({ id }, _args, { viewer }) => [...((await load(viewer, id))?.feedback ?? [])],
    }),
    ...viewerMay(
      t,
      'GiveFeedback',
      ['Whether you may say what it came to.', 'Why you may not; null where you may.'],
      (viewer, task) => feedbackNo(task, viewer),
    ),
  }));
  const recorded = refs.payload<Feedback>('RecordFeedbackPayload', 'What became of feedback.', (give) => ({
    feedback: give(said, 'As it holds now.', (value) => value),
  }));
  refs.command(operations.recordFeedback, recorded);
  return { feedback: said };
};
