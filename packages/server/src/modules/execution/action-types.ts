import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import type { ActionTypeDescription } from '../../platforms/index.ts';
import { defineQuery } from '../operation.ts';

export const createActionTypeQueries = (list: () => readonly ActionTypeDescription[]) => ({
  actionTypes: defineQuery({
    name: 'actionTypes',
    description: 'Every action type, by name and version.',
    input: z.strictObject({}),
    view: async () => accepted(list()),
  }),
});

export type ActionTypeQueries = ReturnType<typeof createActionTypeQueries>;
