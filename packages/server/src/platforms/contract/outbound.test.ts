import { describe, expect, test } from 'vitest';
import { EgressRefused } from '../../infra/egress.ts';
import { HttpFailure, type HttpClient, type HttpResponse } from '../../infra/http-client.ts';
import { createPlatformGuard, defaultPlatformLimits } from './platform-guard.ts';
import { createOutbound, type Outbound } from './outbound.ts';

const guardOf = () =>
  createPlatformGuard('p', { ...defaultPlatformLimits, breaker: { opensAt: 2, probeAfterMs: 60_000 } });

const wayOf = (
  guard: ReturnType<typeof guardOf>,
  more: Partial<Parameters<typeof createOutbound>[0]> = {},
) => {
  const leaves = { taken: 0 };
  const way = createOutbound({
    guard,
    endpoint: 'one',
    takeLeave: () => void (leaves.taken += 1),
    isForced: false,
    caller: new AbortController().signal,
    ...more,
  });
  return { way, leaves };
};
const requestOver = (way: Outbound, method: string, outcome: number | Error): Promise<HttpResponse> => {
  const client: HttpClient = {
    request: async () => {
      if (outcome instanceof Error) throw outcome;
      return { status: outcome, headers: {}, body: Buffer.from(''), isTruncated: false, url: '' };
    },
    check: async (url) => new URL(url),
    isInternal: () => false,
  };
  return way.over(client).request({ method, url: 'http://p/', signal: new AbortController().signal });
};

test('what calls nobody asks for no leave and is counted nowhere', async () => {
  const guard = guardOf();
  const { way, leaves } = wayOf(guard);
  expect(way.hasSent()).toBe(false);
  expect(leaves.taken).toBe(0);
  expect(guard.breakers.states()).toEqual([]);
});

test('several requests of one operation have one leave', async () => {
  const { way, leaves } = wayOf(guardOf());
  for (const method of ['GET', 'POST', 'GET']) await requestOver(way, method, 200);
  expect(leaves.taken).toBe(1);
});

describe('the breaker', () => {
  test.each<[string, number | Error, number]>([
    ['an answer', 200, 0],
    ['a refusal', 400, 0],
    ['a broken server', 500, 1],
    ['too many requests', 429, 1],
    ['no connection', new HttpFailure('CONNECT', false, 'No.'), 1],
    ['a cut one', new HttpFailure('BROKEN', true, 'No.'), 1],
    ['a caller who gave up', new HttpFailure('ABORTED', true, 'No.'), 0],
    ['what our own rules kept in', new EgressRefused('No.'), 0],
  ])('takes %s for what it is', async (_title, outcome, failures) => {
    const guard = guardOf();
    await requestOver(wayOf(guard).way, 'POST', outcome).catch(() => undefined);
    expect(guard.breakers.states()[0]?.failureCount).toBe(failures);
  });

  test('counts writes and reads apart, and stops nobody in the middle of writing', async () => {
    const guard = guardOf();
    const { way: writing } = wayOf(guard);
    await requestOver(writing, 'POST', 200);
    for (let count = 0; count < 2; count += 1) {
      await requestOver(wayOf(guard).way, 'POST', 500);
      await requestOver(wayOf(guard).way, 'GET', 200);
    }
    await expect(requestOver(wayOf(guard).way, 'POST', 200)).rejects.toMatchObject({
      guard: 'CIRCUIT_BREAKER',
    });
    await requestOver(wayOf(guard).way, 'GET', 200);
    await requestOver(writing, 'POST', 200);
    await requestOver(wayOf(guard, { isForced: true }).way, 'POST', 200);
    // Neither of them was the probe.
    expect(guard.breakers.states()[0]).toMatchObject({ state: 'OPEN' });
  });
});
