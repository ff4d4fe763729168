import { parentPort } from 'node:worker_threads';
import { compareFiles, type FileChange } from './file-diff.ts';

/** The thread of `file-comparison.ts`. */
parentPort?.on('message', (changes: readonly FileChange[]) => {
  parentPort?.postMessage(compareFiles(changes));
});
