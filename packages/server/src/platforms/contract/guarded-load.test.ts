import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { createProbe, call } from '../../../testing/guarded-probe.ts';

describe('rate limit', () => {
  const limits = { rate: { limit: 2, windowMs: 60_000 } };

  test('refuses what is too much, with the time to wait', async () => {
    const { apply, errorOf, health, probe } = createProbe(limits);
    await apply();
    await apply();
    const error = await errorOf(apply());
    expect(error).toMatchObject({
      code: 'RATE_LIMIT_EXCEEDED',
      guard: 'RATE_LIMIT',
      effect: 'NONE',
      retriable: true,
    });
    expect(error.retryAfterMs).toBeGreaterThan(50_000);
    expect(probe.calls).toBe(2);
    expect(health().rateLimit).toMatchObject({ current: 2, limit: 2 });
    expect(health().status).toBe('HEALTHY');
  });

  test('counts what is done, and neither what is planned nor what is looked for', async () => {
    const { apply, guards, executor, health } = createProbe(limits);
    const plan = (principalId: string) =>
      guards.plan(executor, { endpoint: 'one' }, { ...call(), principalId });
    expect(await Promise.all([plan('a'), plan('a'), plan('b')])).toMatchObject([
      { ok: true },
      { ok: true },
      { ok: true },
    ]);
    await apply();
    await guards.verify(executor, { endpoint: 'one' }, 'done', call());
    await apply();
    expect(health().rateLimit).toMatchObject({ current: 2 });
    // Who planned too much is refused alone.
    expect(await plan('a')).toMatchObject({ ok: false, refusal: { code: 'RATE_LIMIT_EXCEEDED' } });
    expect(await plan('b')).toMatchObject({ ok: true });
  });

  test('does not keep a made effect from being confirmed', async () => {
    const { apply, guards, executor } = createProbe(limits);
    await apply();
    await apply();
    await expect(guards.verify(executor, { endpoint: 'one' }, 'done', call())).resolves.toBeUndefined();
  });
});

describe('retry budget', () => {
  test('many steps that fail are tried again a few at a time, and none of the rest reaches the platform', async () => {
    const { guards, executor, apply, errorOf, failWith, probe } = createProbe({
      retries: { share: 0.2, perSecond: 0.5 },
      breaker: { opensAt: 1_000, probeAfterMs: 100 },
    });
    failWith('SERVICE_DOWN');
    await Promise.all(Array.from({ length: 100 }, () => errorOf(apply())));
    expect(probe.calls).toBe(100);
    const again = await Promise.all(
      Array.from({ length: 100 }, () =>
        errorOf(guards.apply(executor, { endpoint: 'one' }, { ...call(), attempt: 2 })),
      ),
    );
    const stopped = again.filter(({ guard }) => guard === 'RETRY_BUDGET');
    expect(stopped).toHaveLength(95);
    expect(probe.calls).toBe(105);
    expect(stopped[0]).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', effect: 'NONE', retriable: true });
    // First attempts go on.
    expect(await errorOf(apply())).toMatchObject({ guard: null });
  });
});

describe('bulkhead', () => {
  const limits = { bulkhead: { concurrent: 1, queued: 1 } };

  test('lets as many in as fit, keeps a few waiting, and refuses the rest', async () => {
    const { apply, errorOf, probe } = createProbe(limits);
    const { promise, resolve } = Promise.withResolvers<string>();
    probe.behaviour = () => promise;
    const first = apply();
    const second = apply();
    expect(await errorOf(apply())).toMatchObject({
      code: 'RATE_LIMIT_EXCEEDED',
      guard: 'BULKHEAD',
      effect: 'NONE',
    });
    expect(probe.calls).toBe(1);
    resolve('done');
    await expect(Promise.all([first, second])).resolves.toEqual(['done', 'done']);
    expect(probe.calls).toBe(2);
  });

  test('has a place of its own for CRITICAL work, however long the line is', async () => {
    const { guards, executor, apply, errorOf, probe } = createProbe(limits);
    const { promise, resolve } = Promise.withResolvers<string>();
    probe.behaviour = () => promise;
    const normal = [apply(), apply()];
    const critical = guards.apply(executor, { endpoint: 'one' }, { ...call(), priority: 'CRITICAL' });
    await vi.waitFor(() => expect(probe.calls).toBe(2), { timeout: 20_000 });
    expect(await errorOf(apply())).toMatchObject({ guard: 'BULKHEAD' });
    resolve('done');
    await expect(Promise.all([...normal, critical])).resolves.toEqual(['done', 'done', 'done']);
  });

  test('has places of its own for planning', async () => {
    const { guards, executor, apply, probe } = createProbe(limits);
    const { promise, resolve } = Promise.withResolvers<string>();
    probe.behaviour = ({ idempotencyKey }) => (idempotencyKey ? promise : Promise.resolve('planned'));
    const running = [apply(), apply()];
    const { taskId: _t, stepId: _s, idempotencyKey: _k, precondition: _p, attempt: _a, ...rest } = call();
    const planCall = { ...rest, principalId: 'agent' };
    expect(await guards.plan(executor, { endpoint: 'one' }, planCall)).toMatchObject({ ok: true });
    resolve('done');
    await Promise.all(running);
  });

  test('whoever gives up in the line leaves at once and is never called', async () => {
    const { apply, errorOf, probe } = createProbe(limits);
    const { promise, resolve } = Promise.withResolvers<string>();
    probe.behaviour = () => promise;
    const first = apply();
    await vi.waitFor(() => expect(probe.calls).toBe(1), { timeout: 20_000 });
    const controller = new AbortController();
    const waiting = errorOf(apply('one', controller.signal));
    await delay(1);
    controller.abort();
    expect(await waiting).toMatchObject({ effect: 'NONE', isAborted: true });
    resolve('done');
    await first;
    await expect(apply()).resolves.toBe('done');
    expect(probe.calls).toBe(2);
  });
});
