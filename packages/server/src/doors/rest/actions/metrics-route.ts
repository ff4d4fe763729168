import { z } from 'zod';
import { accepted } from '../../../domain/errors.ts';
import { optional } from '../../../modules/inputs.ts';
import type { MetricsReport } from '../../../modules/metrics/index.ts';
import { ownInput } from '../own-input.ts';
import { queryParameters } from '../query-parameters.ts';
import type { RestDeps } from '../rest-deps.ts';
import type { RestRoute } from '../rest-route.ts';
import { moment } from '../../shared/task-json.ts';

const windows = {
  '1h': 'LAST_HOUR',
  '6h': 'LAST_6_HOURS',
  '24h': 'LAST_24_HOURS',
  '7d': 'LAST_7_DAYS',
} as const;
const windowWords = ['1h', '6h', '24h', '7d'] as const;

const rate = z.number().describe('0 to 1; 0 where nothing ended.');
const ms = z.number().describe('Milliseconds; 0 where nothing ended.');

const metricsSchema = z
  .strictObject({
    timeWindow: z.enum(windowWords).describe('How far back.'),
    metrics: z
      .strictObject({
        totalActions: z.int().describe('Those that ended.'),
        successRate: rate,
        avgExecutionTime: ms,
        avgQueueTime: ms,
        retryRate: rate,
        fallbackRate: rate,
      })
      .describe('All platforms together, or the one that was asked about.'),
    byPlatform: z
      .record(z.string(), z.strictObject({ total: z.int(), successRate: rate, avgExecutionTime: ms }))
      .describe('Each platform by its name.'),
    timeline: z
      .array(z.strictObject({ timestamp: moment, actionsPerMinute: z.number(), successRate: rate }))
      .describe('From the beginning of the window on.'),
  })
  .meta({ id: 'ActionMetrics', description: 'How actions went.' });

const input = z.strictObject({
  timeWindow: optional(z.enum(windowWords)).describe('1h, 6h, 24h (by default) or 7d.'),
  platform: optional(z.string().max(64)).describe('Only actions on this platform.'),
});

export const metricsRoute = ({ operations: { metrics } }: RestDeps): RestRoute => {
  const { read, faultsOf } = ownInput(input);
  return {
    method: 'GET',
    path: '/api/actions/metrics',
    id: 'actionMetrics',
    description: metrics.description,
    parameters: queryParameters(input),
    answers: { 200: { description: 'The figures.', schema: metricsSchema } },
    faultsOf,
    async answer(call, given) {
      const wanted = read(given);
      if (!wanted.ok) return wanted;
      const { timeWindow = '24h', platform } = wanted.value;
      const found = await metrics.execute(call, { window: windows[timeWindow], platform });
      return found.ok ? accepted({ status: 200, body: tell(timeWindow, found.value) }) : found;
    },
  };
};

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

const tell = (timeWindow: keyof typeof windows, report: MetricsReport): z.output<typeof metricsSchema> => {
  const [first, second] = report.timeline;
  const minutes = first && second ? (second.at.getTime() - first.at.getTime()) / 60_000 : 1;
  return {
    timeWindow,
    metrics: {
      totalActions: report.total,
      successRate: report.successRate ?? 0,
      avgExecutionTime: report.averageExecutionMs ?? 0,
      avgQueueTime: report.averageQueueMs ?? 0,
      retryRate: report.retryRate ?? 0,
      fallbackRate: report.fallbackRate ?? 0,
    },
    byPlatform: Object.fromEntries(
      report.byPlatform.map(({ platform, total, succeeded, averageExecutionMs }) => [
        platform,
        { total, successRate: share(succeeded, total), avgExecutionTime: averageExecutionMs ?? 0 },
      ]),
    ),
    timeline: report.timeline.map(({ at, total, succeeded }) => ({
      timestamp: at.toISOString(),
      actionsPerMinute: total / minutes,
      successRate: share(succeeded, total),
    })),
  };
};
