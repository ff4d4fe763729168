import { describe, expect, it } from 'vitest';
import type { ExecutorHealth } from '../../platforms/index.ts';
import type { HealthCheck } from './health-checks.ts';
import { changesBetween, installationHealth } from './installation-health.ts';
import { readReport, type ProcessReport } from './process-report.ts';

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

const platform = (more: Partial<ExecutorHealth> = {}): ExecutorHealth => ({
  platform: 'http',
  status: 'HEALTHY',
  circuitBreaker: { state: 'CLOSED', failureCount: 0, opensAt: 5, nextProbeAt: null },
  rateLimit: { current: 0, limit: 100, resetAt: at(60) },
  lastSuccessAt: null,
  lastFailureAt: null,
  recentCalls: 0,
  averageResponseMs: null,
  p50ResponseMs: null,
  p95ResponseMs: null,
  actionTypes: ['http.request@1'],
  ...more,
});
const open = platform({
  status: 'DOWN',
  circuitBreaker: { state: 'OPEN', failureCount: 5, opensAt: 5, nextProbeAt: at(30) },
  lastFailureAt: at(9),
  recentCalls: 5,
  averageResponseMs: 40,
  p50ResponseMs: 35,
  p95ResponseMs: 90,
});
const well = platform({
  recentCalls: 15,
  averageResponseMs: 20,
  p50ResponseMs: 15,
  p95ResponseMs: 30,
  lastSuccessAt: at(7),
  rateLimit: { current: 50, limit: 100, resetAt: at(60) },
});
const check = (name: string, status: HealthCheck['status'], message: string | null = null): HealthCheck => ({
  name,
  isVital: name === 'database',
  status,
  message,
});
const process = (name: string, more: Partial<ProcessReport> = {}): ProcessReport => ({
  name,
  role: 'ALL',
  encryptsWith: null,
  version: '1.2.3',
  startedAt: at(0),
  reportedAt: at(1),
  checks: [check('database', 'HEALTHY')],
  executors: [platform()],
  ...more,
});

describe('an installation', () => {
  it('of one process is as that process is', () => {
    expect(installationHealth([process('one', { executors: [open] })])).toMatchObject({
      status: 'DEGRADED',
      executors: [open],
      checks: [
        { name: 'database', status: 'HEALTHY' },
        { name: 'workers', status: 'HEALTHY', message: null },
      ],
    });
  });

  it('knows at its doors what its workers see', () => {
    const parts = [process('door', { role: 'API' }), process('hand', { role: 'WORKER', executors: [open] })];
    expect(installationHealth(parts).executors).toEqual([open]);
  });

  it('has a platform that some reach and others do not', () => {
    const [merged] = installationHealth([
      process('one', { executors: [well] }),
      process('two', { executors: [open] }),
    ]).executors;
    expect(merged).toEqual({
      ...open,
      status: 'DEGRADED',
      rateLimit: well.rateLimit,
      lastSuccessAt: at(7),
      recentCalls: 20,
      averageResponseMs: 25,
    });
  });

  it('says which of its processes lacks what, and is down where all do', () => {
    const failing = { checks: [check('database', 'DOWN', 'No writes.')] };
    const some = installationHealth([process('one'), process('two', failing)]);
    expect(some).toMatchObject({
      status: 'DEGRADED',
      checks: [{ name: 'database', status: 'DEGRADED', message: 'two (1 of 2 processes): No writes.' }, {}],
    });
    expect(installationHealth([process('one', failing), process('two', failing)])).toMatchObject({
      status: 'DOWN',
      checks: [{ name: 'database', status: 'DOWN', message: 'No writes.' }, {}],
    });
  });

  it('misses its workers', () => {
    expect(installationHealth([process('door', { role: 'API' })])).toMatchObject({
      status: 'DEGRADED',
      checks: [
        {},
        { name: 'workers', status: 'DEGRADED', message: expect.stringContaining('No worker') as string },
      ],
    });
  });

  it('keeps platforms apart that not every process knows', () => {
    const git = platform({ platform: 'git', actionTypes: ['repo.commit@1'] });
    const { executors } = installationHealth([
      process('one'),
      process('two', { executors: [platform({ actionTypes: ['http.request@2'] }), git] }),
    ]);
    expect(executors).toEqual([git, platform({ actionTypes: ['http.request@1', 'http.request@2'] })]);
  });
});

describe('a change', () => {
  it.each([
    ['trouble', [well], [open], ['HEALTHY', 'DOWN']],
    ['its end', [open], [well], ['DOWN', 'HEALTHY']],
    ['trouble of a platform that nobody knew', [], [open], ['HEALTHY', 'DOWN']],
  ] as const)('is %s', (_what, before, after, [previousStatus, currentStatus]) => {
    expect(changesBetween({ executors: before }, { executors: after }, at(5))).toEqual([
      { platform: 'http', previousStatus, currentStatus, circuitBreaker: after[0].circuitBreaker, at: at(5) },
    ]);
  });

  it('is neither more of the same, nor a platform that nobody reports any more', () => {
    expect(changesBetween({ executors: [well] }, { executors: [platform()] }, at(5))).toEqual([]);
    expect(changesBetween({ executors: [open] }, { executors: [] }, at(5))).toEqual([]);
  });
});

describe('a report that was kept', () => {
  const { checks, executors, ...rest } = process('one', { executors: [open] });

  it('says what was reported', () => {
    const report = JSON.parse(JSON.stringify({ checks, executors })) as never;
    expect(readReport({ ...rest, report })).toEqual(process('one', { executors: [open] }));
  });

  it('of another version is named, and is not taken for well or for a worker', () => {
    expect(readReport({ ...rest, role: 'FUTURE', report: { checks: 'fine' } })).toMatchObject({
      name: 'one',
      role: 'API',
      checks: [{ name: 'report', status: 'DEGRADED' }],
      executors: [],
    });
  });
});
