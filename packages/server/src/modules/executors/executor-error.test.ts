import { describe, expect, test } from 'vitest';
import { EgressRefused } from '../../infra/egress.ts';
import { HttpFailure } from '../../infra/http-client.ts';
import { classifyError, describeError, ExecutorError } from './executor-error.ts';

const withCode = (code: string) => Object.assign(new Error(code), { code });

test.each([
  [withCode('ECONNREFUSED'), 'NETWORK_ERROR', 'NONE', true],
  [withCode('ENOTFOUND'), 'NETWORK_ERROR', 'NONE', true],
  [new TypeError('fetch failed', { cause: withCode('EAI_AGAIN') }), 'NETWORK_ERROR', 'NONE', true],
  [withCode('ECONNRESET'), 'NETWORK_ERROR', 'UNKNOWN', true],
  [withCode('ETIMEDOUT'), 'TIMEOUT_ERROR', 'UNKNOWN', true],
  [new DOMException('late', 'TimeoutError'), 'TIMEOUT_ERROR', 'UNKNOWN', true],
  [new DOMException('stop', 'AbortError'), 'TIMEOUT_ERROR', 'UNKNOWN', true],
  [new EgressRefused('inside'), 'PERMISSION_DENIED', 'NONE', false],
  [new HttpFailure('CONNECT', false, 'refused'), 'NETWORK_ERROR', 'NONE', true],
  [new HttpFailure('BROKEN', true, 'reset'), 'NETWORK_ERROR', 'UNKNOWN', true],
  [new HttpFailure('TIMEOUT', false, 'late'), 'TIMEOUT_ERROR', 'NONE', true],
  [new HttpFailure('TIMEOUT', true, 'late'), 'TIMEOUT_ERROR', 'UNKNOWN', true],
  [new HttpFailure('REDIRECTS', true, 'too many'), 'VALIDATION_ERROR', 'NONE', false],
  [new Error('whatever'), 'UNKNOWN_ERROR', 'UNKNOWN', true],
  ['a text', 'UNKNOWN_ERROR', 'UNKNOWN', true],
  [undefined, 'UNKNOWN_ERROR', 'UNKNOWN', true],
])('%s', (thrown, code, effect, retriable) => {
  expect(classifyError(thrown)).toMatchObject({ code, effect, retriable });
});

describe('an executor error', () => {
  const error = new ExecutorError('RATE_LIMITED', 'slow down', {
    effect: 'NONE',
    retryAfterMs: 1_500,
    details: { limit: 3 },
  });

  test('stays what it is', () => {
    expect(classifyError(error)).toBe(error);
  });

  test('is recorded with what the next attempt needs', () => {
    expect(describeError(error)).toEqual({
      failure: { code: 'RATE_LIMITED', message: 'slow down', details: { limit: 3 }, retryAfterMs: 1_500 },
      effect: 'NONE',
      isRetriable: true,
      guard: null,
    });
  });

  test('can say that this case is no use retrying', () => {
    const hopeless = new ExecutorError('UNKNOWN_ERROR', 'odd', { effect: 'UNKNOWN', retriable: false });
    expect(describeError(hopeless)).toMatchObject({ isRetriable: false, failure: { code: 'UNKNOWN_ERROR' } });
  });
});
