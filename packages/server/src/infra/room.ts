/** So many bytes for everybody together, and of them so many for each. */
export interface Room {
  /** False where there is not as much left; then nothing is taken. */
  take(whose: string, bytes: number): boolean;
  giveBack(whose: string, bytes: number): void;
  readonly taken: number;
}

export interface RoomLimits {
  readonly each: number;
  readonly total: number;
}

export const createRoom = ({ each, total }: RoomLimits): Room => {
  const shares = new Map<string, number>();
  let taken = 0;
  return {
    take(whose, bytes) {
      const share = (shares.get(whose) ?? 0) + bytes;
      if (share > each || taken + bytes > total) return false;
      shares.set(whose, share);
      taken += bytes;
      return true;
    },
    giveBack(whose, bytes) {
      const share = (shares.get(whose) ?? 0) - bytes;
      if (share > 0) shares.set(whose, share);
      else shares.delete(whose);
      taken -= bytes;
    },
    get taken() {
      return taken;
    },
  };
};
