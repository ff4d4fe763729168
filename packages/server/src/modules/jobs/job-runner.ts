import { retryDelayMs, type RetryPolicy } from '../../domain/retry.ts';
import { joinSignals } from '../../infra/joined-signal.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { JobCall, RunnableJob } from '../../infra/queue/job.ts';
import type { JobStore, JobTicket, TakenJob } from '../../record/job-store.ts';
import { queueId, ticketSchema } from './ticket.ts';

export interface JobRunnerDependencies {
  readonly jobs: JobStore;
  /** As the worker signs what it has in hand. */
  readonly worker: string;
  /** How long a job is its worker's without a word from it. */
  readonly leaseMs: number;
  /** Waits until others can tell that this worker lives. */
  readonly present: (stop: AbortSignal) => Promise<void>;
  readonly logger: Logger;
  readonly random: () => number;
}

/** Claims jobs of the catalogue, keeps them while they run, and puts them back where they fail. */
export interface JobRunner extends AsyncDisposable {
  /** The job as the queue brings it: a ticket in place of its payload. */
  accept(job: RunnableJob): RunnableJob;
}

/** Tried again for ever: somebody asked for the work in a transaction that stands. */
const retry: RetryPolicy = {
  maxRetries: Infinity,
  initialDelayMs: 1_000,
  backoffMultiplier: 2,
  maxDelayMs: 60_000,
};
/** So soon, besides, does whoever works on what is not to be done any more hear of it. */
const keepEveryMs = 1_000;

export const createJobRunner = (deps: JobRunnerDependencies): JobRunner => {
  const { jobs, worker, leaseMs, logger, present } = deps;
  const inHand = new Map<string, { readonly ticket: JobTicket; readonly letGo: AbortController }>();

  const round = async (): Promise<number> => {
    const before = [...inHand.values()];
    if (before.length > 0) {
      const kept = await jobs.keep(
        before.map(({ ticket }) => ticket),
        leaseMs,
      );
      const still = new Set(kept.map(queueId));
      for (const { ticket, letGo } of before)
        if (!still.has(queueId(ticket))) letGo.abort(new Error('The job is not ours to do any more.'));
    }
    return everyMs;
  };
  const everyMs = Math.min(keepEveryMs, leaseMs / 3);
  const loop = startLoop({ name: 'jobs in hand', round, idleMs: everyMs, logger });

  const run = async (job: RunnableJob, ticket: JobTicket, call: JobCall): Promise<void> => {
    await present(call.signal);
    const taken = await jobs.claim(job.name, ticket, worker, leaseMs);
    if (!taken) return;
    const letGo = new AbortController();
    inHand.set(queueId(ticket), { ticket, letGo });
    using either = joinSignals(letGo.signal, call.signal);
    try {
      const work = job.prepare(taken.payload);
      if (!work) throw new Error('Its payload is not of its form.');
      await work({ ...call, signal: either.signal });
      await jobs.done(ticket);
    } catch (error) {
      if (letGo.signal.aborted) return;
      if (call.signal.aborted) await jobs.putBack(ticket, 0, null);
      else await fail(deps, job.name, ticket, taken, error);
    } finally {
      inHand.delete(queueId(ticket));
    }
  };

  return {
    accept: (job) => ({
      name: job.name,
      prepare(payload) {
        const ticket = ticketSchema.safeParse(payload);
        return ticket.success ? (call) => run(job, ticket.data, call) : null;
      },
    }),
    [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose](),
  };
};

const fail = async (
  { jobs, logger, random }: JobRunnerDependencies,
  job: string,
  ticket: JobTicket,
  { key, failures }: TakenJob,
  error: unknown,
): Promise<void> => {
  const again = Math.max(retryDelayMs(retry, failures + 1, random()), retry.initialDelayMs / 2);
  logger.warn({ err: error, job, key, failures: failures + 1, againInMs: again }, 'a job failed');
  await jobs.putBack(ticket, again, error instanceof Error ? error.message : String(error));
};
