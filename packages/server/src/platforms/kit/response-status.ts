import { retryAfterIn } from '../../domain/retry-after.ts';
import type { HttpResponse } from '../../infra/http-client.ts';
import { ExecutorError, type ExecutorErrorCode } from './executor-error.ts';

/** What an answer proves: that the request was done, that it surely was not, or neither. */
export type Proof = 'DONE' | 'NOT_DONE' | 'UNKNOWN';

const readMethods: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** As if a range were written out. */
const from = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/**
 * The statuses that only a platform gives that did nothing. Everything else may follow an effect: 301 to 303
 * may show the result of what was done, 406 comes after the handler ran, 408 and 424 tell of a part of the way,
 * and whoever breaks (5xx) may have acted first. So do statuses that nobody has registered.
 */
const refusals: ReadonlySet<number> = new Set([
  ...[300, 304, 305, 306, 307, 308],
  ...from(400, 405),
  407,
  ...from(409, 417),
  ...from(421, 423),
  ...[425, 426, 428, 429, 431, 451],
]);
/** Of several things that one request asks for, some may have failed. */
const multiStatus = 207;

/** The table that decides what is recorded. What follows from UNKNOWN is for the action's idempotency to say. */
export const proofOf = (status: number, method: string): Proof => {
  const isSuccess = status >= 200 && status < 300;
  // Whatever a read is answered, it leaves nothing behind. 304 says that what the caller has is what there is.
  if (readMethods.has(method)) return isSuccess || status === 304 ? 'DONE' : 'NOT_DONE';
  if (isSuccess && status !== multiStatus) return 'DONE';
  return refusals.has(status) ? 'NOT_DONE' : 'UNKNOWN';
};

/**
 * PRECONDITION_FAILED is not among them: it says that our own check found the target changed since the plan, and
 * a platform that answers 412 or 428 speaks of what the caller asked for.
 */
const codesByStatus: Readonly<Record<number, ExecutorErrorCode>> = {
  401: 'PLATFORM_AUTHENTICATION_FAILED',
  402: 'QUOTA_EXCEEDED',
  403: 'PLATFORM_PERMISSION_DENIED',
  404: 'RESOURCE_NOT_FOUND',
  407: 'PLATFORM_AUTHENTICATION_FAILED',
  408: 'EXECUTION_TIMEOUT',
  409: 'PLATFORM_CONFLICT',
  410: 'RESOURCE_NOT_FOUND',
  412: 'PLATFORM_CONFLICT',
  425: 'SERVICE_DOWN',
  429: 'RATE_LIMIT_EXCEEDED',
  504: 'EXECUTION_TIMEOUT',
  507: 'QUOTA_EXCEEDED',
};

/** What kind of failure a status tells of, where it tells of one. */
export const codeOfStatus = (status: number): ExecutorErrorCode => {
  const known = codesByStatus[status];
  if (known) return known;
  if (status >= 500 && status < 600) return 'SERVICE_DOWN';
  return status >= 300 && status < 500 ? 'PLATFORM_REJECTED' : 'DEPENDENCY_FAILED';
};

/** What an answer means that does not prove that `method` was done; null where it does. */
export const failureOfStatus = (
  response: HttpResponse,
  method: string,
  now: number,
): ExecutorError | null => {
  const { status, headers } = response;
  const proof = proofOf(status, method);
  if (proof === 'DONE') return null;
  const retryAfterMs = retryAfterIn(headers, now);
  const { location } = headers;
  return new ExecutorError(codeOfStatus(status), messageOf(status), {
    effect: proof === 'UNKNOWN' ? 'UNKNOWN' : 'NONE',
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
    details: {
      status,
      ...(status < 400 && location !== undefined ? { location } : {}),
      // Whole: it is cut once no secret is in it any more.
      body: response.body.toString('utf8').toWellFormed(),
    },
  });
};

const messageOf = (status: number): string => {
  if (status === multiStatus) return 'The platform answered 207: a part of it may not have been done.';
  if (status >= 300 && status < 400 && status !== 304) {
    return `The platform answered ${status}: it points elsewhere, where nobody approved sending this.`;
  }
  return `The platform answered ${status}.`;
};
