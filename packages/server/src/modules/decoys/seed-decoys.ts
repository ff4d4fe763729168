import { environments, type Environment } from '@countersign/shared';
import { decoyPairs, isDecoyDue, type DecoyPair } from '../../domain/decoy.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { DecoyPlace, DecoyReads } from '../../record/decoy-store.ts';

/** Of real requests in each environment, one decoy to each `1 / rate`; none where nothing is said. */
export type DecoyRates = Readonly<Partial<Record<Environment, number>>>;

export interface SeedDependencies {
  readonly decoys: Pick<DecoyReads, 'sinceLast' | 'findModels'>;
  readonly findTenants: () => Promise<readonly { readonly id: string }[]>;
  /** Those of the policy in force. */
  readonly ratesOf: (tenantId: string) => DecoyRates;
  /** Whether people are asked about it now. */
  readonly make: (
    wanted: DecoyPair & { readonly environment: Environment; readonly lot: number },
  ) => Promise<boolean>;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly logger: Logger;
}

const everyMs = 20_000;
const mostModels = 100;
/** What cannot be planned now is left for what can. */
const mostTries = 5;

/** Asks people about decoys, one at a time in an environment, as often as policy data says. */
export const startDecoys = (deps: SeedDependencies): AsyncDisposable =>
  startLoop({
    name: 'decoys',
    round: async () => {
      await seedDecoys(deps);
      return everyMs;
    },
    idleMs: everyMs,
    logger: deps.logger,
  });

/** One round. Gives how many were asked about. */
export const seedDecoys = async (deps: SeedDependencies): Promise<number> => {
  let made = 0;
  for (const { id: tenantId } of await deps.findTenants()) {
    const rates = deps.ratesOf(tenantId);
    for (const environment of environments) {
      const rate = rates[environment] ?? 0;
      if (rate > 0 && (await seedOne(deps, { tenantId, environment }, rate))) made += 1;
    }
  }
  return made;
};

const seedOne = async (
  { decoys, make, clock, random }: SeedDependencies,
  place: DecoyPlace,
  rate: number,
): Promise<boolean> => {
  const now = clock.now();
  const { isOneOpen, asked, lot } = await decoys.sinceLast(place, now);
  if (isOneOpen || !isDecoyDue(rate, asked, lot)) return false;
  const models = await decoys.findModels(place, now, mostModels);
  for (const pair of decoyPairs(models, random, mostTries)) {
    const wanted = { ...pair, environment: place.environment, lot: Math.floor(random() * 1_000) };
    if (await make(wanted)) return true;
  }
  return false;
};
