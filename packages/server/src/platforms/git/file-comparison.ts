import { createWorkerPool, type WorkerPool } from '../../infra/worker-pool.ts';
import { uncomparedFile, type ComparedFile, type FileChange } from './file-diff.ts';

/** Above what `compareFiles` takes for itself: only a thread that hangs or starves is cut. */
const timeoutMs = 10_000;
const memoryMb = 256;

export interface FileComparison extends AsyncDisposable {
  /** Where comparing takes too long, the files have no lines to show and say so. */
  readonly compare: (changes: readonly FileChange[], signal: AbortSignal) => Promise<readonly ComparedFile[]>;
}

/** Compares texts on threads: how long that takes depends on what callers and repositories hold. */
export const createFileComparison = (): FileComparison => {
  const pool: WorkerPool<readonly FileChange[], readonly ComparedFile[]> = createWorkerPool({
    module: new URL('./file-diff-worker.ts', import.meta.url),
    timeoutMs,
    memoryMb,
  });
  return {
    compare: async (changes, signal) => (await pool.run(changes, signal)) ?? changes.map(uncomparedFile),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
};
