import type { JsonObject, Json } from './json.ts';

/** What kind of trouble a code tells of; alerts and documents group by it. */
export type ErrorCategory =
  'INPUT' | 'IDENTITY' | 'APPROVAL' | 'POLICY' | 'STATE' | 'LIMIT' | 'PLATFORM' | 'INTERNAL';

interface CatalogueEntry {
  readonly category: ErrorCategory;
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retriable: boolean;
  readonly httpStatus: number;
  /** Codes of older interfaces that mean the same (mission B54, B55). */
  readonly legacyCodes: readonly string[];
}

const entry = (
  category: ErrorCategory,
  httpStatus: number,
  retriable = false,
  legacyCodes: readonly string[] = [],
): CatalogueEntry => ({ category, retriable, httpStatus, legacyCodes });

/**
 * Every code a caller can meet. The first nine are the public face (mission A8), the next eleven
 * classify a platform's failure (E31), the rest name refusals that those twenty are too coarse for.
 */
export const errorCatalogue = {
  SCHEMA_VALIDATION_FAILED: entry('INPUT', 400, false, ['E001', 'E002', 'E003', 'INVALID_REQUEST']),
  AUTHENTICATION_FAILED: entry('IDENTITY', 401),
  AUTHORIZATION_FAILED: entry('IDENTITY', 403, false, ['E008']),
  RESOURCE_NOT_FOUND: entry('STATE', 404),
  RATE_LIMIT_EXCEEDED: entry('LIMIT', 429, true),
  HITL_REQUIRED: entry('APPROVAL', 403),
  EXECUTION_TIMEOUT: entry('PLATFORM', 504, true, ['E007', 'PROCESSING_TIMEOUT']),
  DEPENDENCY_FAILED: entry('PLATFORM', 502, true, ['E005', 'E006']),
  INTERNAL_ERROR: entry('INTERNAL', 500, false, ['E009']),

  AUTH_ERROR: entry('PLATFORM', 502),
  RATE_LIMITED: entry('PLATFORM', 502, true),
  NOT_FOUND: entry('PLATFORM', 502, false, ['DEPLOYMENT_NOT_FOUND']),
  VALIDATION_ERROR: entry('PLATFORM', 502),
  NETWORK_ERROR: entry('PLATFORM', 502, true),
  SERVICE_DOWN: entry('PLATFORM', 503, true, ['SERVICE_UNAVAILABLE']),
  QUOTA_EXCEEDED: entry('PLATFORM', 502, false, ['E010', 'E011', 'E012']),
  PERMISSION_DENIED: entry('PLATFORM', 502),
  DUPLICATE_ERROR: entry('PLATFORM', 409),
  TIMEOUT_ERROR: entry('PLATFORM', 504, true),
  UNKNOWN_ERROR: entry('PLATFORM', 502, true),

  CONFLICT: entry('APPROVAL', 409),
  IDEMPOTENCY_KEY_REUSED: entry('INPUT', 422, false, ['E004']),
  ALREADY_DECIDED: entry('APPROVAL', 409),
  APPROVAL_EXPIRED: entry('APPROVAL', 410),
  APPROVAL_SUPERSEDED: entry('APPROVAL', 409),
  SELF_APPROVAL: entry('APPROVAL', 403),
  NOT_ELIGIBLE: entry('APPROVAL', 403),
  UNDO_WINDOW_CLOSED: entry('APPROVAL', 409),
  POLICY_DENIED: entry('POLICY', 403, false, ['PolicyDenied']),
  PRECONDITION_FAILED: entry('STATE', 412),
  GOAL_WITHOUT_ACTIONS: entry('INPUT', 422),
  NOT_CANCELLABLE: entry('STATE', 409),
  OUTCOME_UNKNOWN: entry('PLATFORM', 502),
  RESYNC_REQUIRED: entry('STATE', 410),
  QUERY_TOO_COMPLEX: entry('LIMIT', 400),
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof errorCatalogue;
export const errorCodes = Object.keys(errorCatalogue) as readonly ErrorCode[];

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCatalogue, code);

/** The code that an older interface's word stands for, or undefined where no code answers to it. */
export const fromLegacyCode = (legacy: string): ErrorCode | undefined =>
  errorCodes.find((code) => errorCatalogue[code].legacyCodes.includes(legacy));

/** An expected "no": a value that travels to the caller, never thrown. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retriable: boolean;
  readonly retryAfterMs: number | null;
  readonly approvalUrl: string | null;
  readonly details: Json;
}

export interface RefusalExtras {
  readonly retryAfterMs?: number;
  readonly approvalUrl?: string;
  readonly details?: Json;
}

export const refusal = (code: ErrorCode, message: string, extras: RefusalExtras = {}): Refusal => ({
  code,
  message,
  retriable: errorCatalogue[code].retriable,
  retryAfterMs: extras.retryAfterMs ?? null,
  approvalUrl: extras.approvalUrl ?? null,
  details: extras.details ?? null,
});

/** One fault of an input: where (`actions[0].params.branch`) and what. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

export const invalidInput = (faults: readonly Fault[]): Refusal =>
  refusal('SCHEMA_VALIDATION_FAILED', faultSummary(faults), {
    details: faults.map((fault): JsonObject => ({ path: fault.path, message: fault.message })),
  });

const faultSummary = (faults: readonly Fault[]): string => {
  const [first] = faults;
  if (!first) return 'The input is not valid.';
  const rest = faults.length - 1;
  return `${first.path}: ${first.message}${rest > 0 ? ` (and ${rest} more)` : ''}`;
};

/** Either what was asked for or why not. */
export type Outcome<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly refusal: Refusal };

export const accepted = <Value>(value: Value): Outcome<Value> => ({ ok: true, value });
export const refused = <Value = never>(reason: Refusal): Outcome<Value> => ({ ok: false, refusal: reason });

/** How an attempt failed, as the console and the record show it. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Json;
  /** How long the platform asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number;
}
