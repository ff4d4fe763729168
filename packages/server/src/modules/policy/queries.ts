import { z } from 'zod';
import { accepted, refused } from '../../domain/errors.ts';
import { sightOf } from '../../domain/sight.ts';
import type { PolicySimulationStore } from '../../record/policy-simulation-store.ts';
import { filterId, listOf, optional } from '../inputs.ts';
import { defineQuery } from '../operation.ts';
import type { PolicyThreads } from './policy-threads.ts';
import { simulationOf, versionOf } from './policy-version.ts';
import type { SimulationView } from './policy-views.ts';
import { noVersion } from './publish-policy.ts';
import { replayDecision, type RulesOfBundle } from './replay-decision.ts';
import { simulateInput, simulateNow, type SimulateNowDependencies } from './simulate-now.ts';
import { noSimulation } from './simulate-policy.ts';
import { noDecision, testInput, testPolicy, type TestDependencies } from './test-policy.ts';

export interface PolicyQueryDependencies
  extends Omit<SimulateNowDependencies, 'threads'>, Omit<TestDependencies, 'threads'> {
  readonly threads: PolicyThreads;
  readonly rulesOf: RulesOfBundle;
  readonly simulations: PolicySimulationStore;
}

export const createPolicyQueries = (deps: PolicyQueryDependencies) => ({
  ...createVersionQueries(deps),
  ...createSimulationQueries(deps),
  replayDecision: defineQuery({
    name: 'replayDecision',
    description:
      'Makes a recorded decision once more from what was kept of it: the same rules, the same input, the same facts.',
    input: z.strictObject({
      taskId: filterId.describe('The task.'),
      revision: z.int().min(1).describe('The revision of its plan.'),
    }),
    async view({ viewer }, key) {
      const [recorded] = await deps.decisions.findMany(sightOf(viewer), [key]);
      return recorded ? accepted(await replayDecision(recorded, deps.rulesOf)) : refused(noDecision);
    },
  }),
  testPolicy: defineQuery({
    name: 'testPolicy',
    isForPeople: true,
    description:
      'Asks rules about one plan, recorded or made up, and tells the whole way of the decision. Nothing is kept.',
    input: z.strictObject({ input: testInput }),
    view: ({ viewer: { tenantId } }, { input }) => testPolicy(deps, tenantId, input),
  }),
});

const list = listOf('policyVersions', (place) => (/^\d{1,9}$/.test(place) ? Number(place) : null));

const createVersionQueries = (deps: PolicyQueryDependencies) => ({
  policies: defineQuery({
    name: 'policies',
    description: 'What decides now for your tenant: rules, data, and what decided before.',
    input: z.strictObject({}),
    view: async ({ viewer }) => accepted(await deps.views.current(viewer.tenantId)),
  }),
  policyVersions: defineQuery({
    name: 'policyVersions',
    isForPeople: true,
    description: 'Versions of the policy that administrators of your tenant brought, the newest first.',
    input: z.strictObject(list.input),
    async view({ viewer: { tenantId } }, { first, after }) {
      const found = await deps.versions.list(tenantId, first + 1, list.after(after));
      const views = await deps.views.viewsOf(tenantId, found.map(versionOf));
      return accepted(list.page(views, first, ({ number }) => String(number)));
    },
  }),
  policyVersion: defineQuery({
    name: 'policyVersion',
    isForPeople: true,
    description: 'One version of the policy.',
    input: z.strictObject({ id: filterId.describe('Its UUID.') }),
    async view({ viewer: { tenantId } }, { id }) {
      const [view] = await deps.views.viewsOf(
        tenantId,
        (await deps.versions.list(tenantId, 1, null, id)).map(versionOf),
      );
      return view ? accepted(view) : refused(noVersion);
    },
  }),
});

const createSimulationQueries = (deps: PolicyQueryDependencies) => ({
  policySimulations: defineQuery({
    name: 'policySimulations',
    isForPeople: true,
    description: 'The newest simulations of the policy, 20 at most.',
    input: z.strictObject({
      versionId: optional(filterId).describe('Of one version; left out, of all.'),
    }),
    async view({ viewer: { tenantId } }, { versionId }) {
      const found = await deps.simulations.list(tenantId, versionId ?? null, 20);
      return accepted(await Promise.all(found.map((each) => simulationView(deps, tenantId, each))));
    },
  }),
  policySimulation: defineQuery({
    name: 'policySimulation',
    isForPeople: true,
    description: 'One simulation of the policy, and how far it is.',
    input: z.strictObject({ id: filterId.describe('Its UUID.') }),
    async view({ viewer: { tenantId } }, { id }) {
      const found = await deps.simulations.find(tenantId, id);
      return found ? accepted(await simulationView(deps, tenantId, found)) : refused(noSimulation);
    },
  }),
  simulatePolicy: defineQuery({
    name: 'simulatePolicy',
    description:
      'Runs data, or a version, over recorded decisions at once and keeps nothing of it. Asks for an administrator.',
    input: z.strictObject({ input: simulateInput }),
    right: 'ADMINISTER',
    view: ({ viewer: { tenantId } }, { input }) => simulateNow(deps, tenantId, input),
  }),
});

export type PolicyQueries = ReturnType<typeof createPolicyQueries>;

const simulationView = async (
  { versions, views }: PolicyQueryDependencies,
  tenantId: string,
  found: Parameters<typeof simulationOf>[0],
): Promise<SimulationView> => {
  const [version] = await versions.list(tenantId, 1, null, found.versionId);
  return views.simulationView(simulationOf(found), version ? versionOf(version).report.rules : []);
};
