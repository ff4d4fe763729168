import { isConnectionError } from './database-errors.ts';

export interface BatcherOptions<Item, Result> {
  /**
   * Does the work of all items in one transaction, or none of it: after a throw the items are tried one by
   * one. Gives each item's result at the item's place; an Error there fails that item alone.
   */
  run: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>;
  /** Items of one batch at most. */
  maxSize: number;
  /** Batches under way at the same time at most. Beside one that is under way only a big one starts. */
  concurrency: number;
}

export interface Batcher<Item, Result> extends AsyncDisposable {
  submit(item: Item): Promise<Result>;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/** Of a full batch; a smaller one costs more by its own commit than it gains by not waiting for another's. */
const bigShare = 0.25;

/**
 * Group commit: concurrent callers share one statement and one commit. Whoever finds it idle goes at once;
 * who comes while a batch is under way joins the next. So light load waits for nothing, and batches grow
 * with the load by themselves. Disposing waits for what was submitted.
 */
export function createBatcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  const queue: Waiting<Item, Result>[] = [];
  const underWay = new Set<Promise<void>>();
  let isScheduled = false;
  let isDisposed = false;
  const mayStart = (): boolean =>
    underWay.size === 0 ||
    (underWay.size < options.concurrency && queue.length >= options.maxSize * bigShare);

  // One microtask later, so that callers of the same tick are together already.
  function schedule(): void {
    if (isScheduled || !mayStart()) return;
    isScheduled = true;
    queueMicrotask(() => {
      isScheduled = false;
      while (queue.length > 0 && mayStart()) start(queue.splice(0, options.maxSize));
    });
  }

  function start(batch: Waiting<Item, Result>[]): void {
    const flush = runBatch(batch, options.run).finally(() => {
      underWay.delete(flush);
      if (queue.length > 0) schedule();
    });
    underWay.add(flush);
  }

  return {
    submit(item) {
      if (isDisposed) return Promise.reject(new Error('This batcher is disposed.'));
      return new Promise((resolve, reject) => {
        queue.push({ item, resolve, reject });
        schedule();
      });
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      while (queue.length > 0 || underWay.size > 0) {
        await Promise.resolve();
        await Promise.all(underWay);
      }
    },
  };
}

async function runBatch<Item, Result>(
  batch: Waiting<Item, Result>[],
  run: BatcherOptions<Item, Result>['run'],
): Promise<void> {
  let results: readonly (Result | Error)[];
  try {
    results = await run(batch.map(({ item }) => item));
  } catch (error) {
    // Without a connection the neighbours would fail too, and whether a commit arrived nobody knows.
    if (batch.length === 1 || isConnectionError(error)) for (const { reject } of batch) reject(error);
    else for (const waiting of batch) await runBatch([waiting], run);
    return;
  }
  const mismatch = new Error(`A batch of ${batch.length} items gave ${results.length} results.`);
  for (const [index, { resolve, reject }] of batch.entries()) {
    const result = results.length === batch.length ? results[index] : mismatch;
    if (result instanceof Error) reject(result);
    else resolve(result as Result);
  }
}
