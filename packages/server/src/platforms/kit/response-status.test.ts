import { describe, expect, it, test } from 'vitest';
import type { HttpResponse } from '../../infra/http-client.ts';
import { failureOfStatus, proofOf, type Proof } from './response-status.ts';

const writes = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;
const everyStatus = Array.from({ length: 900 }, (_, index) => index + 100);

const answer = (status: number, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers,
  body: Buffer.from('why'),
  isTruncated: false,
  url: 'https://example.com/',
});

describe('what an answer to a write proves', () => {
  it.each<[statuses: readonly number[], proof: Proof]>([
    [[200, 201, 202, 203, 204, 205, 206, 299], 'DONE'],
    [[207], 'UNKNOWN'],
    [[100, 101, 102, 103, 199], 'UNKNOWN'],
    [[300, 304, 305, 306, 307, 308], 'NOT_DONE'],
    // Many show with these what was done.
    [[301, 302, 303, 309, 399], 'UNKNOWN'],
    [[400, 401, 402, 403, 404, 405, 407, 409, 410, 411, 412, 413, 414, 415, 416, 417], 'NOT_DONE'],
    [[421, 422, 423, 425, 426, 428, 429, 431, 451], 'NOT_DONE'],
    [[406, 408, 418, 419, 420, 424, 444, 449, 460, 499], 'UNKNOWN'],
    [[500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 524, 529, 599], 'UNKNOWN'],
    [[600, 777, 999], 'UNKNOWN'],
  ])('%j is %s', (statuses, proof) => {
    for (const status of statuses) {
      for (const method of writes) expect(`${status} ${proofOf(status, method)}`).toBe(`${status} ${proof}`);
    }
  });

  it('never says that nothing was done where a server may have acted first', () => {
    for (const status of everyStatus.filter((given) => given < 200 || given >= 500 || given % 100 > 51)) {
      for (const method of writes) expect(proofOf(status, method)).not.toBe('NOT_DONE');
    }
  });

  it('is success only where the platform says so', () => {
    for (const status of everyStatus.filter((given) => given < 200 || given >= 300)) {
      for (const method of writes) expect(proofOf(status, method)).not.toBe('DONE');
    }
  });
});

test('a read leaves nothing, whatever it is answered', () => {
  for (const status of everyStatus) {
    const isDone = (status >= 200 && status < 300) || status === 304;
    for (const method of ['GET', 'HEAD']) expect(proofOf(status, method)).toBe(isDone ? 'DONE' : 'NOT_DONE');
  }
});

test('no platform says for us that the target moved since the plan', () => {
  for (const status of everyStatus) {
    for (const method of [...writes, 'GET']) {
      expect(failureOfStatus(answer(status), method, 0)?.code).not.toBe('PRECONDITION_FAILED');
    }
  }
});

test('a failure has the status, where it points, and what was said', () => {
  const failure = failureOfStatus(answer(308, { location: '/elsewhere' }), 'PUT', 0);
  expect(failure).toMatchObject({
    code: 'PLATFORM_REJECTED',
    effect: 'NONE',
    details: { status: 308, location: '/elsewhere', body: 'why' },
  });
});
