import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import type { ActionExecutor } from '../contract/executor.ts';
import { fleetInput, inWords, targetOf } from './fleet-input.ts';
import { fleetTraits, readServer, type Fleets } from './fleets.ts';

const input = z.strictObject(fleetInput).meta({ examples: [{ fleet: 'sandbox', server: 'server-1' }] });
export type StatusInput = z.output<typeof input>;

export type StatusOutput = {
  readonly isHealthy: boolean;
  readonly versions: Readonly<Record<string, string>>;
};

/** Reads how a server is doing, for the gates of a rollout. */
export const createFleetStatus = (fleets: Fleets): ActionExecutor<StatusInput, StatusOutput> => ({
  traits: fleetTraits('fleet.status', fleets, {
    category: 'READ',
    idempotency: 'NONE',
    reversible: false,
    budget: { timeMs: fleets.timeoutMs, network: 'INTERNAL' },
  }),
  description: 'Reads whether a server of a fleet is healthy, and which versions it has.',
  input,
  check: fleets.check,
  endpointOf: ({ fleet }) => fleet,
  // What changes the server has looked already: a rollout plans a gate for each of its targets.
  plan: (given) =>
    Promise.resolve(
      accepted({
        summary: `Read whether ${inWords(given)} is healthy`,
        targets: [targetOf(given)],
        precondition: null,
        diffs: [],
        findings: [],
      }),
    ),
  apply: async (given, context) => {
    const { isHealthy, versions } = await readServer(fleets, given, context);
    return { isHealthy, versions };
  },
  verify: async () => {},
});
