import { createWorkerPool, type WorkerPool } from '../../infra/worker-pool.ts';
import type { ChangedLines, LinesQuery } from '../../domain/diff.ts';
import { uncomparedFile, type ComparedFile, type FileChange } from './file-diff.ts';
import type { ComparisonAnswer, ComparisonJob } from './file-diff-worker.ts';

/** Above what `compareFiles` takes for itself: only a thread that hangs or starves is cut. */
const timeoutMs = 10_000;
const memoryMb = 256;

export interface FileComparison extends AsyncDisposable {
  /** Where comparing takes too long, the files have no lines to show and say so. */
  readonly compare: (changes: readonly FileChange[], signal: AbortSignal) => Promise<readonly ComparedFile[]>;
  /** A part of one file's whole change; null where finding it took too long. */
  readonly lines: (
    change: FileChange,
    query: LinesQuery,
    signal: AbortSignal,
  ) => Promise<ChangedLines | null>;
}

/** Compares texts on threads: how long that takes depends on what callers and repositories hold. */
export const createFileComparison = (): FileComparison => {
  const pool: WorkerPool<ComparisonJob, ComparisonAnswer> = createWorkerPool({
    module: new URL('./file-diff-worker.ts', import.meta.url),
    timeoutMs,
    memoryMb,
  });
  return {
    compare: async (changes, signal) =>
      (await pool.run({ changes, query: null }, signal))?.files ?? changes.map(uncomparedFile),
    lines: async (change, query, signal) =>
      (await pool.run({ changes: [change], query }, signal))?.lines ?? null,
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
};
