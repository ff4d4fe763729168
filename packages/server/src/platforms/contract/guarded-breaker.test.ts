import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createProbe, call } from '../../../testing/guarded-probe.ts';

afterEach(() => void vi.useRealTimers());

describe('circuit breaker', () => {
  const limits = { breaker: { opensAt: 3, probeAfterMs: 1_000 } };

  test.each(['SERVICE_DOWN', 'NETWORK_ERROR', 'EXECUTION_TIMEOUT', 'RATE_LIMIT_EXCEEDED'] as const)(
    'opens after %s in a row, and then nothing reaches the platform',
    async (code) => {
      const { apply, errorOf, failWith, probe, health } = createProbe(limits);
      failWith(code);
      for (let index = 0; index < 3; index += 1) await errorOf(apply());
      expect(health()).toMatchObject({
        status: 'DOWN',
        circuitBreaker: { state: 'OPEN', failureCount: 3, opensAt: 3, nextProbeAt: expect.any(Date) },
      });
      expect(await errorOf(apply())).toMatchObject({
        code: 'SERVICE_DOWN',
        guard: 'CIRCUIT_BREAKER',
        effect: 'NONE',
      });
      expect(probe.calls).toBe(3);
    },
  );

  test.each([
    'PLATFORM_REJECTED',
    'RESOURCE_NOT_FOUND',
    'PLATFORM_AUTHENTICATION_FAILED',
    'PRECONDITION_FAILED',
    'DEPENDENCY_FAILED',
  ] as const)('does not count %s', async (code) => {
    const { apply, errorOf, failWith, health } = createProbe(limits);
    failWith(code);
    for (let index = 0; index < 5; index += 1) await errorOf(apply());
    expect(health()).toMatchObject({
      status: 'HEALTHY',
      circuitBreaker: { state: 'CLOSED', failureCount: 0 },
    });
  });

  test('opens for what writes, however well reading goes in between', async () => {
    const { apply, errorOf, failWith, probe, health, guards, executor } = createProbe(limits);
    const plan = () => guards.plan(executor, { endpoint: 'one' }, { ...call(), principalId: 'agent' });
    for (let index = 0; index < 3; index += 1) {
      failWith('SERVICE_DOWN');
      await errorOf(apply());
      probe.behaviour = async () => 'planned';
      expect(await plan()).toMatchObject({ ok: true });
    }
    expect(await errorOf(apply())).toMatchObject({ guard: 'CIRCUIT_BREAKER' });
    expect(health()).toMatchObject({ status: 'DEGRADED', circuitBreaker: { state: 'OPEN' } });
    expect(await plan()).toMatchObject({ ok: true });
  });

  test('lets one call through when its time has come: success closes it', async () => {
    vi.useFakeTimers();
    const { apply, errorOf, failWith, probe, health, guards } = createProbe(limits);
    const changes: string[] = [];
    guards.health.onChange(() => changes.push(`${health().status} ${health().circuitBreaker.state}`));
    failWith('SERVICE_DOWN');
    for (let index = 0; index < 3; index += 1) await errorOf(apply());
    vi.advanceTimersByTime(1_001);
    const { promise, resolve } = Promise.withResolvers<string>();
    probe.behaviour = () => promise;
    const probing = apply();
    await vi.waitFor(() => expect(health().circuitBreaker.state).toBe('HALF_OPEN'), { timeout: 20_000 });
    expect(await errorOf(apply())).toMatchObject({ guard: 'CIRCUIT_BREAKER' });
    resolve('back');
    await expect(probing).resolves.toBe('back');
    expect(health()).toMatchObject({
      status: 'HEALTHY',
      circuitBreaker: { state: 'CLOSED', failureCount: 0 },
    });
    expect(changes).toEqual(['DEGRADED CLOSED', 'DOWN OPEN', 'DEGRADED HALF_OPEN', 'HEALTHY CLOSED']);
  });

  test.each(['SERVICE_DOWN', 'DEPENDENCY_FAILED'] as const)(
    'a probe that ends in %s opens it again',
    async (code) => {
      vi.useFakeTimers();
      const { apply, errorOf, failWith, health } = createProbe(limits);
      failWith('SERVICE_DOWN');
      for (let index = 0; index < 3; index += 1) await errorOf(apply());
      vi.advanceTimersByTime(1_001);
      failWith(code);
      await errorOf(apply());
      expect(health().circuitBreaker.state).toBe('OPEN');
    },
  );

  test('a probe that is told off proves that the platform is up', async () => {
    vi.useFakeTimers();
    const { apply, errorOf, failWith, health } = createProbe(limits);
    failWith('SERVICE_DOWN');
    for (let index = 0; index < 3; index += 1) await errorOf(apply());
    vi.advanceTimersByTime(1_001);
    failWith('PLATFORM_REJECTED');
    await errorOf(apply());
    expect(health().circuitBreaker.state).toBe('CLOSED');
  });

  test('cuts off one endpoint and not the others', async () => {
    const { apply, errorOf, failWith, probe, health } = createProbe(limits);
    failWith('NETWORK_ERROR');
    for (let index = 0; index < 3; index += 1) await errorOf(apply('dead'));
    probe.behaviour = async () => 'fine';
    await expect(apply('alive')).resolves.toBe('fine');
    expect(await errorOf(apply('dead'))).toMatchObject({ guard: 'CIRCUIT_BREAKER' });
    expect(health()).toMatchObject({ status: 'DEGRADED', circuitBreaker: { state: 'OPEN' } });
  });

  test('does not count callers that stop waiting', async () => {
    const { apply, errorOf, probe, health } = createProbe(limits);
    probe.behaviour = ({ signal }) => delay(60_000, 'late', { signal });
    for (let index = 0; index < 4; index += 1) {
      const controller = new AbortController();
      const ending = errorOf(apply('one', controller.signal));
      await vi.waitFor(() => expect(probe.calls).toBe(index + 1), { timeout: 20_000 });
      controller.abort();
      expect((await ending).isAborted).toBe(true);
    }
    expect(health().circuitBreaker).toMatchObject({ state: 'CLOSED', failureCount: 0 });
  });
});
