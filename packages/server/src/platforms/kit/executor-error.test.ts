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
  [withCode('ETIMEDOUT'), 'EXECUTION_TIMEOUT', 'UNKNOWN', true],
  [new DOMException('late', 'TimeoutError'), 'EXECUTION_TIMEOUT', 'UNKNOWN', true],
  [new DOMException('stop', 'AbortError'), 'EXECUTION_TIMEOUT', 'UNKNOWN', true],
  [new EgressRefused('inside'), 'POLICY_DENIED', 'NONE', false],
  [new HttpFailure('CONNECT', false, 'refused'), 'NETWORK_ERROR', 'NONE', true],
  [new HttpFailure('BROKEN', true, 'reset'), 'NETWORK_ERROR', 'UNKNOWN', true],
  [new HttpFailure('TIMEOUT', false, 'late'), 'EXECUTION_TIMEOUT', 'NONE', true],
  [new HttpFailure('TIMEOUT', true, 'late'), 'EXECUTION_TIMEOUT', 'UNKNOWN', true],
  [new HttpFailure('REDIRECTS', true, 'too many'), 'PLATFORM_REJECTED', 'NONE', false],
  [new Error('whatever'), 'DEPENDENCY_FAILED', 'UNKNOWN', true],
  ['a text', 'DEPENDENCY_FAILED', 'UNKNOWN', true],
  [undefined, 'DEPENDENCY_FAILED', 'UNKNOWN', true],
])('%s', (thrown, code, effect, retriable) => {
  expect(classifyError(thrown)).toMatchObject({ code, effect, retriable });
});

describe('an executor error', () => {
  const error = new ExecutorError('RATE_LIMIT_EXCEEDED', 'slow down', {
    effect: 'NONE',
    retryAfterMs: 1_500,
    details: { limit: 3 },
  });

  test('stays what it is', () => {
    expect(classifyError(error)).toBe(error);
  });

  test('is recorded with what the next attempt needs', () => {
    expect(describeError(error)).toEqual({
      failure: {
        code: 'RATE_LIMIT_EXCEEDED',
        message: 'slow down',
        details: { limit: 3 },
        retryAfterMs: 1_500,
      },
      effect: 'NONE',
      isRetriable: true,
      guard: null,
    });
  });

  test('can say that this case is no use retrying', () => {
    const hopeless = new ExecutorError('DEPENDENCY_FAILED', 'odd', { effect: 'UNKNOWN', retriable: false });
    expect(describeError(hopeless)).toMatchObject({
      isRetriable: false,
      failure: { code: 'DEPENDENCY_FAILED' },
    });
  });
});
