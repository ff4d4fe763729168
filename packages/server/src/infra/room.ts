/** Who takes room; whoever is nobody yet has no tenant. */
export interface Occupant {
  readonly id: string;
  readonly tenantId?: string;
}

/** So much for everybody together, of that so much for each tenant, and of that so much for each. */
export interface Room {
  /** False where there is not as much left; then nothing is taken. */
  take(whose: Occupant, amount: number): boolean;
  giveBack(whose: Occupant, amount: number): void;
  readonly taken: number;
}

export interface RoomLimits {
  readonly each: number;
  readonly total: number;
}

/** Whatever one tenant takes, a quarter is left for the others. */
const shareOfTenant = 0.75;

export const createRoom = ({ each, total }: RoomLimits): Room => {
  const ofEach = createShares(each);
  const ofTenants = createShares(Math.max(each, Math.floor(total * shareOfTenant)));
  let taken = 0;
  return {
    take({ id, tenantId }, amount) {
      const fits =
        taken + amount <= total &&
        ofEach.fits(id, amount) &&
        (tenantId === undefined || ofTenants.fits(tenantId, amount));
      if (!fits) return false;
      ofEach.add(id, amount);
      if (tenantId !== undefined) ofTenants.add(tenantId, amount);
      taken += amount;
      return true;
    },
    giveBack({ id, tenantId }, amount) {
      ofEach.add(id, -amount);
      if (tenantId !== undefined) ofTenants.add(tenantId, -amount);
      taken -= amount;
    },
    get taken() {
      return taken;
    },
  };
};

/** What each has taken; who has nothing is not remembered. */
const createShares = (most: number) => {
  const shares = new Map<string, number>();
  return {
    fits: (whose: string, amount: number): boolean => (shares.get(whose) ?? 0) + amount <= most,
    add(whose: string, amount: number): void {
      const share = (shares.get(whose) ?? 0) + amount;
      if (share > 0) shares.set(whose, share);
      else shares.delete(whose);
    },
  };
};
