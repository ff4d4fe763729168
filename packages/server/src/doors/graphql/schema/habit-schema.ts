import type { Habits } from '../../../domain/habits.ts';
import type { HabitQueries } from '../../../modules/approvals/index.ts';
import type { Builder } from './builder.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

/** How people decide, for who administers. */
export const addHabitSchema = (
  builder: Builder,
  refs: Refs,
  { approverHabits }: HabitQueries,
  loadPrincipal: LoadPrincipal,
): void => {
  const habits = defineType<Habits>(
    builder,
    'ApproverHabits',
    'How somebody decides.',
    {
      approvals: ['Int', 'How many they approved.'],
      rejections: ['Int', 'How many they rejected.'],
      medianMs: ['Milliseconds', 'How long they take, in the middle of all of theirs, in milliseconds.'],
      hastyShare: ['Float', 'Of their approvals, those within two seconds: 0 to 1.'],
      unviewedShare: [
        'Float',
        'Of their approvals of which it is known, those without the change on screen to its end: 0 to 1; null where of none.',
        'nullable',
      ],
      decoysCaught: ['Int', 'Decoys that they caught: rejected, asked about, edited or wanted changed.'],
      decoysApproved: ['Int', 'Decoys that they approved. None of them is among `approvals`.'],
      decoyMedianMs: [
        'Milliseconds',
        'How long they took over a decoy, in milliseconds; null where they met none.',
        'nullable',
      ],
      isSign: [
        'Boolean',
        'Whether it looks as if they approved whatever comes: half of ten approvals or more, or of two decoys or more.',
      ],
    },
    (t) => ({
      person: t.field({
        type: refs.principal,
        nullable: true,
        description: 'Who.',
        resolve: ({ reviewerId }, _args, { viewer }) => loadPrincipal(viewer, reviewerId),
      }),
    }),
  );
  refs.query(approverHabits, { type: [habits] });
};
