import { inParallel, percentiles, perSecond, type Latency } from './measures.ts';

/** A durable engine that others offer, doing the same work: a task of one step that does nothing. */
export interface Peer extends AsyncDisposable {
  /** Begins a task; resolves once it is kept. */
  start(): Promise<PeerTask>;
  /** Begins one that waits for a word from outside before its step. */
  startAsking(): Promise<AskingTask>;
}

export interface PeerTask {
  /** Resolves once it is done, and that is kept. */
  readonly done: Promise<void>;
}

export interface AskingTask extends PeerTask {
  /** Gives the word; resolves once it is kept. */
  approve(): Promise<void>;
}

/** What is measured of every engine. */
export interface Measured {
  readonly runPerSecond: number;
  readonly approvedPerSecond: number;
  readonly submitToDone: Latency;
  readonly approveToDone: Latency;
}

export interface PeerCounts {
  readonly warmUp: number;
  readonly run: number;
  readonly approved: number;
  readonly latency: number;
}

const atOnce = 100;

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const throughput = async (count: number, work: () => Promise<void>): Promise<number> => {
  const startedAt = performance.now();
  await inParallel(numbers(count), atOnce, work);
  return perSecond(count, startedAt);
};

const latency = async (count: number, work: () => Promise<number>): Promise<Latency> => {
  const samples: number[] = [];
  for (const _ of numbers(count)) samples.push(await work());
  return percentiles(samples);
};

export const measurePeer = async (peer: Peer, counts: PeerCounts): Promise<Measured> => {
  const run = async (): Promise<void> => {
    const { done } = await peer.start();
    await done;
  };
  const runApproved = async (): Promise<void> => {
    const task = await peer.startAsking();
    await task.approve();
    await task.done;
  };
  await throughput(counts.warmUp, run);
  await throughput(counts.warmUp / 4, runApproved);
  return {
    runPerSecond: await throughput(counts.run, run),
    approvedPerSecond: await throughput(counts.approved, runApproved),
    submitToDone: await latency(counts.latency, async () => {
      const startedAt = performance.now();
      await run();
      return performance.now() - startedAt;
    }),
    approveToDone: await latency(counts.latency, async () => {
      const task = await peer.startAsking();
      const startedAt = performance.now();
      await task.approve();
      await task.done;
      return performance.now() - startedAt;
    }),
  };
};
