import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { usualTimeOf } from '../../../testing/event-loop.ts';
import { createNoopExecutor } from '../../../testing/executors/noop-executor.ts';
import { createEgress } from '../../infra/egress.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import type { StopSubject } from '../../domain/kill-switch.ts';
import type { CutOffCheck } from './guarded-run.ts';
import { createGuards } from './guards.ts';
import { createProbe, call } from '../../../testing/guarded-probe.ts';

afterEach(() => void vi.useRealTimers());

describe('kill switch', () => {
  test('stops the call before anything else, and says why', async () => {
    const asked: StopSubject[] = [];
    const killSwitch = (subject: StopSubject) => {
      asked.push(subject);
      return { mode: 'HALT', reason: 'stopped by Ada.' } as const;
    };
    const { apply, errorOf, probe, health } = createProbe({}, { killSwitch });
    expect(await errorOf(apply())).toMatchObject({
      guard: 'KILL_SWITCH',
      effect: 'NONE',
      retriable: true,
      message: 'The kill switch is engaged: stopped by Ada.',
    });
    expect(probe.calls).toBe(0);
    expect(health().rateLimit.current).toBe(0);
    expect(asked).toMatchObject([
      { tenantId: 'tenant', platform: 'probe', name: 'probe.act', agentId: null },
    ]);
  });

  test('that cannot be read stops the call', async () => {
    const killSwitch = () => Promise.reject(new Error('database gone'));
    const { apply, errorOf, probe } = createProbe({}, { killSwitch });
    expect(await errorOf(apply())).toMatchObject({ guard: 'KILL_SWITCH', retriable: true });
    expect(probe.calls).toBe(0);
  });

  test('that pauses holds back effects, and nobody who only looks', async () => {
    const killSwitch = () => ({ mode: 'PAUSE', reason: 'incident 7.' }) as const;
    const { apply, errorOf, executor, guards, probe } = createProbe({}, { killSwitch });
    expect(await errorOf(apply())).toMatchObject({
      guard: 'KILL_SWITCH',
      effect: 'NONE',
      retriable: true,
      message: 'The kill switch is engaged: incident 7.',
    });
    expect(probe.calls).toBe(0);
    await guards.verify(executor, { endpoint: 'one' }, 'done', call());
    expect(probe.calls).toBe(1);
  });
});

describe("an operator's word", () => {
  test('keeps every call from the platform for that tenant, but for reading back', async () => {
    const cutOff: CutOffCheck = async (tenantId, platform) =>
      tenantId === 'tenant' && platform === 'probe' ? 'Ada opened probe: incident 7.' : null;
    const { apply, errorOf, executor, guards, probe, health } = createProbe({}, { cutOff });
    expect(await errorOf(apply())).toMatchObject({
      code: 'SERVICE_DOWN',
      guard: 'OPERATOR',
      effect: 'NONE',
      retriable: true,
      message: 'Ada opened probe: incident 7.',
    });
    expect(
      await guards.plan(executor, { endpoint: 'one' }, { ...call(), principalId: 'agent' }),
    ).toMatchObject({
      refusal: { code: 'SERVICE_DOWN', retriable: true, message: 'Ada opened probe: incident 7.' },
    });
    expect(probe.calls).toBe(0);
    expect(health()).toMatchObject({ status: 'HEALTHY', circuitBreaker: { failureCount: 0 } });
    await guards.verify(executor, { endpoint: 'one' }, 'done', call());
    await guards.apply(executor, { endpoint: 'one' }, { ...call(), tenantId: 'neighbour' });
    expect(probe.calls).toBe(2);
  });

  test('that closes it closes its circuit breakers, and a call from before counts no more', async () => {
    const { apply, errorOf, failWith, guards, probe, health } = createProbe({
      breaker: { opensAt: 1, probeAfterMs: 600_000 },
    });
    const held = Promise.withResolvers<void>();
    probe.behaviour = async () => {
      await held.promise;
      throw new ExecutorError('SERVICE_DOWN', 'late', { effect: 'NONE' });
    };
    const slow = errorOf(apply());
    await vi.waitFor(() => expect(probe.calls).toBe(1), { timeout: 20_000 });
    failWith('SERVICE_DOWN');
    await errorOf(apply());
    expect(health()).toMatchObject({ status: 'DOWN', circuitBreaker: { state: 'OPEN' } });
    guards.resetBreakers('probe');
    held.resolve();
    await slow;
    expect(health()).toMatchObject({ status: 'HEALTHY', circuitBreaker: { state: 'CLOSED' } });
    probe.behaviour = async () => 'done';
    expect(await apply()).toBe('done');
  });
});

describe('the read-back of an effect that was made', () => {
  test('is stopped by no breaker that others opened, and by no line', async () => {
    const { guards, executor, apply, errorOf, failWith, probe } = createProbe({
      breaker: { opensAt: 1, probeAfterMs: 60_000 },
      bulkhead: { concurrent: 1, queued: 0 },
    });
    const { promise, resolve } = Promise.withResolvers<string>();
    probe.behaviour = () => promise;
    const made = apply();
    await vi.waitFor(() => expect(probe.calls).toBe(1), { timeout: 20_000 });
    resolve('made');
    const output = await made;
    failWith('SERVICE_DOWN');
    expect(await errorOf(apply())).toMatchObject({ code: 'SERVICE_DOWN', guard: null });
    expect(await errorOf(apply())).toMatchObject({ guard: 'CIRCUIT_BREAKER' });
    probe.behaviour = async () => 'there';
    await expect(guards.verify(executor, { endpoint: 'one' }, output, call())).resolves.toBeUndefined();
  });
});

describe('time budget', () => {
  test('fires the signal when the time is up', async () => {
    const { apply, errorOf, probe } = createProbe({}, { timeMs: 30 });
    probe.behaviour = ({ signal }) => delay(60_000, 'late', { signal });
    expect(await errorOf(apply())).toMatchObject({
      code: 'EXECUTION_TIMEOUT',
      effect: 'UNKNOWN',
      isAborted: false,
    });
  });

  test('does not wait for work that ignores the signal', async () => {
    vi.useFakeTimers();
    const { apply, errorOf, probe } = createProbe({}, { timeMs: 30 });
    probe.behaviour = () => new Promise(() => {});
    const ending = errorOf(apply());
    await vi.advanceTimersByTimeAsync(30 + 1_000 + 10);
    expect(await ending).toMatchObject({ code: 'EXECUTION_TIMEOUT', effect: 'UNKNOWN' });
  });
});

describe('egress', () => {
  test('hands an action that needs no network a client that sends nothing', async () => {
    const { apply, errorOf, probe } = createProbe();
    probe.behaviour = async ({ http, signal }) => {
      await http.request({ method: 'GET', url: 'https://example.com/', signal });
      return 'sent';
    };
    expect(await errorOf(apply())).toMatchObject({ code: 'POLICY_DENIED', effect: 'NONE' });
  });
});

test('the guards cost less than a tenth of a millisecond a call', async () => {
  const noop = createNoopExecutor();
  const guards = createGuards(
    { platforms: { noop: { rate: { limit: 1_000_000, windowMs: 60_000 } } } },
    { executors: [noop], egress: createEgress({}), killSwitch: () => null },
  );
  const input = { category: 'WRITE', label: '', delayMs: 0 } as const;
  const count = 5_000;
  for (let index = 0; index < 500; index += 1) await guards.apply(noop, input, call());
  const tookMs = await usualTimeOf(async () => {
    for (let index = 0; index < count; index += 1) await guards.apply(noop, input, call());
  });
  expect(tookMs / count).toBeLessThan(0.1);
});
