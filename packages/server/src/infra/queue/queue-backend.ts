import type { JobsOptions, Processor, WorkerOptions } from 'bullmq';

export interface JobToAdd {
  readonly name: string;
  readonly data: unknown;
  readonly opts: JobsOptions;
}

/** What we use of BullMQ's Queue, whichever backend its type is bound to. */
export interface BullQueue {
  readonly name: string;
  readonly toKey: (type: string) => string;
  on(event: 'error', listener: (error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  add(name: string, data: unknown, options: JobsOptions): Promise<unknown>;
  addBulk(jobs: JobToAdd[]): Promise<unknown>;
  getJobCounts(...types: readonly ('wait' | 'active')[]): Promise<Readonly<Record<string, number>>>;
  getJob(id: string): Promise<unknown>;
  getJobs(
    types: ['wait'] | ['active'],
    start: number,
    end: number,
    asc: boolean,
  ): Promise<
    {
      id?: string | undefined;
      name: string;
      timestamp: number;
      processedBy?: string | undefined;
      data: unknown;
    }[]
  >;
  getWorkersCount(): Promise<number>;
  close(): Promise<void>;
}

export interface BullWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  pause(doNotWaitActive?: boolean): Promise<void>;
  resume(): Promise<void>;
  close(): Promise<void>;
}

export type WorkerTuning = Omit<WorkerOptions, 'connection'>;

/** Whoever is at work on the queues of a prefix. */
export interface Claimant {
  readonly prefix: string;
  /** The same for all processes of an installation. */
  readonly installation: string;
}

/** What differs between Redis and PostgreSQL: connections, and the few reads that BullMQ has no call for. */
export interface QueueBackend extends AsyncDisposable {
  /** @throws PrefixTakenError where another installation is at work on the queues of this prefix. */
  claim(claimant: Claimant): Promise<void>;
  openQueue(name: string): BullQueue;
  openWorker(name: string, processor: Processor, options: WorkerTuning): BullWorker;
  add(queue: BullQueue, jobs: readonly JobToAdd[]): Promise<void>;
  position(queue: BullQueue, jobId: string): Promise<number | null>;
  ping(): Promise<void>;
  /** Ends the workers' connections without a word, for a server that does not answer any more. */
  cutWorkers(): void;
}

/** Somebody else's jobs are in the queues that we were to use. */
export class PrefixTakenError extends Error {
  override readonly name = 'PrefixTakenError';
}

/** The server that holds the queues did not answer when we started. */
export class QueueUnreachableError extends Error {
  override readonly name = 'QueueUnreachableError';
}
