import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import { sightOf } from '../../domain/sight.ts';
import type { DeadLetterStore } from '../../record/dead-letter-store.ts';
import { idList, optional, text } from '../inputs.ts';
import { defineQuery } from '../operation.ts';

const list = idList('deadLetters');

export const createDeadLetterQueries = (letters: DeadLetterStore) => ({
  deadLetters: defineQuery({
    name: 'deadLetters',
    description:
      'Steps that spent all their attempts on a cause that may pass, of the latest tasks first: redriveSteps tries them anew. A step that failed for good is none: it would fail again.',
    input: z.strictObject({
      platform: optional(text(100)).describe('On this platform.'),
      ...list.input,
    }),
    view: async ({ viewer }, { platform, first, after }) => {
      const rows = await letters.page(sightOf(viewer), { platform }, first + 1, list.after(after));
      return accepted(list.page(rows, first, ({ stepId }) => stepId));
    },
  }),
});

export type DeadLetterQueries = ReturnType<typeof createDeadLetterQueries>;
