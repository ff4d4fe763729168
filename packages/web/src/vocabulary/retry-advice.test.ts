import { expect, it } from 'vitest';
import { retryAdvice } from './retry-advice.ts';

it('says of what may have happened that somebody must look first, whatever else is said of it', () => {
  for (const retriable of [true, false]) {
    const advice = retryAdvice({ code: 'OUTCOME_UNKNOWN', retriable });
    expect(advice).toContain('may have happened');
    expect(advice).not.toMatch(/succeed later|fail again/);
  }
});

it('says of everything else whether it may be asked for again', () => {
  expect(retryAdvice({ code: 'NETWORK_ERROR', retriable: true })).toContain('may succeed later');
  expect(retryAdvice({ code: 'NETWORK_ERROR', retriable: false })).toContain('Not retriable');
});
