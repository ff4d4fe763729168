/** How much each of many has; who has nothing takes no room. */
export interface Tally {
  of(name: string): number;
  add(name: string, change: number): void;
}

export const createTally = (): Tally => {
  const counts = new Map<string, number>();
  return {
    of: (name) => counts.get(name) ?? 0,
    add(name, change) {
      const count = (counts.get(name) ?? 0) + change;
      if (count > 0) counts.set(name, count);
      else counts.delete(name);
    },
  };
};
