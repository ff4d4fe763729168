import type { HttpResponse } from '../../../infra/http-client.ts';
import { ExecutorError, type EffectCertainty, type ExecutorErrorCode } from '../executor-error.ts';

const codesByStatus: Readonly<Record<number, ExecutorErrorCode>> = {
  401: 'PLATFORM_AUTHENTICATION_FAILED',
  402: 'QUOTA_EXCEEDED',
  403: 'PLATFORM_PERMISSION_DENIED',
  404: 'RESOURCE_NOT_FOUND',
  407: 'PLATFORM_AUTHENTICATION_FAILED',
  408: 'EXECUTION_TIMEOUT',
  409: 'PLATFORM_CONFLICT',
  410: 'RESOURCE_NOT_FOUND',
  412: 'PRECONDITION_FAILED',
  425: 'SERVICE_DOWN',
  428: 'PRECONDITION_FAILED',
  429: 'RATE_LIMIT_EXCEEDED',
  504: 'EXECUTION_TIMEOUT',
  507: 'QUOTA_EXCEEDED',
};

const maxQuotedLength = 500;

/**
 * What a failing status means, or null where the answer is a success. A refusal (4xx) did nothing; a
 * server that broke (5xx) may have acted first. `redact` takes secrets out of what is quoted of the answer.
 */
export const failureOfStatus = (
  response: HttpResponse,
  now: number,
  redact: (text: string) => string = (text) => text,
): ExecutorError | null => {
  const { status } = response;
  if (status < 400) return null;
  const code = codesByStatus[status] ?? (status < 500 ? 'PLATFORM_REJECTED' : 'SERVICE_DOWN');
  const effect: EffectCertainty = status < 500 ? 'NONE' : 'UNKNOWN';
  // A time that the platform names goes by its own clock, where it says what that shows.
  const platformNow = Date.parse(response.headers.date ?? '');
  const retryAfterMs = retryAfterOf(
    response.headers['retry-after'],
    Number.isNaN(platformNow) ? now : platformNow,
  );
  return new ExecutorError(code, `The platform answered ${status}.`, {
    effect,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
    details: {
      status,
      body: redact(response.body.toString('utf8')).slice(0, maxQuotedLength).toWellFormed(),
    },
  });
};

/** Seconds or an HTTP date, in milliseconds from now; null for anything else. */
export const retryAfterOf = (value: string | undefined, now: number): number | null => {
  if (value === undefined) return null;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
};
