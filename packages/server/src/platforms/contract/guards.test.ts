import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { usualTimeOf } from '../../../testing/event-loop.ts';
import { z } from 'zod';
import { createNoopExecutor } from '../../../testing/executors/noop-executor.ts';
import { accepted, refusalAt, refused } from '../../domain/errors.ts';
import { createEgress } from '../../infra/egress.ts';
import { createRedactor } from '../../infra/redaction.ts';
import { failureOfStatus } from '../kit/response-status.ts';
import { ExecutorError, type ExecutorErrorCode } from '../kit/executor-error.ts';
import type { ActionExecutor, ApplyCall, ApplyContext, PlanContext } from './executor.ts';
import type { StopSubject } from '../../domain/kill-switch.ts';
import type { CutOffCheck, KillSwitchCheck } from './guarded-run.ts';
import { createGuards } from './guards.ts';
import type { PlatformLimits } from './platform-guard.ts';

afterEach(() => void vi.useRealTimers());

const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const call = (signal: AbortSignal = new AbortController().signal): ApplyCall => ({
  signal,
  logger,
  tenantId: 'tenant',
  priority: 'NORMAL',
  taskId: 'task',
  stepId: 'step',
  attempt: 1,
  idempotencyKey: 'ab'.repeat(16),
  precondition: null,
});

type Asking = Pick<PlanContext, 'http' | 'signal'> & Partial<Pick<ApplyContext, 'idempotencyKey'>>;
type Behaviour = (asking: Asking) => Promise<string>;
interface Probe {
  behaviour: Behaviour;
  calls: number;
}
type Input = { readonly endpoint: string };

const setUp = (
  limits: Partial<PlatformLimits> = {},
  {
    killSwitch = () => null,
    cutOff = async () => null,
    timeMs = 5_000,
    secrets = [],
  }: {
    killSwitch?: KillSwitchCheck;
    cutOff?: CutOffCheck;
    timeMs?: number;
    secrets?: readonly string[];
  } = {},
) => {
  const probe: Probe = { behaviour: async () => 'done', calls: 0 };
  const act = (context: ApplyContext) => {
    probe.calls += 1;
    return probe.behaviour(context);
  };
  const executor: ActionExecutor<Input, string> = {
    traits: {
      name: 'probe.act',
      version: 1,
      platform: 'probe',
      category: 'WRITE',
      idempotency: 'NONE',
      reversible: false,
      budget: { timeMs, network: 'NONE' },
    },
    description: 'Does what the test says.',
    input: z.strictObject({ endpoint: z.string() }),
    endpointOf: ({ endpoint }) => endpoint,
    plan: async (_, context) => {
      await probe.behaviour(context);
      return accepted({ summary: 's', targets: [], precondition: null, diffs: [], findings: [] });
    },
    apply: (_, context) => act(context),
    verify: async (_, _output, context) => void (await act(context)),
  };
  const egress = createEgress({});
  const guards = createGuards(
    { platforms: { probe: limits } },
    { executors: [executor], egress, killSwitch, cutOff, redactor: createRedactor(secrets) },
  );
  const apply = (endpoint = 'one', signal?: AbortSignal) =>
    guards.apply(executor, { endpoint }, call(signal));
  const errorOf = async (work: Promise<unknown>): Promise<ExecutorError> => {
    const error: unknown = await work.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ExecutorError);
    return error as ExecutorError;
  };
  const failWith = (code: ExecutorErrorCode) => {
    probe.behaviour = async () => {
      throw new ExecutorError(code, 'as planned', { effect: 'NONE' });
    };
  };
  const health = () => {
    const [report] = guards.health.report();
    if (!report) throw new Error('no report');
    return report;
  };
  return { probe, executor, guards, apply, errorOf, failWith, health };
};

