import { priorities } from '@countersign/shared';
import { z } from 'zod';

/** All that a queue may know of a step: which one, which dispatch of it, and where it acts. The truth is in Postgres. */
export const queueJobSchema = z.strictObject({
  stepId: z.string().min(1).max(64),
  epoch: z.int().nonnegative(),
  /** A hint: what the worker prepares for before it reads the step. */
  platform: z.string().min(1).max(64),
  /** It came before, and there was no room for it. */
  isCalledBack: z.boolean().optional(),
  traceparent: z.string().max(64).optional(),
});
export type QueueJob = z.infer<typeof queueJobSchema>;

/** `id` is `stepId-epoch`; BullMQ keeps colons and ids of digits alone for itself. */
export const laneJobSchema = z.strictObject({
  id: z
    .string()
    .max(128)
    .regex(/^[\w-]*[A-Za-z_-][\w-]*$/, 'must hold letters, digits, - and _ and not be a number'),
  lane: z.enum(priorities),
  data: queueJobSchema,
});
export type LaneJob = z.infer<typeof laneJobSchema>;
