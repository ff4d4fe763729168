import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import type { ActionTraits } from '../../domain/planned-action.ts';
import type { ActionExecutor } from '../contract/executor.ts';
import { stillThere } from '../kit/executor-error.ts';
import { readDeployment, type Deployment } from './deployment-api.ts';
import { findDeployment } from './deployment-change.ts';
import { containerInput, containerOf } from './deployment-container.ts';
import { deploymentInput, inWords, targetOf } from './deployment-input.ts';
import { deploymentPath, type AllowedDeployments } from './allowed-deployments.ts';

const input = z
  .strictObject({ ...deploymentInput, container: containerInput })
  .meta({ examples: [{ cluster: 'sandbox', namespace: 'shop', name: 'web-01' }] });
export type StatusInput = z.infer<typeof input>;

export type StatusOutput = {
  /** How many replicas of what is asked for now are ready: those of an earlier image do not count. */
  readonly ready: number;
  /** How many are asked for. */
  readonly replicas: number;
  readonly image: string;
};

const traits: ActionTraits = {
  name: 'kubernetes.deployment.status',
  version: 1,
  platform: 'kubernetes',
  category: 'READ',
  idempotency: 'NONE',
  reversible: false,
  budget: { timeMs: 10_000, network: 'INTERNAL' },
};

/** Reads how a deployment is doing, for the gates of a rollout. */
export const createDeploymentStatus = ({
  placeOf,
  openPlace,
  serverOf,
}: AllowedDeployments): ActionExecutor<StatusInput, StatusOutput> => ({
  traits,
  description: 'Reads how many replicas of a Kubernetes deployment are ready, and which image they run.',
  input,
  endpointOf: ({ cluster }) => serverOf(cluster),
  reads: [{ method: 'GET', path: deploymentPath }],
  plan: async (given, context) => {
    const place = placeOf(given);
    if (!place.ok) return place;
    const found = await findDeployment(given, place.value, context);
    if (!found.ok) return found;
    const container = containerOf(given, found.value);
    if (!container.ok) return container;
    return accepted({
      summary: `Read how many replicas of ${inWords(given)} are ready`,
      targets: [targetOf(given)],
      precondition: null,
      diffs: [],
      findings: [],
      output: { replicas: found.value.replicas, image: container.value.image },
    });
  },
  apply: async (given, context) => {
    const now = await readDeployment(openPlace(given), context);
    const { image } = stillThere(containerOf(given, now));
    return { ready: readyOf(now), replicas: now.replicas, image };
  },
  verify: async () => {},
});

/**
 * While a rollout is under way the cluster counts old and new replicas together. All old ones taken for ready, the
 * rest of the ready ones are surely new: so a broken image never looks ready because what it replaces still runs.
 */
export const readyOf = ({ generation, status }: Pick<Deployment, 'generation' | 'status'>): number => {
  if (status.observedGeneration < generation) return 0;
  const old = Math.max(0, status.replicas - status.updatedReplicas);
  return Math.max(0, status.readyReplicas - old);
};
