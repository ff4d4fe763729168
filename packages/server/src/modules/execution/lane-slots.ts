import { createTally } from '../../infra/tally.ts';

/** A step that wants a slot, by where it acts and whose it is. */
export interface Comer {
  readonly platform: string;
  readonly tenantId: string;
  readonly submitterId: string;
}

/** More slots, besides those of the lane, for platforms that hold less than half of it. */
export const spareSlotsOf = (slots: number): number => Math.ceil(slots / 4);

/** And more besides those, for whoever has next to nothing in the lane, at whatever platform. */
export const firstSlotsOf = (slots: number): number => Math.max(2, Math.ceil(slots / 4));

/** The slots of a lane in one process. What runs is not taken its slot, so some are kept from who has many already. */
export interface LaneSlots {
  /** Held now, of all kinds. */
  total(): number;
  hasRoom(comer: Comer): boolean;
  /** Whether it gets in whatever others hold. */
  isFirst(comer: Comer): boolean;
  hold(comer: Comer, onFree: () => void): Disposable;
}

/**
 * Anybody gets one of the lane's own slots, as long as there is one. After that, a quarter more goes to platforms that
 * hold less than half of the lane, and another quarter to those who hold little: to tenants that hold nothing; but for
 * the last of them to submitters that hold nothing; and up to half of it to submitters that hold few. So however many
 * long steps one agent has, another one's first step has a slot at once, and a tenant's many agents leave one to others.
 */
export const createLaneSlots = (slots: number): LaneSlots => {
  const spare = { most: spareSlotsOf(slots), taken: 0 };
  const first = { most: firstSlotsOf(slots), taken: 0 };
  const held = { platform: createTally(), tenant: createTally(), submitter: createTally() };
  let total = 0;

  const hasOwn = (): boolean => total - spare.taken - first.taken < slots;
  const hasSpare = ({ platform }: Comer): boolean =>
    spare.taken < spare.most && held.platform.of(platform) < slots / 2;
  const isFirst = ({ tenantId, submitterId }: Comer): boolean => {
    const own = held.submitter.of(submitterId);
    if (held.tenant.of(tenantId) === 0) return first.taken < first.most;
    if (own === 0) return first.taken < first.most - Math.max(1, Math.floor(first.most / 4));
    return own < Math.floor(first.most / 8) && first.taken < Math.floor(first.most / 2);
  };

  return {
    total: () => total,
    hasRoom: (comer) => hasOwn() || hasSpare(comer) || isFirst(comer),
    isFirst,
    hold(comer, onFree) {
      if (!hasOwn()) (hasSpare(comer) ? spare : first).taken += 1;
      total += 1;
      held.platform.add(comer.platform, 1);
      held.tenant.add(comer.tenantId, 1);
      held.submitter.add(comer.submitterId, 1);
      let isHeld = true;
      return {
        [Symbol.dispose]() {
          if (!isHeld) return;
          isHeld = false;
          total -= 1;
          held.platform.add(comer.platform, -1);
          held.tenant.add(comer.tenantId, -1);
          held.submitter.add(comer.submitterId, -1);
          // Whose slot it was does not matter: what is kept for others is free again before the lane's own is.
          if (first.taken > 0) first.taken -= 1;
          else if (spare.taken > 0) spare.taken -= 1;
          onFree();
        },
      };
    },
  };
};
