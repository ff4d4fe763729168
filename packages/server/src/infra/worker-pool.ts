import { addAbortListener } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

export interface WorkerPoolConfig {
  /** A module that answers each message of its parent port with one message. */
  readonly module: URL;
  /** How long one job may take once it has begun. */
  readonly timeoutMs: number;
  /** Of each thread's heap. */
  readonly memoryMb: number;
}

/** Threads for work that may grow faster than its input: the process itself never waits for it. */
export interface WorkerPool<Job, Answer> extends AsyncDisposable {
  /** Null where the work did not end within its time or memory. Throws the reason of a signal that fired. */
  run(job: Job, signal: AbortSignal): Promise<Answer | null>;
}

/** One processor is left to the process itself, and few are taken from others. */
const most = Math.max(1, Math.min(4, availableParallelism() - 1));

/** Threads start with the first jobs, wait for more, and keep no process alive. */
export const createWorkerPool = <Job, Answer>(config: WorkerPoolConfig): WorkerPool<Job, Answer> => {
  const threads = new Set<Worker>();
  const idle = new Set<Worker>();
  const turns: (() => void)[] = [];

  const start = (): Worker => {
    const thread = new Worker(config.module, {
      resourceLimits: { maxOldGenerationSizeMb: config.memoryMb },
    });
    // Whoever waits for its answer hears of its end; an error that nobody listens to would end the process.
    thread.on('error', () => undefined);
    thread.on('exit', () => {
      threads.delete(thread);
      idle.delete(thread);
    });
    thread.unref();
    threads.add(thread);
    return thread;
  };

  const take = async (): Promise<Worker> => {
    while (idle.size === 0 && threads.size >= most) await new Promise<void>((turn) => turns.push(turn));
    const [thread = start()] = idle;
    idle.delete(thread);
    return thread;
  };

  return {
    run: async (job, signal) => {
      const thread = await take();
      const answer = signal.aborted ? null : await answerOf<Answer>(thread, job, config.timeoutMs, signal);
      if (answer === null) await thread.terminate();
      else idle.add(thread);
      turns.shift()?.();
      signal.throwIfAborted();
      return answer;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...threads].map((thread) => thread.terminate()));
    },
  };
};

/** Null where the thread ends or time is up before it answers. */
const answerOf = <Answer>(
  thread: Worker,
  job: unknown,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Answer | null> => {
  const { promise, resolve } = Promise.withResolvers<Answer | null>();
  const giveUp = () => resolve(null);
  const timer = setTimeout(giveUp, timeoutMs);
  const leaving = addAbortListener(signal, giveUp);
  thread.on('message', resolve);
  thread.on('exit', giveUp);
  thread.postMessage(job);
  return promise.finally(() => {
    clearTimeout(timer);
    leaving[Symbol.dispose]();
    thread.off('message', resolve);
    thread.off('exit', giveUp);
  });
};
