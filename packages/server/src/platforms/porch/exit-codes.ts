import type { ExecutorErrorCode, EffectCertainty } from '../kit/executor-error.ts';

/** What an exit code of porch says. */
export interface ExitMeaning {
  /** As status records name it. */
  readonly errorCode: string;
  readonly code: ExecutorErrorCode;
  readonly effect: EffectCertainty;
  readonly retriable: boolean;
  readonly message: string;
}

const refusal = (
  errorCode: string,
  code: ExecutorErrorCode,
  message: string,
  retriable = false,
): ExitMeaning => ({ errorCode, code, effect: 'NONE', retriable, message });

const timedOut: ExitMeaning = {
  errorCode: 'PROCESSING_TIMEOUT',
  code: 'EXECUTION_TIMEOUT',
  effect: 'UNKNOWN',
  retriable: true,
  message: 'porch did not end in time.',
};
const notFound = refusal('DEPLOYMENT_NOT_FOUND', 'RESOURCE_NOT_FOUND', 'porch found no such deployment.');

/** -1: it was ended by us. */
const meanings: Readonly<Record<number, ExitMeaning>> = {
  [-1]: timedOut,
  1: refusal('INVALID_INTENT', 'PLATFORM_REJECTED', 'porch does not take this intent.'),
  2: notFound,
  3: refusal('INSUFFICIENT_PERMISSIONS', 'PLATFORM_PERMISSION_DENIED', 'porch may not do this.', true),
  4: refusal('NETWORK_ERROR', 'NETWORK_ERROR', 'porch could not reach the cluster.', true),
  5: refusal('QUOTA_EXCEEDED', 'QUOTA_EXCEEDED', 'A quota of the cluster is used up.', true),
  124: timedOut,
  125: refusal('PORCH_NOT_FOUND', 'SERVICE_DOWN', 'The porch program was not found.'),
  126: refusal('PORCH_NOT_EXECUTABLE', 'SERVICE_DOWN', 'The porch program may not be run.'),
  127: refusal('PORCH_COMMAND_NOT_FOUND', 'SERVICE_DOWN', 'A command that porch needs was not found.'),
};

/** Codes that need whoever runs the installation: no retry helps. */
export const isForOperations = (exitCode: number): boolean => exitCode >= 125 && exitCode <= 127;

/** Of a code that is documented nowhere, nobody knows what was done before it. */
export const meaningOf = (exitCode: number, stderr: string): ExitMeaning => {
  // Some versions say of a missing deployment that the intent is wrong.
  if (exitCode === 1 && /deployment\S* .*not found/i.test(stderr)) return notFound;
  return (
    meanings[exitCode] ?? {
      errorCode: 'UNKNOWN_EXIT_CODE',
      code: 'DEPENDENCY_FAILED',
      effect: 'UNKNOWN',
      retriable: false,
      message: `porch ended with ${exitCode}, which it does not document.`,
    }
  );
};
