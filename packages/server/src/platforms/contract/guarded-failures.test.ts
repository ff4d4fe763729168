import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { refusalAt, refused } from '../../domain/errors.ts';
import { failureOfStatus } from '../kit/response-status.ts';
import { createProbe, call } from '../../../testing/guarded-probe.ts';

describe('what a platform says of a failure', () => {
  const secret = 'sk-live-0123456789abcdefghij';
  const said = (before: number) => `${'x'.repeat(before)}${secret}${'y'.repeat(2_000)}`;

  test('is cut once no secret is in it any more, wherever the cut falls', async () => {
    for (let before = 970; before <= 1_010; before += 1) {
      const { apply, errorOf, probe } = createProbe({}, { secrets: [secret] });
      probe.behaviour = async () => {
        const response = { status: 403, headers: {}, body: Buffer.from(said(before)), isTruncated: false };
        throw failureOfStatus({ ...response, url: 'https://a.example/' }, 'POST', 0) ?? new Error();
      };
      const { message, details } = await errorOf(apply());
      const told = JSON.stringify({ message, details });
      expect(told).not.toContain('sk-');
      expect(told.length).toBeLessThan(1_200);
    }
  });

  test('holds no secret where it is why nothing is planned', async () => {
    const { executor, guards } = createProbe({}, { secrets: [secret] });
    const words = `No program starts with ${secret}.`;
    const faulty = {
      ...executor,
      plan: () => Promise.resolve(refused(refusalAt('endpoint', 'PLATFORM_REJECTED', words))),
    };
    const planned = await guards.plan(faulty, { endpoint: 'one' }, { ...call(), principalId: 'agent' });
    expect(planned).toMatchObject({ ok: false, refusal: { code: 'PLATFORM_REJECTED' } });
    expect(JSON.stringify(planned)).not.toContain('sk-');
  });
});

describe('planning', () => {
  test.each([
    'SERVICE_DOWN',
    'NETWORK_ERROR',
    'EXECUTION_TIMEOUT',
    'RATE_LIMIT_EXCEEDED',
    'PLATFORM_PERMISSION_DENIED',
    'PLATFORM_AUTHENTICATION_FAILED',
    'RESOURCE_NOT_FOUND',
    'POLICY_DENIED',
    'DEPENDENCY_FAILED',
  ] as const)('%s is refused by the name that a step gives it', async (code) => {
    const { guards, executor, failWith } = createProbe();
    failWith(code);
    const outcome = await guards.plan(executor, { endpoint: 'one' }, { ...call(), principalId: 'agent' });
    expect(outcome).toMatchObject({ ok: false, refusal: { code } });
  });

  test('an exception that nobody foresaw is not shown to the caller', async () => {
    const { guards, executor, probe } = createProbe();
    probe.behaviour = async () => {
      throw new TypeError('secret internals');
    };
    const outcome = await guards.plan(executor, { endpoint: 'one' }, { ...call(), principalId: 'agent' });
    expect(outcome).toMatchObject({ ok: false, refusal: { code: 'INTERNAL_ERROR' } });
    expect(JSON.stringify(outcome)).not.toContain('secret internals');
  });
});

describe('health', () => {
  test('knows how long calls take and when one last succeeded', async () => {
    const { apply, probe, health } = createProbe();
    expect(health()).toMatchObject({ lastSuccessAt: null, averageResponseMs: null, p95ResponseMs: null });
    probe.behaviour = () => delay(20, 'done');
    await apply();
    const report = health();
    expect(report).toMatchObject({ platform: 'probe', status: 'HEALTHY', actionTypes: ['probe.act@1'] });
    expect(report.lastSuccessAt).toBeInstanceOf(Date);
    expect(report.averageResponseMs).toBeGreaterThanOrEqual(15);
    expect(report.p95ResponseMs).toBeGreaterThanOrEqual(15);
  });

  test('knows when a call last failed, and how many it speaks of', async () => {
    const { apply, errorOf, failWith, health } = createProbe();
    expect(health()).toMatchObject({ lastFailureAt: null, recentCalls: 0 });
    failWith('SERVICE_DOWN');
    await errorOf(apply());
    expect(health()).toMatchObject({ lastSuccessAt: null, lastFailureAt: expect.any(Date), recentCalls: 1 });
  });

  test('takes planning for no success', async () => {
    const { guards, executor, health } = createProbe();
    await guards.plan(executor, { endpoint: 'one' }, { ...call(), principalId: 'agent' });
    expect(health().lastSuccessAt).toBeNull();
  });

  test('stops telling whoever stopped listening', async () => {
    const { apply, errorOf, failWith, guards } = createProbe({
      breaker: { opensAt: 1, probeAfterMs: 1_000 },
    });
    const listener = vi.fn();
    guards.health.onChange(listener)();
    failWith('SERVICE_DOWN');
    await errorOf(apply());
    expect(listener).not.toHaveBeenCalled();
  });
});
