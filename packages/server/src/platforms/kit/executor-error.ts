import { errorCatalogue } from '../../domain/error-catalogue.ts';
import type { Failure, Outcome } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { EgressRefused } from '../../infra/egress.ts';
import { HttpFailure } from '../../infra/http-client.ts';

/** How a call to a platform can fail, drift, what our own settings forbid, and what cannot be. */
export type ExecutorErrorCode =
  | 'PLATFORM_AUTHENTICATION_FAILED'
  | 'PLATFORM_PERMISSION_DENIED'
  | 'PLATFORM_REJECTED'
  | 'PLATFORM_CONFLICT'
  | 'RATE_LIMIT_EXCEEDED'
  | 'RESOURCE_NOT_FOUND'
  | 'NETWORK_ERROR'
  | 'SERVICE_DOWN'
  | 'QUOTA_EXCEEDED'
  | 'EXECUTION_TIMEOUT'
  | 'DEPENDENCY_FAILED'
  | 'PRECONDITION_FAILED'
  | 'POLICY_DENIED'
  | 'INTERNAL_ERROR';

/** NONE: the platform surely did nothing. UNKNOWN: it may have acted. */
export type EffectCertainty = 'NONE' | 'UNKNOWN';

/** A guard that stopped the call before it reached the executor. */
export type GuardName =
  | 'KILL_SWITCH'
  | 'OPERATOR'
  | 'RATE_LIMIT'
  | 'RETRY_BUDGET'
  | 'CIRCUIT_BREAKER'
  | 'BULKHEAD';

export interface ExecutorErrorExtras {
  readonly effect: EffectCertainty;
  /** Where the catalogue's word does not fit this case. */
  readonly retriable?: boolean;
  readonly retryAfterMs?: number;
  readonly details?: Json;
  readonly guard?: GuardName;
  /** True where the caller's own signal ended the call: says nothing about the platform. */
  readonly isAborted?: boolean;
  readonly cause?: unknown;
}

/** The one way a call to a platform fails. Its message goes to callers and records: no secrets in it. */
export class ExecutorError extends Error {
  override readonly name = 'ExecutorError';
  readonly code: ExecutorErrorCode;
  readonly effect: EffectCertainty;
  readonly retriable: boolean;
  readonly retryAfterMs: number | null;
  readonly details: Json;
  readonly guard: GuardName | null;
  readonly isAborted: boolean;

  constructor(code: ExecutorErrorCode, message: string, extras: ExecutorErrorExtras) {
    super(message, { cause: extras.cause });
    this.code = code;
    this.effect = extras.effect;
    this.retriable = extras.retriable ?? errorCatalogue[code].retriable;
    this.retryAfterMs = extras.retryAfterMs ?? null;
    this.details = extras.details ?? null;
    this.guard = extras.guard ?? null;
    this.isAborted = extras.isAborted ?? false;
  }
}

export const stoppedByCaller = (effect: 'NONE' | 'UNKNOWN'): ExecutorError =>
  new ExecutorError('EXECUTION_TIMEOUT', 'Stopped by its caller before it ended.', {
    effect,
    isAborted: true,
  });

/** The target is not as the plan found it, or not as its effect left it; nothing was done. */
export const moved = (message: string): ExecutorError =>
  new ExecutorError('PRECONDITION_FAILED', message, { effect: 'NONE' });

/** Read back, the platform does not hold what was done. */
export const notHeld = (message: string, details: Json = null): ExecutorError =>
  new ExecutorError('DEPENDENCY_FAILED', message, { effect: 'UNKNOWN', retriable: false, details });

/** What was allowed when it was planned is not any more. */
export const notAllowed = (message: string): ExecutorError =>
  new ExecutorError('POLICY_DENIED', message, { effect: 'NONE' });

/** What planning found, looked for once more: by now configuration may forbid it, or it may be gone. */
export const stillThere = <Value>(found: Outcome<Value>): Value => {
  if (found.ok) return found.value;
  const { code, message } = found.refusal;
  if (code !== 'RESOURCE_NOT_FOUND') throw notAllowed(message);
  throw new ExecutorError(code, message, { effect: 'NONE' });
};

