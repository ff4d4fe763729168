import { priorities, type Priority } from '@countersign/shared';

/** What one lane holds at one moment, on all worker processes together. */
export interface LaneLoad {
  readonly priority: Priority;
  /** Steps that could run and wait for a slot. */
  readonly depth: number;
  readonly active: number;
  readonly slots: number;
  /** How long the step at the head has waited, in milliseconds; null for an empty lane. */
  readonly oldestAgeMs: number | null;
}

/** What one platform has in all lanes at one moment. */
export interface PlatformLoad {
  readonly platform: string;
  /** Steps that could run and wait. */
  readonly waiting: number;
  /** Steps that come later: they are held, or put off. */
  readonly held: number;
  readonly running: number;
}

/** How a lane went lately. */
export interface LanePace {
  readonly priority: Priority;
  /** Steps that ended. */
  readonly finished: number;
  /** From start to end of steps that needed one attempt, in milliseconds; null where none ended. */
  readonly meanDurationMs: number | null;
  /** From ready to start, in milliseconds; null where none ended. */
  readonly meanWaitMs: number | null;
}

export interface LaneState extends LaneLoad {
  /** What a step that came now would wait. */
  readonly estimatedWaitMs: number;
  /** The lane's wait bound. */
  readonly targetWaitMs: number;
}

export interface QueueState {
  readonly totalQueued: number;
  /** Most urgent first. */
  readonly lanes: readonly LaneState[];
  readonly averageWaitMs: number;
  /** Busy slots by slots, 0 to 1. */
  readonly workerUtilization: number;
  readonly asOf: Date;
}

/** By lane, within how many milliseconds a step that could run starts. */
export type WaitBounds = Readonly<Record<Priority, number>>;

export const defaultWaitBoundsMs: WaitBounds = {
  CRITICAL: 5_000,
  HIGH: 30_000,
  NORMAL: 120_000,
  LOW: 300_000,
};

/** What a step is taken to need in a lane that has no history, in milliseconds. */
export const unknownDurationMs = 1_000;

/**
 * Whole milliseconds until the step at this place (1 is next) gets a slot: the places that no free slot
 * takes, at the rate at which all slots of the lane become free.
 */
export const estimateWaitMs = (
  place: number,
  { active, slots }: Pick<LaneLoad, 'active' | 'slots'>,
  meanDurationMs: number | null,
): number => {
  const free = Math.max(0, slots - active);
  const turns = Math.max(0, place - free);
  return Math.ceil((turns * (meanDurationMs ?? unknownDurationMs)) / Math.max(1, slots));
};

/**
 * How many more steps a lane of the queue takes: as many as have a free slot, and besides as many as it gets through
 * in a quarter of a second, a quarter as many as there are slots at least, so that a slot that becomes free has its next step
 * at once. The rest waits in the record, where each turn is decided when its place is there: what the queue holds
 * already is ahead of everybody.
 */
export const laneRoom = (
  { depth, active, slots }: Pick<LaneLoad, 'depth' | 'active' | 'slots'>,
  perSecond = 0,
): number => Math.max(0, Math.max(0, slots - active) + stepsAhead(slots, perSecond) - depth);

const secondsAhead = 0.25;
/** However quick they are. */
const mostAhead = 4_096;

const stepsAhead = (slots: number, perSecond: number): number =>
  Math.max(4, Math.ceil(slots / 4), Math.min(mostAhead, Math.ceil(perSecond * secondsAhead)));

export const queueStateOf = (
  loads: readonly LaneLoad[],
  paces: readonly LanePace[],
  asOf: Date,
  waitBoundsMs: WaitBounds = defaultWaitBoundsMs,
): QueueState => {
  const lanes = priorities.map((priority): LaneState => {
    const load = loads.find((lane) => lane.priority === priority) ?? emptyLane(priority);
    const pace = paces.find((lane) => lane.priority === priority);
    const estimatedWaitMs = estimateWaitMs(load.depth + 1, load, pace?.meanDurationMs ?? null);
    return { ...load, estimatedWaitMs, targetWaitMs: waitBoundsMs[priority] };
  });
  return {
    totalQueued: sum(lanes, ({ depth }) => depth),
    lanes,
    averageWaitMs: averageWaitMs(paces),
    workerUtilization: Math.min(
      1,
      sum(lanes, ({ active }) => active) /
        Math.max(
          1,
          sum(lanes, ({ slots }) => slots),
        ),
    ),
    asOf,
  };
};

const emptyLane = (priority: Priority): LaneLoad => ({
  priority,
  depth: 0,
  active: 0,
  slots: 0,
  oldestAgeMs: null,
});

/** Over all lanes, each by how many steps ended in it. */
const averageWaitMs = (paces: readonly LanePace[]): number => {
  const known = paces.filter(({ meanWaitMs }) => meanWaitMs !== null);
  const finished = sum(known, (pace) => pace.finished);
  if (finished === 0) return 0;
  return Math.round(sum(known, (pace) => (pace.meanWaitMs ?? 0) * pace.finished) / finished);
};

const sum = <Item>(items: readonly Item[], pick: (item: Item) => number): number =>
  items.reduce((total, item) => total + pick(item), 0);
