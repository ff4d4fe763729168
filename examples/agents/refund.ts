import { z } from 'zod';

/** What the tool gave back before. */
export const receipt = z.object({ lines: z.array(z.string()) });
type Receipt = z.output<typeof receipt>;

/** A tool as a shop may have had it before: it acts by itself. */
export const refund = {
  description: 'Refunds an order.',
  inputSchema: z.object({ order: z.number().int() }),
  act: (order: number): Promise<Receipt> =>
    Promise.reject(new Error(`Order ${order} was refunded past Countersign.`)),
};
