import { priorities, type Priority } from '@countersign/shared';
import { stoppedByCaller } from '../kit/executor-error.ts';

/** One of the calls that a platform gets at once; given back by disposing, once or more often. */
export type HeldPlace = Disposable;

/** The places at one platform, and a line for each lane that waits for them. */
export interface PlaceLine {
  /** Whether somebody of this lane who comes now gets a place at once. */
  hasPlace(lane: Priority): boolean;
  /** A place for somebody who does not wait; null where there is none, or others of the lane wait for one. */
  take(lane: Priority): HeldPlace | null;
  /** How many of this lane wait. */
  waiting(lane: Priority): number;
  /** Rejects where the caller gives up. First come, first served within a lane. */
  enter(lane: Priority, signal: AbortSignal): Promise<HeldPlace>;
}

export interface PlaceCounts {
  /** For all lanes. */
  readonly shared: number;
  /** Besides those, for CRITICAL alone. */
  readonly reserved: number;
}

/** Turns of a lane while all lanes wait: a busy lane slows the others down, and stops none of them. */
const turns: Record<Priority, number> = { CRITICAL: 8, HIGH: 4, NORMAL: 2, LOW: 1 };

interface Lane {
  readonly name: Priority;
  readonly waiters: ((place: HeldPlace) => void)[];
  /** Grows with each turn by what a turn of this lane costs: the least is next. */
  spent: number;
}

export const createPlaceLine = ({ shared, reserved }: PlaceCounts): PlaceLine => {
  const free = { shared, reserved };
  const lanes = new Map(priorities.map((name): [Priority, Lane] => [name, { name, waiters: [], spent: 0 }]));
  const laneOf = (name: Priority): Lane => {
    const lane = lanes.get(name);
    if (!lane) throw new RangeError(`There is no lane ${name}.`);
    return lane;
  };
  const waitingLanes = (): Lane[] => [...lanes.values()].filter(({ waiters }) => waiters.length > 0);

  /** Who did not wait has saved up no turns. */
  const joinTurns = (lane: Lane): void => {
    const spent = waitingLanes().map((other) => other.spent);
    if (spent.length > 0) lane.spent = Math.max(lane.spent, Math.min(...spent));
  };

  const hold = (kind: keyof typeof free): HeldPlace => {
    free[kind] -= 1;
    let isHeld = true;
    return {
      [Symbol.dispose]() {
        if (!isHeld) return;
        isHeld = false;
        free[kind] += 1;
        serve();
      },
    };
  };
  const placeFor = (lane: Priority): HeldPlace | null => {
    if (lane === 'CRITICAL' && free.reserved > 0) return hold('reserved');
    return free.shared > 0 ? hold('shared') : null;
  };
  const serve = (): void => {
    for (;;) {
      const next = waitingLanes()
        .sort((one, other) => one.spent - other.spent)
        .find(({ name }) => free.shared > 0 || (name === 'CRITICAL' && free.reserved > 0));
      const place = next && placeFor(next.name);
      if (!next || !place) return;
      next.spent += 1 / turns[next.name];
      next.waiters.shift()?.(place);
    }
  };

  const take = (name: Priority): HeldPlace | null =>
    laneOf(name).waiters.length === 0 ? placeFor(name) : null;

  return {
    take,
    hasPlace: (name) =>
      laneOf(name).waiters.length === 0 && (free.shared > 0 || (name === 'CRITICAL' && free.reserved > 0)),
    waiting: (name) => laneOf(name).waiters.length,
    enter(name, signal) {
      if (signal.aborted) return Promise.reject(stoppedByCaller('NONE'));
      const place = take(name);
      if (place) return Promise.resolve(place);
      const lane = laneOf(name);
      if (lane.waiters.length === 0) joinTurns(lane);
      return standInLine(lane, signal);
    },
  };
};

const standInLine = ({ waiters }: Lane, signal: AbortSignal): Promise<HeldPlace> =>
  new Promise((resolve, reject) => {
    const giveUp = (): void => {
      waiters.splice(waiters.indexOf(take), 1);
      reject(stoppedByCaller('NONE'));
    };
    const take = (place: HeldPlace): void => {
      signal.removeEventListener('abort', giveUp);
      resolve(place);
    };
    waiters.push(take);
    signal.addEventListener('abort', giveUp, { once: true });
  });
