import { z } from 'zod';
import { defineJob, type JobCall } from '../../../infra/queue/job.ts';

/** All that a queue may know of a step: which one, which dispatch of it, and where it acts. The truth is in Postgres. */
const schema = z.strictObject({
  stepId: z.string().min(1).max(64),
  epoch: z.int().nonnegative(),
  /** A hint: what the worker prepares for before it reads the step. */
  platform: z.string().min(1).max(64),
  /** Hints too: whose share of the lane it takes. A job from before they were told has none. */
  tenantId: z.string().max(64).optional(),
  submitterId: z.string().max(64).optional(),
  /** It came before, and there was no room for it. */
  isCalledBack: z.boolean().optional(),
  traceparent: z.string().max(64).optional(),
});
export type StepPayload = z.infer<typeof schema>;

/** Whoever has room for a step, claims it and brings it to its end. */
export type TakeStep = (payload: StepPayload, call: JobCall) => Promise<void>;

/**
 * Runs one step. It is the job that there is most of: its dispatches, leases and outcomes stand with the step itself,
 * in statements of their own.
 */
export const stepJob = defineJob({
  name: 'step',
  schema,
  run: (take: TakeStep, payload, call) => take(payload, call),
});
