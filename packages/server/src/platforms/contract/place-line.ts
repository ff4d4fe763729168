import { addAbortListener } from 'node:events';
import type { Priority } from '@countersign/shared';
import type { WaitBounds } from '../../domain/queue.ts';
import { stoppedByCaller } from '../kit/executor-error.ts';
import { createPlaces, type HeldPlace, type Places } from './held-places.ts';

/** The places at one platform, and a line for each lane that waits for them. */
export interface PlaceLine {
  /** Whether somebody of this lane who comes now gets a place at once. */
  hasPlace(lane: Priority): boolean;
  /** A place for somebody who does not wait; null where there is none, or others of the lane wait for one. */
  take(lane: Priority, submitterId?: string): HeldPlace | null;
  /** How many of this lane wait. */
  waiting(lane: Priority): number;
  /**
   * Rejects where the caller gives up. Within a lane whoever holds the fewest places is next, and of those who hold
   * equally many, who came first.
   */
  enter(lane: Priority, signal: AbortSignal, submitterId?: string): Promise<HeldPlace>;
}

export interface PlaceCounts {
  /** For all lanes. */
  readonly shared: number;
  /** Besides those, for CRITICAL alone. */
  readonly reserved: number;
  readonly waitBoundsMs: WaitBounds;
  /** Milliseconds. Default: of the process. */
  readonly now?: () => number;
}

/** Turns of a lane while all lanes wait: a busy lane slows the others down, and stops none of them. */
const turns: Record<Priority, number> = { CRITICAL: 8, HIGH: 4, NORMAL: 2, LOW: 1 };

interface Lane {
  readonly name: Priority;
  readonly waiters: Waiter[];
  /** Grows with each turn by what a turn of this lane costs: the least is next. */
  spent: number;
}

const laneOf = (name: Priority): Lane => ({ name, waiters: [], spent: 0 });
const createLanes = (): Readonly<Record<Priority, Lane>> => ({
  CRITICAL: laneOf('CRITICAL'),
  HIGH: laneOf('HIGH'),
  NORMAL: laneOf('NORMAL'),
  LOW: laneOf('LOW'),
});

interface Waiter {
  readonly submitterId: string;
  readonly since: number;
  readonly take: (place: HeldPlace) => void;
}

/** Who has waited for so much of the lane's bound is old: there is time left to come first, whatever the turns. */
const oldShare = 0.5;

/**
 * Which of the lanes that wait is next. Every second place goes to who has waited longest of those who are old: so
 * none is forgotten, and no lane stands still.
 */
const createChoice = (waitBoundsMs: WaitBounds, now: () => number) => {
  const sinceOf = ({ waiters: [first] }: Lane): number => first?.since ?? Number.POSITIVE_INFINITY;
  const isOld = (lane: Lane): boolean => now() - sinceOf(lane) >= oldShare * waitBoundsMs[lane.name];
  let wasOld = false;
  return (waiting: readonly Lane[]): Lane | undefined => {
    const [oldest] = wasOld ? [] : waiting.filter(isOld).sort((one, other) => sinceOf(one) - sinceOf(other));
    if (waiting.length > 0) wasOld = oldest !== undefined;
    return oldest ?? waiting.toSorted((one, other) => one.spent - other.spent)[0];
  };
};

export const createPlaceLine = ({
  shared,
  reserved,
  waitBoundsMs,
  now = () => performance.now(),
}: PlaceCounts): PlaceLine => {
  const chooseNext = createChoice(waitBoundsMs, now);
  const lanes = createLanes();
  const waitingLanes = (): Lane[] => Object.values(lanes).filter(({ waiters }) => waiters.length > 0);

  const serve = (): void => {
    for (;;) {
      const next = chooseNext(waitingLanes().filter(({ name }) => places.isFree(name)));
      const waiter = next && leastServed(next.waiters, places.heldBy);
      const place = waiter && places.take(next.name, waiter.submitterId);
      if (!next || !place) return;
      next.spent += 1 / turns[next.name];
      leave(next, waiter);
      waiter.take(place);
    }
  };

  const places = createPlaces({ shared, reserved, isAwaited: () => waitingLanes().length > 0, serve });
  const take = (name: Priority, submitterId = ''): HeldPlace | null =>
    lanes[name].waiters.length === 0 ? places.take(name, submitterId) : null;

  return {
    take,
    hasPlace: (name) => lanes[name].waiters.length === 0 && places.isFree(name),
    waiting: (name) => lanes[name].waiters.length,
    enter(name, signal, submitterId = '') {
      if (signal.aborted) return Promise.reject(stoppedByCaller('NONE'));
      const place = take(name, submitterId);
      if (place) return Promise.resolve(place);
      const lane = lanes[name];
      if (lane.waiters.length === 0) joinTurns(lane, waitingLanes());
      return standInLine(lane, { since: now(), submitterId }, signal, places.awaited);
    },
  };
};

/** Who did not wait has saved up no turns. */
const joinTurns = (lane: Lane, waiting: readonly Lane[]): void => {
  const spent = waiting.map((other) => other.spent);
  if (spent.length > 0) lane.spent = Math.max(lane.spent, Math.min(...spent));
};

/** Who waits and holds the fewest places, the first of several. */
const leastServed = (waiters: readonly Waiter[], heldBy: Places['heldBy']): Waiter | undefined => {
  const of = ({ submitterId }: Waiter): number => heldBy(submitterId);
  return waiters.reduce<Waiter | undefined>(
    (least, waiter) => (least === undefined || of(waiter) < of(least) ? waiter : least),
    undefined,
  );
};

const leave = ({ waiters }: Lane, waiter: Waiter): void => {
  waiters.splice(waiters.indexOf(waiter), 1);
};

const standInLine = (
  lane: Lane,
  who: Pick<Waiter, 'since' | 'submitterId'>,
  signal: AbortSignal,
  onStanding: () => void,
): Promise<HeldPlace> =>
  new Promise((resolve, reject) => {
    const giveUp = (): void => {
      leave(lane, waiter);
      reject(stoppedByCaller('NONE'));
    };
    const waiter: Waiter = {
      ...who,
      take(place) {
        leaving[Symbol.dispose]();
        resolve(place);
      },
    };
    lane.waiters.push(waiter);
    const leaving = addAbortListener(signal, giveUp);
    onStanding();
  });
