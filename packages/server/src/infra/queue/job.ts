import { priorities } from '@countersign/shared';
import { z } from 'zod';

/** Where jobs wait: steps in the lane of their priority, all other work in a lane of its own, away from theirs. */
export const laneNames = [...priorities, 'BACKGROUND'] as const;
export type LaneName = (typeof laneNames)[number];

export interface JobCall {
  /** Aborts when the process must stop before the work has ended, or when the work is no longer ours to do. */
  readonly signal: AbortSignal;
  readonly lane: LaneName;
}

/**
 * A kind of work in the background. Its payload holds ids and hints, never what the work depends on, and is parsed
 * when it is sent and when it arrives.
 */
export interface Job<Payload, Dependencies = never> {
  /** As the queue, the log and the metrics call it. */
  readonly name: string;
  readonly schema: z.ZodType<Payload>;
  /** May be done again, also beside an earlier try that is believed dead: what it changes, it changes once. */
  run(dependencies: Dependencies, payload: Payload, call: JobCall): Promise<void>;
}

export const defineJob = <Payload, Dependencies>(
  job: Job<Payload, Dependencies>,
): Job<Payload, Dependencies> => job;

/** A job with what it needs. */
export interface RunnableJob {
  readonly name: string;
  /** The work with this payload; null where the payload is not the job's. */
  prepare(payload: unknown): ((call: JobCall) => Promise<void>) | null;
}

export const runnable = <Payload, Dependencies>(
  job: Job<Payload, Dependencies>,
  dependencies: Dependencies,
): RunnableJob => ({
  name: job.name,
  prepare(payload) {
    const parsed = job.schema.safeParse(payload);
    return parsed.success ? (call) => job.run(dependencies, parsed.data, call) : null;
  },
});

/** What is handed to the queue of one job. BullMQ keeps colons and ids of digits alone for itself. */
export interface QueuedJob<Payload> {
  readonly id: string;
  readonly lane: LaneName;
  readonly payload: Payload;
}

const placeSchema = z.object({
  id: z
    .string()
    .max(128)
    .regex(/^[\w-]*[A-Za-z_-][\w-]*$/, 'must hold letters, digits, - and _ and not be a number'),
  lane: z.enum(laneNames),
});

/** @throws ZodError: a job of a wrong form is a mistake of ours. */
export const parseQueued = <Payload>(
  { schema }: Pick<Job<Payload>, 'schema'>,
  queued: QueuedJob<Payload>,
): QueuedJob<Payload> => ({ ...placeSchema.parse(queued), payload: schema.parse(queued.payload) });
