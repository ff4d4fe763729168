import { anEvent } from '../../../testing/events.ts';
import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../domain/events.ts';
import { queueStateOf } from '../../domain/queue.ts';
import { systemClock } from '../../infra/clock.ts';
import type { HealthCheck } from './health-checks.ts';
import { createProbes, durationText, type ProbeDependencies } from './probes.ts';
import { createThreatWatch } from './threat-watch.ts';

const lane = { priority: 'HIGH', depth: 3, active: 2, slots: 8, oldestAgeMs: 10 } as const;
const check = (name: string, isVital: boolean, status: HealthCheck['status']): HealthCheck => ({
  name,
  isVital,
  status,
  message: status === 'HEALTHY' ? null : 'db.internal:5432 refused /var/lib',
});
const well = [check('database', true, 'HEALTHY'), check('queue', false, 'HEALTHY')];
const withoutQueue = [check('database', true, 'HEALTHY'), check('queue', false, 'DEGRADED')];
const withoutDatabase = [check('database', true, 'DOWN'), check('queue', false, 'HEALTHY')];

const probesOf = (checks: readonly HealthCheck[], more: Partial<ProbeDependencies> = {}) =>
  createProbes({
    version: '1.2.3',
    checks: () => Promise.resolve(checks),
    queue: { state: () => Promise.resolve(queueStateOf([lane], [], new Date())) },
    isStopping: () => false,
    encryption: () => 'disabled',
    threatLevel: () => 'normal',
    clock: systemClock,
    ...more,
  });

describe('/healthz', () => {
  it.each([
    ['healthy', well, 200],
    ['degraded', withoutQueue, 200],
    ['unhealthy', withoutDatabase, 503],
  ])('is %s', async (status, checks, code) => {
    const { status: answered, body } = await probesOf(checks).healthz();
    expect(answered).toBe(code);
    expect(body).toEqual({
      status,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      version: '1.2.3',
      uptime: expect.stringMatching(/^(\d+h)?(\d+m)?\d+s$/) as string,
      security: { encryption_status: 'disabled', validation_status: 'active', threat_level: 'normal' },
    });
  });

  it('tells how it is reached, and that something was stopped', async () => {
    let commit: (events: readonly NewEvent[]) => void = () => undefined;
    const threatLevel = createThreatWatch({
      onCommitted: (listener) => {
        commit = listener;
      },
    });
    const probes = probesOf(well, { encryption: () => 'enabled', threatLevel });
    expect((await probes.healthz()).body.security).toMatchObject({
      encryption_status: 'enabled',
      threat_level: 'normal',
    });
    commit([anEvent('t', { type: 'step.refused' })]);
    expect((await probes.healthz()).body.security).toMatchObject({ threat_level: 'elevated' });
  });
});

describe('/readyz', () => {
  it('is ready with figures of the queue', async () => {
    expect(await probesOf(well).readyz()).toEqual({
      status: 200,
      body: {
        status: 'ready',
        timestamp: expect.any(String) as string,
        checks: { database: 'ok', queue: 'ok', worker_pool: 'ok' },
        queue_size: 3,
        active_workers: 2,
        max_workers: 8,
      },
    });
  });

  it('says whether there are workers and what monitors look for, and stays ready', async () => {
    const state = () => Promise.resolve(queueStateOf([{ ...lane, active: 0, slots: 0 }], [], new Date()));
    const availability = () => ({ porch_available: false });
    expect(await probesOf(well, { queue: { state }, availability }).readyz()).toMatchObject({
      status: 200,
      body: { status: 'ready', checks: { porch_available: 'failed', worker_pool: 'failed' } },
    });
  });

  it('is ready without the queue: work is taken and waits', async () => {
    expect(await probesOf(withoutQueue).readyz()).toMatchObject({
      status: 200,
      body: { status: 'ready', checks: { database: 'ok', queue: 'failed' } },
    });
  });

  it('is not ready without the database, and says no more than that', async () => {
    const state = () => Promise.reject(new Error('away'));
    const answer = await probesOf(withoutDatabase, { queue: { state } }).readyz();
    expect(answer).toMatchObject({
      status: 503,
      body: { status: 'not_ready', checks: { database: 'failed' }, queue_size: null, max_workers: null },
    });
    expect(JSON.stringify(answer)).not.toMatch(/internal|5432|var/);
  });

  it('is not ready once it stops', async () => {
    const answer = await probesOf(well, { isStopping: () => true }).readyz();
    expect(answer).toMatchObject({ status: 503, body: { status: 'stopping' } });
  });
});

describe('/livez', () => {
  it('answers while nothing else does', async () => {
    const never = () => new Promise<never>(() => undefined);
    const answer = await probesOf([], { checks: never, queue: { state: never } }).livez();
    expect(answer).toEqual({
      status: 200,
      body: {
        status: 'live',
        timestamp: expect.any(String) as string,
        pid: process.pid,
        memory_usage: expect.stringMatching(/^\d+\.\dMB$/) as string,
        goroutines: expect.any(Number) as number,
        event_loop_lag_ms: expect.any(Number) as number,
      },
    });
  });
});

it.each([
  [0.4, '0s'],
  [59, '59s'],
  [60, '1m0s'],
  [3_600, '1h0m0s'],
  [8_130, '2h15m30s'],
  [360_001, '100h0m1s'],
])('%s seconds are %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});
