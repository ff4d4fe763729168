import type { LaneState, QueueState } from '../../../domain/queue.ts';
import type { Principal } from '../../../domain/principal.ts';
import type { Task } from '../../../domain/task.ts';
import { createBatchLoader } from './batch-loader.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import type { QueuePosition, QueueQueries, QueueService } from '../../../modules/queue/index.ts';
import { defineType } from './exposed-fields.ts';

export type QueueTypes = ReturnType<typeof addQueueTypes>;

export const addQueueSchema = (
  builder: Builder,
  refs: Refs,
  operations: QueueQueries,
  service: Pick<QueueService, 'findPositions'>,
): QueueTypes => {
  const types = addQueueTypes(builder, refs);
  refs.query(operations.queue, { type: types.queueState });
  refs.stream(operations.queueUpdated, types.queueState);
  addTaskPosition(builder, refs, service);
  return types;
};

const addQueueTypes = (builder: Builder, { enums }: Refs) => {
  const laneState = defineType<LaneState>(
    builder,
    'LaneState',
    "One priority's queue. Lanes have slots of their own, so that none waits behind another.",
    {
      priority: [enums.priority, 'Whose lane it is.'],
      depth: ['Int', 'Steps of all tenants that could run and wait for a slot.'],
      active: ['Int', 'Steps that run now, on all workers.'],
      slots: ['Int', 'Steps that can run at the same time, on all workers.'],
      oldestAgeMs: [
        'Milliseconds',
        'Milliseconds that the step at the head has waited; null for an empty lane.',
        'nullable',
      ],
      estimatedWaitMs: [
        'Milliseconds',
        'Milliseconds that a step which came now would wait, by how long steps took lately.',
      ],
      targetWaitMs: [
        'Milliseconds',
        "The lane's wait bound: milliseconds within which a step starts, whatever the other lanes do. 5,000 for CRITICAL to 300,000 for LOW unless configured.",
      ],
    },
  );
  const queueState = defineType<QueueState>(
    builder,
    'QueueState',
    'What waits and what runs, of all tenants together: lanes and workers are shared.',
    {
      totalQueued: ['Int', 'Steps that wait, in all lanes.'],
      averageWaitMs: [
        'Milliseconds',
        'Milliseconds that steps waited for their slot in the last five minutes; 0 where none ended.',
      ],
      workerUtilization: ['Float', 'Busy slots by slots, 0 to 1.'],
      asOf: ['DateTime', 'When this was read.'],
      lanes: [[laneState], 'The four lanes, most urgent first.'],
    },
  );
  return { queueState };
};

const addTaskPosition = (
  builder: Builder,
  { task }: Refs,
  service: Pick<QueueService, 'findPositions'>,
): void => {
  const load = createBatchLoader(
    (viewer: Principal, ids: readonly string[]) => service.findPositions(viewer, ids),
    ({ taskId }) => taskId,
    (id) => id,
  );
  const placeOf = async ({ id, status }: Task, viewer: Principal): Promise<QueuePosition | null> =>
    status === 'QUEUED' ? load(viewer, id) : null;
  builder.objectFields(task, (t) => ({
    queuePosition: t.int({
      nullable: true,
      description:
        'Its place in its lane, 1 for the next to start; null unless it is QUEUED and waits for a slot.',
      resolve: async (parent, _args, { viewer }) => (await placeOf(parent, viewer))?.position ?? null,
    }),
    estimatedWaitMs: t.field({
      type: 'Milliseconds',
      nullable: true,
      description: 'Milliseconds until it will likely start; null unless it is QUEUED and waits for a slot.',
      resolve: async (parent, _args, { viewer }) => (await placeOf(parent, viewer))?.estimatedWaitMs ?? null,
    }),
  }));
};
