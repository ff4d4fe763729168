// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { asRequestFailure, failureOf, RequestError } from './request-error.ts';

describe('failureOf', () => {
  it('reads code, request id and wait from the first error', () => {
    const extensions = { code: 'RATE_LIMIT_EXCEEDED', requestId: 'r-1', retryAfterMs: 1_500 };
    expect(failureOf([{ message: 'Slow down.', extensions }])).toEqual({
      code: 'RATE_LIMIT_EXCEEDED',
      message: 'Slow down.',
      requestId: 'r-1',
      retryAfterMs: 1_500,
    });
  });

  it('has words even where the server has none', () => {
    expect(failureOf([{ extensions: { retryAfterMs: 'soon' } }])).toMatchObject({
      code: 'INTERNAL_ERROR',
      requestId: null,
      retryAfterMs: null,
    });
  });
});

describe('RequestError', () => {
  it('tells an ended session from an unreachable server', () => {
    const error = new RequestError({ ...failureOf([]), code: 'AUTHENTICATION_FAILED' });
    expect([error.hasSessionEnded, error.isUnreachable]).toEqual([true, false]);
    expect(asRequestFailure(error).code).toBe('AUTHENTICATION_FAILED');
    expect(asRequestFailure(new Error('boom'))).toMatchObject({ code: 'UNREADABLE_ANSWER', message: 'boom' });
  });
});
