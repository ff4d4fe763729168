import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import type {
  ApprovalMetrics,
  MetricsPoint,
  MetricsReport,
  MetricsSample,
  PlatformMetrics,
  WaitingForHuman,
} from '../../../modules/metrics/metrics-report.ts';
import type { MetricsQueries } from '../../../modules/metrics/index.ts';
import { defineType, exposed } from './exposed-fields.ts';

export const addMetricsSchema = (builder: Builder, refs: Refs, operations: MetricsQueries): void => {
  refs.query(operations.metrics, { type: addReportType(builder, refs) });
  refs.stream(operations.metricsUpdated, addSampleType(builder));
};

const addReportType = (builder: Builder, refs: Refs) => {
  const report = addReportFigures(builder, refs);
  addReportParts(builder, report);
  return report;
};

const addReportFigures = (builder: Builder, refs: Refs) =>
  defineType<MetricsReport>(
    builder,
    'MetricsReport',
    'How actions went that ended within a window. An action is one step of a run, retries included.',
    {
      window: [refs.enums.metricsWindow, 'How far back it looks, from the start of the first point on.'],
      platform: ['String', 'The platform that was asked for.', 'nullable'],
      total: [
        'Int',
        'Actions that ended. Those cancelled before they ran, those of mode NOOP and those planned again because their target moved do not count.',
      ],
      succeeded: ['Int', 'Those that did what they should.'],
      failed: ['Int', 'Those that failed, were stopped, or whose outcome nobody can know.'],
      successRate: ['Float', 'succeeded by total, 0 to 1; null where nothing ended.', 'nullable'],
      averageExecutionMs: ['Milliseconds', 'Milliseconds from first start to end.', 'nullable'],
      p95ExecutionMs: [
        'Milliseconds',
        'Milliseconds that 95 of 100 actions stayed under, within three of a hundred.',
        'nullable',
      ],
      averageQueueMs: ['Milliseconds', 'Milliseconds from ready to first start.', 'nullable'],
      retryRate: ['Float', 'Share of actions that needed more than one attempt, 0 to 1.', 'nullable'],
      fallbackRate: ['Float', 'Share of actions in whose place their fallback ran, 0 to 1.', 'nullable'],
      actionsPerMinute: ['Float', 'Actions that ended per minute of the window.'],
      asOf: ['DateTime', 'When this was read.'],
    },
  );

const addReportParts = (builder: Builder, report: ReturnType<typeof addReportFigures>): void => {
  const parts = addPartTypes(builder);
  builder.objectFields(report, (t) => ({
    ...exposed(t, {
      waiting: [parts.waiting, 'What waits for people now, on all platforms.'],
      approvals: [parts.approvals, 'How people decided, on all platforms.'],
      byPlatform: [[parts.platform], 'The same, platform by platform, by name.'],
      timeline: [
        [parts.point],
        'Oldest first, without gaps: 60 points of a minute, 72 of five, 96 of a quarter of an hour, or 168 of an hour. The last is still under way.',
      ],
    }),
  }));
};

const addPartTypes = (builder: Builder) => ({
  platform: defineType<PlatformMetrics>(builder, 'PlatformMetrics', 'How actions on one platform went.', {
    platform: ['String', 'Its name.'],
    total: ['Int', 'Actions that ended.'],
    succeeded: ['Int', 'Those that did what they should.'],
    failed: ['Int', 'All others.'],
    averageExecutionMs: ['Milliseconds', 'Milliseconds from first start to end.', 'nullable'],
  }),
  point: defineType<MetricsPoint>(builder, 'MetricsPoint', 'One part of a window.', {
    at: ['DateTime', 'When it begins.'],
    total: ['Int', 'Actions that ended in it.'],
    succeeded: ['Int', 'Those that did what they should.'],
    failed: ['Int', 'All others.'],
    averageExecutionMs: ['Milliseconds', 'Milliseconds from first start to end.', 'nullable'],
    p95ExecutionMs: [
      'Milliseconds',
      'Milliseconds that 95 of 100 actions stayed under, within three of a hundred.',
      'nullable',
    ],
    waiting: ['Int', 'Requests that waited for people when it ended.'],
  }),
  waiting: defineType<WaitingForHuman>(builder, 'WaitingForHuman', 'Requests for approval that are open.', {
    count: ['Int', 'How many.'],
    oldestAgeMs: ['Milliseconds', 'Milliseconds that the oldest has waited.', 'nullable'],
  }),
  approvals: defineType<ApprovalMetrics>(
    builder,
    'ApprovalMetrics',
    'Requests for approval that ended within the window.',
    {
      medianTimeToDecideMs: [
        'Milliseconds',
        'Milliseconds in which people decided half of them.',
        'nullable',
      ],
      approved: ['Int', 'How many were approved.'],
      rejected: ['Int', 'How many were rejected.'],
      expired: ['Int', 'How many nobody decided in time.'],
    },
  ),
});

const addSampleType = (builder: Builder) =>
  defineType<MetricsSample>(builder, 'MetricsSample', 'How the last minute went for your tenant.', {
    at: ['DateTime', 'When it was taken.'],
    actionsPerMinute: ['Float', 'Actions that ended in the minute.'],
    successRate: ['Float', 'Share that succeeded, 0 to 1; null where none ended.', 'nullable'],
    averageExecutionMs: ['Milliseconds', 'Milliseconds from first start to end.', 'nullable'],
    queueDepth: ['Int', 'Steps of all tenants that wait now, as in `queue.totalQueued`.'],
  });
