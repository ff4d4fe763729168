import type { Occupant } from './room.ts';

type Caller = Required<Occupant>;

/** Work of many callers, so much of it at once. What waits goes by turns of tenants, and of the callers of each. */
export interface Line {
  /** Does the work in its turn, however long that takes: what was let in comes to its end. */
  run<Value>(whose: Caller, work: () => Promise<Value>): Promise<Value>;
  /** Whether as much of theirs waits as may: more is for a door to refuse, before any of it was done. */
  isFull(whose: Caller): boolean;
}

export interface LineTerms {
  readonly atOnce: number;
  /** Of one caller. */
  readonly atOnceEach: number;
  /** Of all callers together; whoever waits has an equal share of it. */
  readonly waiting: number;
}

/** May wait of whoever it is, however many others do. */
const fewestWaiting = 8;

type Start = () => void;

/** Who waits for their turn, tenants and callers each in the order in which they have their next one. */
const createTurnOrder = () => {
  const tenants = new Map<string, Map<string, Start[]>>();
  let callersWaiting = 0;

  /** Puts one of them last, or forgets them. */
  const putLast = <Value>(ring: Map<string, Value>, key: string, value: Value, isEmpty: boolean): void => {
    ring.delete(key);
    if (!isEmpty) ring.set(key, value);
  };
  const take = (tenantId: string, id: string, callers: Map<string, Start[]>): Start | undefined => {
    const queue = callers.get(id) ?? [];
    const start = queue.shift();
    if (queue.length === 0) callersWaiting -= 1;
    putLast(callers, id, queue, queue.length === 0);
    putLast(tenants, tenantId, callers, callers.size === 0);
    return start;
  };
  return {
    callersWaiting: () => callersWaiting,
    countOf: ({ id, tenantId }: Caller): number => tenants.get(tenantId)?.get(id)?.length ?? 0,
    add({ id, tenantId }: Caller, start: Start): void {
      const callers = tenants.get(tenantId) ?? new Map<string, Start[]>();
      tenants.set(tenantId, callers);
      const queue = callers.get(id);
      if (queue) queue.push(start);
      else {
        callers.set(id, [start]);
        callersWaiting += 1;
      }
    },
    next(mayRun: (id: string) => boolean): Start | undefined {
      for (const [tenantId, callers] of tenants)
        for (const id of callers.keys()) if (mayRun(id)) return take(tenantId, id, callers);
      return undefined;
    },
  };
};

export const createLine = ({ atOnce, atOnceEach, waiting: most }: LineTerms): Line => {
  const order = createTurnOrder();
  const runningOf = new Map<string, number>();
  let running = 0;

  const isFull: Line['isFull'] = (whose) => {
    const count = order.countOf(whose);
    const share = Math.floor(most / (order.callersWaiting() + (count > 0 ? 0 : 1)));
    return count >= Math.max(fewestWaiting, share);
  };
  const count = (id: string, by: number): void => {
    running += by;
    const now = (runningOf.get(id) ?? 0) + by;
    if (now === 0) runningOf.delete(id);
    else runningOf.set(id, now);
  };
  const go = (): void => {
    while (running < atOnce) {
      const start = order.next((id) => (runningOf.get(id) ?? 0) < atOnceEach);
      if (!start) return;
      start();
    }
  };
  const turnOf = (whose: Caller): Promise<void> =>
    new Promise((resolve) => {
      order.add(whose, () => {
        count(whose.id, 1);
        resolve();
      });
      go();
    });
  return {
    isFull,
    async run(whose, work) {
      await turnOf(whose);
      try {
        return await work();
      } finally {
        count(whose.id, -1);
        go();
      }
    },
  };
};
