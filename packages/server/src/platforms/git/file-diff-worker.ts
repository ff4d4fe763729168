import { parentPort } from 'node:worker_threads';
import type { ChangedLines, LinesQuery } from '../../domain/diff.ts';
import { changedLines } from './changed-lines.ts';
import { compareFiles, type ComparedFile, type FileChange } from './file-diff.ts';

/** Without a query all of them are compared, as far as one commit shows them; with one it is about the first. */
export interface ComparisonJob {
  readonly changes: readonly FileChange[];
  readonly query: LinesQuery | null;
}

/** The one that was asked for. */
export interface ComparisonAnswer {
  readonly files: readonly ComparedFile[];
  readonly lines: ChangedLines | null;
}

const answer = ({ changes, query }: ComparisonJob): ComparisonAnswer =>
  query && changes[0]
    ? { files: [], lines: changedLines(changes[0], query) }
    : { files: compareFiles(changes), lines: null };

/** The thread of `file-comparison.ts`. */
parentPort?.on('message', (job: ComparisonJob) => {
  parentPort?.postMessage(answer(job));
});
