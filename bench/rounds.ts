export interface Rate {
  /** By the wall clock, of the quickest round: nothing but the machine makes one slower. */
  readonly perSecond: number;
  /** By the processor time of all threads, of the median round: hardly depends on what else the machine does. */
  readonly perSecondOfProcessor: number;
}

const rounds = 7;

/** How much is done in a second, once it is warm, where each round does so much. */
export const inRounds = async (perRound: number, work: () => Promise<void> | void): Promise<Rate> => {
  const rates = [];
  for (let round = 0; round <= rounds; round += 1) {
    const [began, before] = [performance.now(), process.cpuUsage()];
    await work();
    const { user, system } = process.cpuUsage(before);
    rates.push({
      wall: (perRound / (performance.now() - began)) * 1_000,
      processor: (perRound / (user + system)) * 1_000_000,
    });
  }
  const warm = rates.slice(1);
  const sorted = warm.map(({ processor }) => processor).toSorted((one, other) => one - other);
  return {
    perSecond: Math.round(Math.max(...warm.map(({ wall }) => wall))),
    perSecondOfProcessor: Math.round(sorted[Math.floor(rounds / 2)] ?? Number.NaN),
  };
};
