import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';
import { emptyReport } from '../../domain/policy-flips.ts';
import type { Principal } from '../../domain/principal.ts';
import { sendJob, withdrawJob } from '../../record/job-store.ts';
import type { NewId } from '../../infra/ids.ts';
import type { PolicyPast } from '../../record/policy-past.ts';
import { othersRules } from './draft-policy.ts';
import { endSimulation, simulatePolicyJob, type SimulateDependencies } from './jobs/simulate-policy.ts';
import type { PoliciesInForce } from './policies-in-force.ts';
import { simulationOf, versionOf, type PolicySimulation } from './policy-version.ts';
import { endOfTime, noVersion } from './publish-policy.ts';
import type { PolicySimulationStore } from '../../record/policy-simulation-store.ts';
import type { PolicyVersionStore } from '../../record/policy-version-store.ts';

export interface SimulationDependencies extends Omit<SimulateDependencies, 'past'> {
  readonly serverHost: string | null;
  readonly policies: Pick<PoliciesInForce, 'of'>;
  readonly past: PolicyPast;
  readonly versions: PolicyVersionStore;
  readonly simulations: PolicySimulationStore;
  readonly newId: NewId;
}

export interface SimulationOrder {
  readonly versionId: string;
  readonly since: Date;
  /** Null for now. */
  readonly until: Date | null;
  readonly most: number;
}

const mostRunning = 3;

/** Asks for a version to be run over recorded decisions, in the background. */
export const startSimulation = async (
  deps: SimulationDependencies,
  viewer: Principal,
  { versionId, since, until, most }: SimulationOrder,
): Promise<Outcome<PolicySimulation>> => {
  if (deps.serverHost !== null) return refused(othersRules(deps.serverHost));
  const { tenantId } = viewer;
  const total = await deps.past.count(tenantId, { since, until: until ?? endOfTime }, most);
  return deps.journal.transaction(async (tx) => {
    const at = await deps.versions.lock(tx, tenantId);
    const found = await deps.versions.find(tx, tenantId, versionId);
    if (!found) return refused(noVersion);
    const { number, bundleHash, discardedAt } = versionOf(found);
    if (discardedAt) return refused(refusal('NOT_IN_THIS_STATE', 'This version was discarded.'));
    if ((await deps.simulations.countRunning(tx, tenantId)) >= mostRunning)
      return refused(
        refusal('RATE_LIMIT_EXCEEDED', `${mostRunning} simulations run already: wait for one, or cancel it.`),
      );
    const simulation: PolicySimulation = {
      id: deps.newId(),
      tenantId,
      versionId,
      againstHash: deps.policies.of(tenantId).bundleHash(),
      since,
      until: until ?? at,
      byId: viewer.id,
      at,
      total,
      seen: 0,
      state: 'RUNNING',
      result: emptyReport,
      endedAt: null,
      error: null,
    };
    deps.simulations.insert(tx, simulation);
    sendJob(
      tx,
      simulatePolicyJob,
      { key: simulation.id, submitterId: viewer.id },
      { tenantId, simulationId: simulation.id },
    );
    tx.record({
      tenantId,
      type: 'policy.simulation_started',
      at,
      taskId: null,
      actorId: viewer.id,
      summary: `${viewer.name} runs policy version ${number} over ${total} recorded decisions`,
      data: { versionId, number, bundleHash, simulationId: simulation.id, decisions: total },
    });
    return accepted(simulation);
  });
};

export const noSimulation = refusal('RESOURCE_NOT_FOUND', 'There is no such simulation.');

/** What was found by then stays. */
export const cancelSimulation = async (
  { journal, simulations }: Pick<SimulationDependencies, 'journal' | 'simulations'>,
  viewer: Principal,
  id: string,
): Promise<Outcome<PolicySimulation>> => {
  const found = await simulations.find(viewer.tenantId, id);
  if (!found) return refused(noSimulation);
  const before = simulationOf(found);
  const cancelled = await journal.transaction(async (tx) => {
    withdrawJob(tx, simulatePolicyJob, id);
    return endSimulation(tx, simulations, { ...before, state: 'CANCELLED' }, viewer);
  });
  return cancelled ? accepted(cancelled) : refused(refusal('NOT_IN_THIS_STATE', 'It has ended already.'));
};
