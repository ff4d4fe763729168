import { z } from 'zod';
import { createFlipTally } from '../../../domain/policy-flips.ts';
import { defineJob } from '../../../infra/queue/job.ts';
import type { Journal, JournalTransaction } from '../../../record/journal.ts';
import type { PolicySimulationStore } from '../../../record/policy-simulation-store.ts';
import type { PolicyVersionStore } from '../../../record/policy-version-store.ts';
import type { KeptBundles } from '../kept-bundles.ts';
import { measureFlips, type MeasureDependencies } from '../measure-flips.ts';
import { simulationOf, type PolicySimulation } from '../policy-version.ts';

export interface SimulateDependencies extends MeasureDependencies {
  readonly simulations: PolicySimulationStore;
  readonly versions: Pick<PolicyVersionStore, 'find'>;
  readonly kept: KeptBundles;
  readonly journal: Pick<Journal, 'transaction'>;
}

/** Runs a version over recorded decisions, from the beginning at every try; each page tells how far it is. */
export const simulatePolicyJob = defineJob({
  name: 'simulate-policy',
  schema: z.strictObject({ tenantId: z.uuid(), simulationId: z.uuid() }),
  async run(deps: SimulateDependencies, { tenantId, simulationId }, { signal }) {
    const found = await deps.simulations.find(tenantId, simulationId);
    if (found?.state !== 'RUNNING') return;
    await simulate(deps, simulationOf(found), signal);
  },
});

const simulate = async (
  deps: SimulateDependencies,
  simulation: PolicySimulation,
  signal: AbortSignal,
): Promise<void> => {
  const { tenantId, versionId, againstHash, since, until, total } = simulation;
  const version = await deps.journal.transaction((tx) => deps.versions.find(tx, tenantId, versionId));
  const before = await deps.kept.find(againstHash);
  const after = version && (await deps.kept.find(version.bundleHash));
  if (!before || !after) return end(deps, simulation, 'FAILED', 'Its rules are not kept.');
  let isWanted = true;
  const report = await measureFlips(deps, {
    tenantId,
    before,
    after,
    range: { since, until },
    most: total,
    signal,
    async onProgress(result) {
      const next = { ...simulation, seen: result.decisions, result };
      isWanted = (await deps.journal.transaction((tx) => deps.simulations.advance(tx, next))) !== null;
      return isWanted;
    },
  });
  if (!isWanted) return;
  if (report) await end(deps, { ...simulation, seen: report.decisions, result: report }, 'DONE', null);
  else await end(deps, simulation, 'FAILED', 'Its rules did not answer in time.');
};

const end = (
  { journal, simulations }: Pick<SimulateDependencies, 'journal' | 'simulations'>,
  simulation: PolicySimulation,
  state: 'DONE' | 'FAILED',
  error: string | null,
): Promise<void> =>
  journal.transaction(async (tx) => {
    await endSimulation(tx, simulations, { ...simulation, state, error }, null);
  });

/** Null where it had ended already. */
export const endSimulation = async (
  tx: JournalTransaction,
  simulations: Pick<PolicySimulationStore, 'advance'>,
  ending: PolicySimulation & { readonly state: 'DONE' | 'CANCELLED' | 'FAILED' },
  by: { readonly id: string; readonly name: string } | null,
): Promise<PolicySimulation | null> => {
  const ended = await simulations.advance(tx, ending);
  if (!ended?.endedAt) return null;
  const { tenantId, versionId, id: simulationId, result, state } = ending;
  const { decisions, flipped } = createFlipTally(result).report();
  const words = {
    DONE: `ended: ${flipped} of ${decisions} recorded decisions flip`,
    CANCELLED: `was cancelled by ${by?.name ?? 'nobody'} after ${decisions} decisions`,
    FAILED: `failed: ${ending.error ?? ''}`,
  };
  tx.record({
    tenantId,
    type: 'policy.simulation_ended',
    at: ended.endedAt,
    taskId: null,
    actorId: by?.id ?? null,
    summary: `A simulation of the policy ${words[state]}`,
    data: { versionId, simulationId, state, flips: flipped, decisions },
  });
  return simulationOf(ended);
};
