import { createKnownAutonomy } from '../modules/autonomy/index.ts';
import { createKnownGrants } from '../modules/grants/index.ts';
import { createPolicyService } from '../modules/policy/index.ts';
import type { LiveExecutors } from '../platforms/index.ts';
import { createAutonomyStore } from '../record/autonomy-store.ts';
import { createGrantStore } from '../record/grant-store.ts';
import type { Foundation } from './foundation.ts';
import { openPolicies } from './policies.ts';
import type { openStops } from './stopping.ts';

/** What decides: the rules, what administrators said of autonomy over them, and people's standing grants. */
export const openDeciding = async (
  foundation: Foundation,
  executors: LiveExecutors,
  { readStop, knownQuarantines }: Pick<ReturnType<typeof openStops>, 'readStop' | 'knownQuarantines'>,
) => {
  const { database, reader, logger, stack } = foundation;
  const policies = await openPolicies(foundation);
  const autonomyStore = createAutonomyStore(database);
  const autonomy = createKnownAutonomy(autonomyStore, logger);
  stack.use(reader.onEvents(autonomy.note));
  const knownGrants = createKnownGrants(createGrantStore(database), logger);
  stack.use(reader.onEvents(knownGrants.note));
  const policy = createPolicyService({
    policies,
    traitsOfStep: traitsOfStep(executors),
    killSwitch: readStop,
    autonomyOf: autonomy.of,
    grantsOf: knownGrants.of,
    sourceStop: knownQuarantines.of,
  });
  return { policy, policies, autonomy, autonomyStore, knownGrants };
};

/** The traits of a planned step as the executors of this build declare them. */
const traitsOfStep =
  ({ prepare }: LiveExecutors) =>
  (step: { action: string; params: Parameters<LiveExecutors['prepare']>[1]; name: string }) => {
    const prepared = prepare(step.action, step.params, step.name);
    return prepared.ok ? prepared.action.traits : undefined;
  };
