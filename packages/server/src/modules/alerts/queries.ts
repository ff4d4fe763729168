import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import type { AlertStore } from '../../record/alert-store.ts';
import { defineQuery } from '../operation.ts';

export const createAlertQueries = (store: Pick<AlertStore, 'findAlerts'>) => ({
  alerts: defineQuery({
    name: 'alerts',
    description:
      'What somebody should look at now, the oldest first: lanes that are long, and platforms that are down. The log has those that are over.',
    input: z.strictObject({}),
    view: async () => accepted(await store.findAlerts()),
  }),
});

export type AlertQueries = ReturnType<typeof createAlertQueries>;
