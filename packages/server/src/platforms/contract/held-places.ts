import type { Priority } from '@countersign/shared';
import { createTally } from '../../infra/tally.ts';
import { createLending } from './lent-places.ts';

/** One of the calls that a platform gets at once; given back by disposing, once or more often. */
export interface HeldPlace extends Disposable {
  /** It may be held until somebody else has had a place: until it is given back, one more is lent where nothing moves. */
  mayWait(): void;
}

/** The places at one platform, whoever stands in line for them. */
export interface Places {
  /** Whether there is one for somebody of this lane. */
  isFree(lane: Priority): boolean;
  take(lane: Priority, submitterId: string): HeldPlace | null;
  /** How many somebody holds. */
  heldBy(submitterId: string): number;
  /** Somebody stands in line. */
  awaited(): void;
}

interface PlacesOptions {
  /** For all lanes. */
  readonly shared: number;
  /** Besides those, for CRITICAL alone. */
  readonly reserved: number;
  readonly isAwaited: () => boolean;
  /** Gives what is free to those who stand in line. */
  readonly serve: () => void;
}

/** Of the places for all, so many times as many are lent at most. */
const lentTimes = 7;

type Kind = 'shared' | 'reserved';

export const createPlaces = ({ shared, reserved, isAwaited, serve }: PlacesOptions): Places => {
  const free = { shared, reserved };
  const held = createTally();
  /** Of those who hold one, how many may wait for another. */
  let waiting = 0;
  const lent = createLending(
    () => Math.min(waiting, lentTimes * shared),
    isAwaited,
    (count) => {
      free.shared += count;
      serve();
    },
  );
  const kindFor = (lane: Priority): Kind | null => {
    if (lane === 'CRITICAL' && free.reserved > 0) return 'reserved';
    return free.shared > 0 ? 'shared' : null;
  };
  const hold = (kind: Kind, submitterId: string): HeldPlace => {
    free[kind] -= 1;
    held.add(submitterId, 1);
    let isHeld = true;
    let isWaiting = false;
    return {
      mayWait() {
        if (!isHeld || isWaiting) return;
        isWaiting = true;
        waiting += 1;
        lent.awaited();
      },
      [Symbol.dispose]() {
        if (!isHeld) return;
        isHeld = false;
        if (isWaiting) waiting -= 1;
        held.add(submitterId, -1);
        if (kind === 'reserved' || !lent.takesBack()) free[kind] += 1;
        serve();
        lent.moved();
      },
    };
  };
  return {
    isFree: (lane) => kindFor(lane) !== null,
    take(lane, submitterId) {
      const kind = kindFor(lane);
      return kind && hold(kind, submitterId);
    },
    heldBy: held.of,
    awaited: lent.awaited,
  };
};
