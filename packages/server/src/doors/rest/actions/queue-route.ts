import { z } from 'zod';
import { accepted } from '../../../domain/errors.ts';
import type { RestDeps } from '../rest-deps.ts';
import type { RestRoute } from '../rest-route.ts';
import { moment } from '../../shared/task-json.ts';
import { laneWords, typeOf, type LaneWord } from './action-json.ts';

const waiting = z
  .strictObject({
    actionId: z.string().describe('UUID.'),
    type: z.string().describe('repo.commit'),
    platform: z.string().describe('Where it acts.'),
    queuedAt: moment.describe('Since when it could run.'),
    estimatedWait: z.int().describe('Milliseconds until it starts, as the lane goes now.'),
  })
  .meta({ id: 'QueuedAction', description: 'An action that waits for a slot.' });

const lane = z.array(waiting).describe('The first 100 of yours, in their order.');

const queueSchema = z
  .strictObject({
    queues: z.strictObject({ critical: lane, high: lane, normal: lane, low: lane }).describe('Lane by lane.'),
    stats: z
      .strictObject({
        totalQueued: z.int().describe('Of all tenants: lanes are shared.'),
        avgWaitTime: z.number().describe('Milliseconds that actions waited lately.'),
        workerUtilization: z.number().describe('Busy slots by slots, 0 to 1.'),
      })
      .describe('All lanes together.'),
  })
  .meta({ id: 'QueueStatus', description: 'What waits now.' });

export const queueRoute = ({ operations: { queue, waitingActions } }: RestDeps): RestRoute => ({
  method: 'GET',
  path: '/api/actions/queue',
  id: 'actionQueue',
  description: queue.description,
  parameters: [],
  answers: { 200: { description: 'The lanes.', schema: queueSchema } },
  faultsOf: () => [],
  async answer(call) {
    const [state, byLane] = await Promise.all([queue.execute(call, {}), waitingActions.execute(call, {})]);
    if (!state.ok) return state;
    if (!byLane.ok) return byLane;
    const { totalQueued, averageWaitMs, workerUtilization, lanes } = state.value;
    const tellLane = (word: LaneWord): z.output<typeof lane> => {
      const { priority, depth, estimatedWaitMs } = lanes.find(
        (each) => each.priority.toLowerCase() === word,
      ) ?? {
        priority: 'NORMAL' as const,
        depth: 0,
        estimatedWaitMs: 0,
      };
      // What came last waits as long as the lane says; whoever stands before it, by its place.
      return byLane.value[priority].map(({ id, actionType, platform, queuedAt }, index) => ({
        actionId: id,
        type: typeOf(actionType),
        platform,
        queuedAt: queuedAt.toISOString(),
        estimatedWait: Math.round(estimatedWaitMs * Math.min(1, (index + 1) / (depth + 1))),
      }));
    };
    const body: z.output<typeof queueSchema> = {
      queues: Object.fromEntries(laneWords.map((word) => [word, tellLane(word)])) as z.output<
        typeof queueSchema
      >['queues'],
      stats: { totalQueued, avgWaitTime: averageWaitMs, workerUtilization },
    };
    return accepted({ status: 200, body });
  },
});
