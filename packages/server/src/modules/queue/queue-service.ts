import { priorities, type Priority } from '@countersign/shared';
import {
  estimateWaitMs,
  queueStateOf,
  type LanePace,
  type PlatformLoad,
  type QueueState,
  type WaitBounds,
} from '../../domain/queue.ts';
import type { Principal } from '../../domain/principal.ts';
import { sightOf } from '../../domain/sight.ts';
import type { Clock } from '../../infra/clock.ts';
import { createLiveValue } from '../../infra/live-value.ts';
import type { Logger } from '../../infra/logger.ts';
import type { LaneQueue } from '../../infra/queue/lane-queue.ts';
import { createSharedRead } from '../../infra/shared-read.ts';
import type { QueueStore } from '../../record/queue-store.ts';

/** Where a queued task stands. */
export interface QueuePosition {
  readonly taskId: string;
  /** 1 for the step that starts next in its lane; far behind, as many as wait in the lane. */
  readonly position: number;
  readonly estimatedWaitMs: number;
}

export interface QueueService extends AsyncDisposable {
  /** At most a quarter of a second old. The lanes are shared by all tenants. */
  state(): Promise<QueueState>;
  /** At most a second old, longer where reading takes long. */
  platformLoads(): Promise<readonly PlatformLoad[]>;
  /** Of those of the viewer's tasks that have a step waiting for a slot now. */
  findPositions(viewer: Principal, taskIds: readonly string[]): Promise<QueuePosition[]>;
  /** The current state, then each change, at most twice a second. */
  follow(): AsyncIterableIterator<QueueState>;
}

export interface QueueServiceDependencies {
  readonly store: QueueStore;
  readonly queue: Pick<LaneQueue, 'state'>;
  /** Slots of one worker process: what is shown until the queue has told how many processes there are. */
  readonly lanes: Readonly<Record<Priority, { readonly slots: number }>>;
  readonly waitBoundsMs?: WaitBounds;
  readonly clock: Clock;
  readonly logger: Logger;
}

const stateKeptMs = 250;
const platformLoadsKeptMs = 1_000;
const changesEveryMs = 500;
const slotsKeptMs = 5_000;
const pacesKeptMs = 2_000;
/** How far back the lanes' pace is looked at, and at how many steps of each tenant. */
const paceWindowMs = 5 * 60_000;
const paceSteps = 2_000;

export const createQueueService = (deps: QueueServiceDependencies): QueueService => {
  const { store, clock, waitBoundsMs, logger } = deps;
  const readPaces = createSharedRead(createPaceReader(store), pacesKeptMs);
  const readSlots = createSlotReader(deps);
  const state = createSharedRead(async () => {
    const [loads, slots, paces] = await Promise.all([store.readLoads(), readSlots(), readPaces()]);
    const lanes = priorities.map((priority) => ({
      ...(loads.find((load) => load.priority === priority) ?? {
        priority,
        depth: 0,
        active: 0,
        oldestAgeMs: null,
      }),
      slots: slots[priority],
    }));
    return queueStateOf(lanes, paces, clock.now(), waitBoundsMs);
  }, stateKeptMs);
  const live = createLiveValue({ name: 'queue state', read: state, everyMs: changesEveryMs, isSame, logger });

  return {
    state,
    platformLoads: createSharedRead(store.readPlatformLoads, platformLoadsKeptMs),
    async findPositions(viewer, taskIds) {
      const [places, { lanes }, paces] = await Promise.all([
        store.findPositions(sightOf(viewer), taskIds),
        state(),
        readPaces(),
      ]);
      return places.flatMap(({ taskId, priority, place }) => {
        const lane = lanes.find((candidate) => candidate.priority === priority);
        if (!lane) return [];
        const pace = paces.find((candidate) => candidate.priority === priority);
        const position = place ?? lane.depth;
        return {
          taskId,
          position,
          estimatedWaitMs: estimateWaitMs(position, lane, pace?.meanDurationMs ?? null),
        };
      });
    },
    follow: () => live.follow(),
    [Symbol.asyncDispose]: () => live[Symbol.asyncDispose](),
  };
};

/** A lane that rested since, or that a busier one pushed out of the sample, keeps the duration it last showed. */
const createPaceReader = (store: QueueStore): (() => Promise<LanePace[]>) => {
  const known = new Map<Priority, number>();
  return async () => {
    const paces = await store.readPaces(paceWindowMs, paceSteps);
    paces.forEach(({ priority, meanDurationMs }) => {
      if (meanDurationMs !== null) known.set(priority, meanDurationMs);
    });
    return priorities.map((priority) => {
      const pace = paces.find((candidate) => candidate.priority === priority);
      return {
        priority,
        finished: pace?.finished ?? 0,
        meanWaitMs: pace?.meanWaitMs ?? null,
        meanDurationMs: known.get(priority) ?? null,
      };
    });
  };
};

/** Slots come from the queue, which may be away: then those last seen count, and nobody waits for it. */
const createSlotReader = ({
  queue,
  lanes,
  logger,
}: QueueServiceDependencies): (() => Promise<Record<Priority, number>>) => {
  let slots = Object.fromEntries(priorities.map((lane) => [lane, lanes[lane].slots])) as Record<
    Priority,
    number
  >;
  let first: Promise<void> | undefined;
  const refresh = createSharedRead(async () => {
    try {
      const depths = await queue.state();
      slots = { ...slots, ...Object.fromEntries(depths.lanes.map((lane) => [lane.priority, lane.slots])) };
    } catch (error) {
      logger.debug({ err: error }, 'the queue did not tell its slots');
    }
  }, slotsKeptMs);
  return async () => {
    const reading = refresh();
    await (first ??= reading);
    return slots;
  };
};

/** Ages count in whole seconds, so that a step that merely waits is news once a second. */
const isSame = (before: QueueState, after: QueueState): boolean => textOf(before) === textOf(after);

const textOf = ({ lanes, ...state }: QueueState): string =>
  JSON.stringify({
    ...state,
    asOf: null,
    lanes: lanes.map((lane) => ({
      ...lane,
      oldestAgeMs: lane.oldestAgeMs === null ? null : Math.floor(lane.oldestAgeMs / 1_000),
    })),
  });
