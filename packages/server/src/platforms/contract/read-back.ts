import { setTimeout as sleep } from 'node:timers/promises';
import { classifyError, type ExecutorErrorCode } from '../kit/executor-error.ts';

/** The waits between looks at a platform that does not show yet what it did: eight seconds in all. */
export const defaultReadBackDelaysMs: readonly number[] = [250, 500, 1_000, 2_000, 4_000];

/** What may be otherwise a moment later; a look that is not allowed at all is not repeated. */
const passing: ReadonlySet<ExecutorErrorCode> = new Set([
  'DEPENDENCY_FAILED',
  'RESOURCE_NOT_FOUND',
  'NETWORK_ERROR',
  'SERVICE_DOWN',
  'RATE_LIMIT_EXCEEDED',
  'EXECUTION_TIMEOUT',
]);

/** Reads back until the platform shows what it did; where it never does, the last look's failure is thrown. */
export const readBack = async (
  look: () => Promise<void>,
  delaysMs: readonly number[],
  signal: AbortSignal,
): Promise<void> => {
  for (const delayMs of delaysMs) {
    try {
      await look();
      return;
    } catch (error) {
      if (signal.aborted || !passing.has(classifyError(error).code)) throw error;
      await sleep(delayMs, undefined, { signal });
    }
  }
  await look();
};
