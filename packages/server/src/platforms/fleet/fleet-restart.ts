import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import type { ActionExecutor, ApplyContext, Reconciliation } from '../contract/executor.ts';
import { makeOnce, settled } from '../kit/earlier-attempt.ts';
import { moved, notHeld } from '../kit/executor-error.ts';
import { fleetInput, inWords, targetOf } from './fleet-input.ts';
import { findServer, fleetTraits, readServer, type Fleets } from './fleets.ts';

const input = z.strictObject(fleetInput).meta({ examples: [{ fleet: 'sandbox', server: 'server-1' }] });
export type RestartInput = z.output<typeof input>;

export type RestartOutput = { readonly server: string; readonly previousBootId: string };

const foundSchema = z.object({ bootId: z.string() });

/** Restarts a server. It has another boot id then, by which an earlier attempt is found again. */
export const createFleetRestart = (fleets: Fleets): ActionExecutor<RestartInput, RestartOutput> => {
  const look = async (given: RestartInput, context: ApplyContext): Promise<Reconciliation<RestartOutput>> => {
    const { bootId } = foundSchema.parse(context.precondition);
    const now = await readServer(fleets, given, context);
    return now.bootId === bootId
      ? { kind: 'ABSENT' }
      : { kind: 'FOUND', output: { server: given.server, previousBootId: bootId } };
  };
  return {
    traits: fleetTraits('fleet.restart', fleets, { reversible: false }),
    description: 'Restarts a server of a fleet.',
    input,
    showsWholeEffect: true,
    check: fleets.check,
    endpointOf: ({ fleet }) => fleet,
    plan: async (given, context) => {
      const found = await findServer(fleets, given, context);
      if (!found.ok) return found;
      const { bootId } = found.value;
      return accepted({
        summary: `Restart ${inWords(given)}`,
        targets: [targetOf(given)],
        precondition: { bootId },
        diffs: [
          {
            type: 'TABLE',
            title: '1 server to restart',
            columns: ['Server', 'Fleet'],
            rows: [{ kind: 'CONTEXT', cells: [given.server, given.fleet] }],
          },
        ],
        findings: [],
      });
    },
    reconcile: settled(look, fleets.settleMsOf),
    apply: makeOnce(look, async (given: RestartInput, context: ApplyContext) => {
      const { bootId } = foundSchema.parse(context.precondition);
      if ((await readServer(fleets, given, context)).bootId !== bootId)
        throw moved(`${inWords(given)} was restarted since.`);
      await context.send(() => fleets.runnerOf(given).change('restart', { server: given.server }, context));
      return { server: given.server, previousBootId: bootId };
    }),
    verify: async (given, { previousBootId }, context) => {
      if ((await readServer(fleets, given, context)).bootId === previousBootId)
        throw notHeld(`${inWords(given)} does not show that it was restarted.`);
    },
  };
};
