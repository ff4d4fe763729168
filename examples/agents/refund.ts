import { z } from 'zod';

/** A tool as a shop may have had it before: it acts by itself. */
export const refund = {
  description: 'Refunds an order.',
  inputSchema: z.object({ order: z.number().int() }),
  act: (order: number): Promise<string> =>
    Promise.reject(new Error(`Order ${order} was refunded past Countersign.`)),
};
