import type { HealthStatus } from '@countersign/shared';
import { z } from 'zod';
import { accepted } from '../../../domain/errors.ts';
import type { HealthReport } from '../../../modules/health/index.ts';
import type { RestDeps } from '../rest-deps.ts';
import type { RestRoute } from '../rest-route.ts';
import { moment } from '../../shared/task-json.ts';

const statuses = ['healthy', 'degraded', 'down'] as const;
const overall = ['healthy', 'degraded', 'critical'] as const;

const executorSchema = z
  .strictObject({
    status: z.enum(statuses).describe('How it does.'),
    circuitBreaker: z
      .strictObject({
        state: z.enum(['CLOSED', 'OPEN', 'HALF_OPEN']).describe('OPEN calls it no more for a while.'),
        failureCount: z.int().describe('Failures one after another.'),
        lastFailure: moment.nullable().describe('When a call failed last.'),
      })
      .describe('The endpoint in most trouble, where it has several.'),
    rateLimit: z
      .strictObject({
        current: z.int().describe('Calls in this window.'),
        limit: z.int().describe('How many a window allows.'),
        resetAt: moment.describe('When the window ends.'),
      })
      .describe('Our own limit on it.'),
    lastSuccess: moment.nullable().describe('When a call succeeded last.'),
    avgResponseTime: z.number().describe('Milliseconds of the latest calls; 0 where there was none.'),
  })
  .meta({ id: 'ActionExecutorHealth', description: 'How one platform does.' });

const healthSchema = z
  .strictObject({
    overall: z.enum(overall).describe('critical where no process can take work.'),
    executors: z.record(z.string(), executorSchema).describe('Each platform by its name.'),
    queue: z
      .strictObject({
        depth: z.int().describe('What waits, in all lanes.'),
        oldestAction: moment.nullable().describe('Since when the one that waits longest waits.'),
        workerUtilization: z.number().describe('Busy slots by slots, 0 to 1.'),
      })
      .describe('All lanes together.'),
  })
  .meta({ id: 'ActionHealth', description: 'How the installation does.' });

const worded = (status: HealthStatus): (typeof statuses)[number] =>
  status.toLowerCase() as (typeof statuses)[number];

export const healthRoute = ({ operations: { health } }: RestDeps): RestRoute => ({
  method: 'GET',
  path: '/api/actions/health',
  id: 'actionHealth',
  description: health.description,
  parameters: [],
  answers: { 200: { description: 'Platforms and lanes.', schema: healthSchema } },
  faultsOf: () => [],
  async answer(call) {
    const found = await health.execute(call, {});
    return found.ok ? accepted({ status: 200, body: tell(found.value) }) : found;
  },
});

const tell = ({ status, executors, queue, asOf }: HealthReport): z.output<typeof healthSchema> => ({
  overall: status === 'DOWN' ? 'critical' : status === 'DEGRADED' ? 'degraded' : 'healthy',
  executors: Object.fromEntries(
    executors.map((executor) => [
      executor.platform,
      {
        status: worded(executor.status),
        circuitBreaker: {
          state: executor.circuitBreaker.state,
          failureCount: executor.circuitBreaker.failureCount,
          lastFailure: executor.lastFailureAt?.toISOString() ?? null,
        },
        rateLimit: {
          current: executor.rateLimit.current,
          limit: executor.rateLimit.limit,
          resetAt: executor.rateLimit.resetAt.toISOString(),
        },
        lastSuccess: executor.lastSuccessAt?.toISOString() ?? null,
        avgResponseTime: executor.averageResponseMs ?? 0,
      },
    ]),
  ),
  queue: {
    depth: queue.totalQueued,
    oldestAction: oldest(queue.lanes, asOf),
    workerUtilization: queue.workerUtilization,
  },
});

const oldest = (lanes: HealthReport['queue']['lanes'], asOf: Date): string | null => {
  const ages = lanes.flatMap(({ oldestAgeMs }) => oldestAgeMs ?? []);
  return ages.length === 0 ? null : new Date(asOf.getTime() - Math.max(...ages)).toISOString();
};
