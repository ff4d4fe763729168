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
  builder.objectRef<MetricsReport>('MetricsReport').implement({
    description:
      'How actions went that ended within a window. An action is one step of a run, retries included.',
    authScopes: { read: true },
    fields: (t) => ({
      window: t.expose('window', {
        type: refs.enums.metricsWindow,
        description: 'How far back it looks, from the start of the first point on.',
      }),
      platform: t.exposeString('platform', {
        nullable: true,
        description: 'The platform that was asked for.',
      }),
      total: t.exposeInt('total', {
        description:
          'Actions that ended. Those cancelled before they ran, those of mode NOOP and those planned again because their target moved do not count.',
      }),
      succeeded: t.exposeInt('succeeded', { description: 'Those that did what they should.' }),
      failed: t.exposeInt('failed', {
        description: 'Those that failed, were stopped, or whose outcome nobody can know.',
      }),
      successRate: t.exposeFloat('successRate', {
        nullable: true,
        description: 'succeeded by total, 0 to 1; null where nothing ended.',
      }),
      averageExecutionMs: t.expose('averageExecutionMs', {
        type: 'Milliseconds',
        nullable: true,
        description: 'Milliseconds from first start to end.',
      }),
      p95ExecutionMs: t.expose('p95ExecutionMs', {
        type: 'Milliseconds',
        nullable: true,
        description: 'Milliseconds that 95 of 100 actions stayed under.',
      }),
      averageQueueMs: t.expose('averageQueueMs', {
        type: 'Milliseconds',
        nullable: true,
        description: 'Milliseconds from ready to first start.',
      }),
      retryRate: t.exposeFloat('retryRate', {
        nullable: true,
        description: 'Share of actions that needed more than one attempt, 0 to 1.',
      }),
      fallbackRate: t.exposeFloat('fallbackRate', {
        nullable: true,
        description:
          'Share of actions that another executor took over, 0 to 1. No executor stands in for another yet, so it is 0 where anything ended.',
      }),
      actionsPerMinute: t.exposeFloat('actionsPerMinute', {
        description: 'Actions that ended per minute of the window.',
      }),
      asOf: t.expose('asOf', { type: 'DateTime', description: 'When this was read.' }),
    }),
  });

const addReportParts = (builder: Builder, report: ReturnType<typeof addReportFigures>): void => {
  const parts = addPartTypes(builder);
  builder.objectFields(report, (t) => ({
    byPlatform: t.field({
      type: [parts.platform],
      description: 'The same, platform by platform, by name.',
      resolve: ({ byPlatform }) => [...byPlatform],
    }),
    timeline: t.field({
      type: [parts.point],
      description:
        'Oldest first, without gaps: 60 points of a minute, 72 of five, 96 of a quarter of an hour, or 168 of an hour. The last is still under way.',
      resolve: ({ timeline }) => [...timeline],
    }),
    waiting: t.expose('waiting', {
      type: parts.waiting,
      description: 'What waits for people now, on all platforms.',
    }),
    approvals: t.expose('approvals', {
      type: parts.approvals,
      description: 'How people decided, on all platforms.',
    }),
  }));
};

const addPartTypes = (builder: Builder) => ({
  platform: builder.objectRef<PlatformMetrics>('PlatformMetrics').implement({
    description: 'How actions on one platform went.',
    authScopes: { read: true },
    fields: (t) => ({
      platform: t.exposeString('platform', { description: 'Its name.' }),
      total: t.exposeInt('total', { description: 'Actions that ended.' }),
      succeeded: t.exposeInt('succeeded', { description: 'Those that did what they should.' }),
      failed: t.exposeInt('failed', { description: 'All others.' }),
      averageExecutionMs: t.expose('averageExecutionMs', {
        type: 'Milliseconds',
        nullable: true,
        description: 'Milliseconds from first start to end.',
      }),
    }),
  }),
  point: builder.objectRef<MetricsPoint>('MetricsPoint').implement({
    description: 'One part of a window.',
    authScopes: { read: true },
    fields: (t) => ({
      at: t.expose('at', { type: 'DateTime', description: 'When it begins.' }),
      total: t.exposeInt('total', { description: 'Actions that ended in it.' }),
      succeeded: t.exposeInt('succeeded', { description: 'Those that did what they should.' }),
      failed: t.exposeInt('failed', { description: 'All others.' }),
      averageExecutionMs: t.expose('averageExecutionMs', {
        type: 'Milliseconds',
        nullable: true,
        description: 'Milliseconds from first start to end.',
      }),
      p95ExecutionMs: t.expose('p95ExecutionMs', {
        type: 'Milliseconds',
        nullable: true,
        description: 'Milliseconds that 95 of 100 actions stayed under.',
      }),
      waiting: t.exposeInt('waiting', { description: 'Requests that waited for people when it ended.' }),
    }),
  }),
  waiting: builder.objectRef<WaitingForHuman>('WaitingForHuman').implement({
    description: 'Requests for approval that are open.',
    authScopes: { read: true },
    fields: (t) => ({
      count: t.exposeInt('count', { description: 'How many.' }),
      oldestAgeMs: t.expose('oldestAgeMs', {
        type: 'Milliseconds',
        nullable: true,
        description: 'Milliseconds that the oldest has waited.',
      }),
    }),
  }),
  approvals: builder.objectRef<ApprovalMetrics>('ApprovalMetrics').implement({
    description: 'Requests for approval that ended within the window.',
    authScopes: { read: true },
    fields: (t) => ({
      medianTimeToDecideMs: t.expose('medianTimeToDecideMs', {
        type: 'Milliseconds',
        nullable: true,
        description: 'Milliseconds in which people decided half of them.',
      }),
      approved: t.exposeInt('approved', { description: 'How many were approved.' }),
      rejected: t.exposeInt('rejected', { description: 'How many were rejected.' }),
      expired: t.exposeInt('expired', { description: 'How many nobody decided in time.' }),
    }),
  }),
});

const addSampleType = (builder: Builder) =>
  builder.objectRef<MetricsSample>('MetricsSample').implement({
    description: 'How the last minute went for your tenant.',
    authScopes: { read: true },
    fields: (t) => ({
      at: t.expose('at', { type: 'DateTime', description: 'When it was taken.' }),
      actionsPerMinute: t.exposeFloat('actionsPerMinute', {
        description: 'Actions that ended in the minute.',
      }),
      successRate: t.exposeFloat('successRate', {
        nullable: true,
        description: 'Share that succeeded, 0 to 1; null where none ended.',
      }),
      averageExecutionMs: t.expose('averageExecutionMs', {
        type: 'Milliseconds',
        nullable: true,
        description: 'Milliseconds from first start to end.',
      }),
      queueDepth: t.exposeInt('queueDepth', {
        description: 'Steps of all tenants that wait now, as in `queue.totalQueued`.',
      }),
    }),
  });
