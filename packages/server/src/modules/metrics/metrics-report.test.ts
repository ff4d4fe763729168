import { metricsWindows } from '@countersign/shared';
import { describe, expect, it } from 'vitest';
import { reportOf, windowShapes } from './metrics-report.ts';
import type { EndedSteps, StepFigures } from '../../record/merged-figures.ts';
import type { ApprovalFigures } from '../../record/metrics-store.ts';

const windowMs = { LAST_HOUR: 1, LAST_6_HOURS: 6, LAST_24_HOURS: 24, LAST_7_DAYS: 168 } as const;
const since = new Date('2026-01-01T00:00:00Z');
const at = (minutes: number): Date => new Date(since.getTime() + minutes * 60_000);

const ended = (figures: Partial<EndedSteps>): EndedSteps => ({
  total: 0,
  succeeded: 0,
  averageExecutionMs: null,
  p95ExecutionMs: null,
  averageQueueMs: null,
  fallbackRate: null,
  retryRate: null,
  ...figures,
});
const steps = (figures: Partial<StepFigures>): StepFigures => ({
  span: { since, until: at(59.5) },
  overall: ended({}),
  byPoint: [],
  byPlatform: [],
  ...figures,
});
const noApprovals: ApprovalFigures = {
  waiting: { count: 0, oldestAgeMs: null },
  approvals: { medianTimeToDecideMs: null, approved: 0, rejected: 0, expired: 0 },
  changes: [],
};

describe('a report', () => {
  it.each(metricsWindows)('of %s covers the window with 60 to 170 points', (window) => {
    const { points, pointMs } = windowShapes[window];
    expect(points * pointMs).toBe(windowMs[window] * 3_600_000);
    expect(points).toBeGreaterThanOrEqual(60);
    expect(points).toBeLessThanOrEqual(170);
  });

  it('has no rates where nothing ended', () => {
    expect(reportOf('LAST_HOUR', null, steps({}), noApprovals)).toMatchObject({
      total: 0,
      successRate: null,
      retryRate: null,
      fallbackRate: null,
      actionsPerMinute: 0,
      averageExecutionMs: null,
    });
  });

  it('counts as failed what ended and did not succeed, and spreads the total over the time covered', () => {
    const overall = ended({ total: 119, succeeded: 100, fallbackRate: 0.1 });
    expect(reportOf('LAST_HOUR', 'git', steps({ overall }), noApprovals)).toMatchObject({
      platform: 'git',
      succeeded: 100,
      failed: 19,
      successRate: 100 / 119,
      fallbackRate: 0.1,
      actionsPerMinute: 2,
      asOf: at(59.5),
    });
  });

  it('fills the gaps of its timeline, and carries open requests on', () => {
    const byPoint = [{ at: at(2), ...ended({ total: 3, succeeded: 2, averageExecutionMs: 12 }) }];
    const changes = [
      { at: at(0), change: 2 },
      { at: at(3), change: -1 },
    ];
    const { timeline } = reportOf('LAST_HOUR', null, steps({ byPoint }), { ...noApprovals, changes });
    expect(timeline).toHaveLength(60);
    expect(timeline.map((point) => point.at)).toEqual(Array.from({ length: 60 }, (_, index) => at(index)));
    expect(timeline.slice(0, 5).map(({ total, failed, waiting }) => [total, failed, waiting])).toEqual([
      [0, 0, 2],
      [0, 0, 2],
      [3, 1, 2],
      [0, 0, 1],
      [0, 0, 1],
    ]);
    expect(timeline[2]?.averageExecutionMs).toBe(12);
    expect(timeline[3]?.averageExecutionMs).toBeNull();
  });
});