/** The same failure, better known. */
export const amended = (
  error: ExecutorError,
  amendments: {
    readonly effect?: EffectCertainty;
    readonly isAborted?: boolean;
    readonly message?: string;
    readonly details?: Json;
  },
): ExecutorError =>
  new ExecutorError(error.code, amendments.message ?? error.message, {
    effect: error.effect,
    retriable: error.retriable,
    details: error.details,
    isAborted: error.isAborted,
    cause: error.cause,
    ...(error.retryAfterMs === null ? {} : { retryAfterMs: error.retryAfterMs }),
    ...(error.guard === null ? {} : { guard: error.guard }),
    ...amendments,
  });

/** What whoever runs a step needs to know of a failure to decide what comes next. */
export interface ExecutorFailure {
  readonly failure: Failure;
  readonly effect: EffectCertainty;
  readonly isRetriable: boolean;
  /** Set where a guard stopped the call before the executor saw it: no attempt was really made. */
  readonly guard: GuardName | null;
}

/** Whatever a guarded call threw, as the record keeps it. */
export const describeError = (thrown: unknown): ExecutorFailure => {
  const error = classifyError(thrown);
  return {
    failure: {
      code: error.code,
      message: error.message,
      ...(error.details === null ? {} : { details: error.details }),
      ...(error.retryAfterMs === null ? {} : { retryAfterMs: error.retryAfterMs }),
      ...(error.retriable === errorCatalogue[error.code].retriable ? {} : { retriable: error.retriable }),
    },
    effect: error.effect,
    isRetriable: error.retriable,
    guard: error.guard,
  };
};

/** System error codes that can only come before a byte of a request was sent. */
const unsentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const networkCodes = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET']);
const timeoutCodes = new Set(['ETIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/**
 * Gives whatever an executor threw its place in the catalogue. What nobody can place is DEPENDENCY_FAILED,
 * and its effect unknown: the careful reading.
 */
export const classifyError = (error: unknown): ExecutorError => {
  if (error instanceof ExecutorError) return error;
  if (error instanceof EgressRefused) {
    return new ExecutorError('POLICY_DENIED', error.message, { effect: 'NONE', cause: error });
  }
  if (error instanceof HttpFailure) return ofHttpFailure(error);
  const code = systemCodeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (code && unsentCodes.has(code)) {
    return new ExecutorError('NETWORK_ERROR', message, { effect: 'NONE', cause: error });
  }
  if (code && networkCodes.has(code)) {
    return new ExecutorError('NETWORK_ERROR', message, { effect: 'UNKNOWN', cause: error });
  }
  const name = error instanceof Error ? error.name : '';
  if (name === 'TimeoutError' || (code && timeoutCodes.has(code))) {
    return new ExecutorError('EXECUTION_TIMEOUT', message, { effect: 'UNKNOWN', cause: error });
  }
  if (name === 'AbortError') {
    return new ExecutorError('EXECUTION_TIMEOUT', message, {
      effect: 'UNKNOWN',
      isAborted: true,
      cause: error,
    });
  }
  return new ExecutorError('DEPENDENCY_FAILED', message, { effect: 'UNKNOWN', cause: error });
};

const ofHttpFailure = (failure: HttpFailure): ExecutorError => {
  const effect: EffectCertainty = failure.isSent ? 'UNKNOWN' : 'NONE';
  switch (failure.kind) {
    case 'CONNECT':
    case 'BROKEN':
      return new ExecutorError('NETWORK_ERROR', failure.message, { effect, cause: failure });
    case 'TIMEOUT':
      return new ExecutorError('EXECUTION_TIMEOUT', failure.message, { effect, cause: failure });
    case 'ABORTED':
      return new ExecutorError('EXECUTION_TIMEOUT', failure.message, {
        effect,
        isAborted: true,
        cause: failure,
      });
    case 'REDIRECTS':
      return new ExecutorError('PLATFORM_REJECTED', failure.message, { effect: 'NONE', cause: failure });
  }
};

/** The first system code along the chain of causes. */
const systemCodeOf = (error: unknown): string | null => {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return null;
};