describe('kill switch', () => {
  test('stops the call before anything else, and says why', async () => {
    const asked: StopSubject[] = [];
    const killSwitch = (subject: StopSubject) => {
      asked.push(subject);
      return { mode: 'HALT', reason: 'stopped by Ada.' } as const;
    };
    const { apply, errorOf, probe, health } = setUp({}, { killSwitch });
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
    const { apply, errorOf, probe } = setUp({}, { killSwitch });
    expect(await errorOf(apply())).toMatchObject({ guard: 'KILL_SWITCH', retriable: true });
    expect(probe.calls).toBe(0);
  });

  test('that pauses holds back effects, and nobody who only looks', async () => {
    const killSwitch = () => ({ mode: 'PAUSE', reason: 'incident 7.' }) as const;
    const { apply, errorOf, executor, guards, probe } = setUp({}, { killSwitch });
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

describe('what a platform says of a failure', () => {
  const secret = 'sk-live-0123456789abcdefghij';
  const said = (before: number) => `${'x'.repeat(before)}${secret}${'y'.repeat(2_000)}`;

  test('is cut once no secret is in it any more, wherever the cut falls', async () => {
    for (let before = 970; before <= 1_010; before += 1) {
      const { apply, errorOf, probe } = setUp({}, { secrets: [secret] });
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
    const { executor, guards } = setUp({}, { secrets: [secret] });
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

describe("an operator's word", () => {
  test('keeps every call from the platform for that tenant, but for reading back', async () => {
    const cutOff: CutOffCheck = async (tenantId, platform) =>
      tenantId === 'tenant' && platform === 'probe' ? 'Ada opened probe: incident 7.' : null;
    const { apply, errorOf, executor, guards, probe, health } = setUp({}, { cutOff });
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
    const { apply, errorOf, failWith, guards, probe, health } = setUp({
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

describe('rate limit', () => {
  const limits = { rate: { limit: 2, windowMs: 60_000 } };

  test('refuses what is too much, with the time to wait', async () => {
    const { apply, errorOf, health, probe } = setUp(limits);
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
    const { apply, guards, executor, health } = setUp(limits);
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
    const { apply, guards, executor } = setUp(limits);
    await apply();
    await apply();
    await expect(guards.verify(executor, { endpoint: 'one' }, 'done', call())).resolves.toBeUndefined();
  });
});

describe('circuit breaker', () => {
  const limits = { breaker: { opensAt: 3, probeAfterMs: 1_000 } };

  test.each(['SERVICE_DOWN', 'NETWORK_ERROR', 'EXECUTION_TIMEOUT', 'RATE_LIMIT_EXCEEDED'] as const)(
    'opens after %s in a row, and then nothing reaches the platform',
    async (code) => {
      const { apply, errorOf, failWith, probe, health } = setUp(limits);
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
    const { apply, errorOf, failWith, health } = setUp(limits);
    failWith(code);
    for (let index = 0; index < 5; index += 1) await errorOf(apply());
    expect(health()).toMatchObject({
      status: 'HEALTHY',
      circuitBreaker: { state: 'CLOSED', failureCount: 0 },
    });
  });

  test('opens for what writes, however well reading goes in between', async () => {
    const { apply, errorOf, failWith, probe, health, guards, executor } = setUp(limits);
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
    const { apply, errorOf, failWith, probe, health, guards } = setUp(limits);
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
      const { apply, errorOf, failWith, health } = setUp(limits);
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
    const { apply, errorOf, failWith, health } = setUp(limits);
    failWith('SERVICE_DOWN');
    for (let index = 0; index < 3; index += 1) await errorOf(apply());
    vi.advanceTimersByTime(1_001);
    failWith('PLATFORM_REJECTED');
    await errorOf(apply());
    expect(health().circuitBreaker.state).toBe('CLOSED');
  });

  test('cuts off one endpoint and not the others', async () => {
    const { apply, errorOf, failWith, probe, health } = setUp(limits);
    failWith('NETWORK_ERROR');
    for (let index = 0; index < 3; index += 1) await errorOf(apply('dead'));
    probe.behaviour = async () => 'fine';
    await expect(apply('alive')).resolves.toBe('fine');
    expect(await errorOf(apply('dead'))).toMatchObject({ guard: 'CIRCUIT_BREAKER' });
    expect(health()).toMatchObject({ status: 'DEGRADED', circuitBreaker: { state: 'OPEN' } });
  });

  test('does not count callers that stop waiting', async () => {
    const { apply, errorOf, probe, health } = setUp(limits);
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

describe('retry budget', () => {
  test('many steps that fail are tried again a few at a time, and none of the rest reaches the platform', async () => {
    const { guards, executor, apply, errorOf, failWith, probe } = setUp({
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
    const { apply, errorOf, probe } = setUp(limits);
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
    const { guards, executor, apply, errorOf, probe } = setUp(limits);
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
    const { guards, executor, apply, probe } = setUp(limits);
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
    const { apply, errorOf, probe } = setUp(limits);
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

describe('the read-back of an effect that was made', () => {
  test('is stopped by no breaker that others opened, and by no line', async () => {
    const { guards, executor, apply, errorOf, failWith, probe } = setUp({
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
    const { apply, errorOf, probe } = setUp({}, { timeMs: 30 });
    probe.behaviour = ({ signal }) => delay(60_000, 'late', { signal });
    expect(await errorOf(apply())).toMatchObject({
      code: 'EXECUTION_TIMEOUT',
      effect: 'UNKNOWN',
      isAborted: false,
    });
  });

  test('does not wait for work that ignores the signal', async () => {
    vi.useFakeTimers();
    const { apply, errorOf, probe } = setUp({}, { timeMs: 30 });
    probe.behaviour = () => new Promise(() => {});
    const ending = errorOf(apply());
    await vi.advanceTimersByTimeAsync(30 + 1_000 + 10);
    expect(await ending).toMatchObject({ code: 'EXECUTION_TIMEOUT', effect: 'UNKNOWN' });
  });
});

describe('egress', () => {
  test('hands an action that needs no network a client that sends nothing', async () => {
    const { apply, errorOf, probe } = setUp();
    probe.behaviour = async ({ http, signal }) => {
      await http.request({ method: 'GET', url: 'https://example.com/', signal });
      return 'sent';
    };
    expect(await errorOf(apply())).toMatchObject({ code: 'POLICY_DENIED', effect: 'NONE' });
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
    const { guards, executor, failWith } = setUp();
    failWith(code);
    const outcome = await guards.plan(executor, { endpoint: 'one' }, { ...call(), principalId: 'agent' });
    expect(outcome).toMatchObject({ ok: false, refusal: { code } });
  });

  test('an exception that nobody foresaw is not shown to the caller', async () => {
    const { guards, executor, probe } = setUp();
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
    const { apply, probe, health } = setUp();
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
    const { apply, errorOf, failWith, health } = setUp();
    expect(health()).toMatchObject({ lastFailureAt: null, recentCalls: 0 });
    failWith('SERVICE_DOWN');
    await errorOf(apply());
    expect(health()).toMatchObject({ lastSuccessAt: null, lastFailureAt: expect.any(Date), recentCalls: 1 });
  });

  test('takes planning for no success', async () => {
    const { guards, executor, health } = setUp();
    await guards.plan(executor, { endpoint: 'one' }, { ...call(), principalId: 'agent' });
    expect(health().lastSuccessAt).toBeNull();
  });

  test('stops telling whoever stopped listening', async () => {
    const { apply, errorOf, failWith, guards } = setUp({ breaker: { opensAt: 1, probeAfterMs: 1_000 } });
    const listener = vi.fn();
    guards.health.onChange(listener)();
    failWith('SERVICE_DOWN');
    await errorOf(apply());
    expect(listener).not.toHaveBeenCalled();
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
