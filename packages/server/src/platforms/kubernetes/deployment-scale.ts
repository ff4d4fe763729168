import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import type { ActionExecutor } from '../contract/executor.ts';
import { versionSchema, writeReplicas, type Deployment } from './deployment-api.ts';
import { deploymentChange } from './deployment-change.ts';
import { deploymentInput, inWords, targetOf } from './deployment-input.ts';
import type { AllowedDeployments } from './allowed-deployments.ts';

/** Above every limit of policy. */
const mostReplicas = 1_000;

const input = z
  .strictObject({
    ...deploymentInput,
    replicas: z.int().min(0).max(mostReplicas).describe('How many are to run; policy may allow fewer'),
  })
  .meta({ examples: [{ cluster: 'sandbox', namespace: 'shop', name: 'web-01', replicas: 3 }] });
export type ScaleInput = z.infer<typeof input>;

export type ScaleOutput = {
  readonly uid: string;
  readonly generation: number;
  readonly replicas: number;
  readonly previousReplicas: number;
};

const traits: ActionTraits = {
  name: 'kubernetes.deployment.scale',
  version: 1,
  platform: 'kubernetes',
  category: 'WRITE',
  idempotency: 'CONDITIONAL',
  reversible: true,
  budget: { timeMs: 30_000, network: 'INTERNAL' },
};

/** What the plan found, and what has to be so still. */
const foundSchema = versionSchema.extend({ replicas: z.int() });

/** Sets how many replicas of a deployment run, through its scale subresource. */
export const createDeploymentScale = (
  places: AllowedDeployments,
): ActionExecutor<ScaleInput, ScaleOutput> => ({
  traits,
  description: 'Scales a deployment of a Kubernetes cluster that configuration names.',
  input,
  // From how many to how many, of which deployment.
  showsWholeEffect: true,
  ...deploymentChange<ScaleInput, ScaleOutput>(places, {
    plan: planScale,
    leaves: ({ replicas }) => ({ replicas }),
    outputOf: ({ replicas }, { precondition }, version) => ({
      ...version,
      replicas,
      previousReplicas: foundSchema.parse(precondition).replicas,
    }),
    holds: (now, { replicas }) => now.replicas === replicas,
    // Whoever scaled it in between and back has decided about it.
    isOfGeneration: true,
    write: (place, { replicas }, resourceVersion, reach) =>
      writeReplicas(place, replicas, resourceVersion, reach),
    tell: (now, { replicas }) => `is set to ${now.replicas} replicas, not to ${replicas}.`,
    undone: ({ uid, generation, replicas, previousReplicas }) => ({
      uid,
      generation: generation + 1,
      replicas: previousReplicas,
      previousReplicas: replicas,
    }),
  }),
});

const planScale = (given: ScaleInput, found: Deployment): Outcome<PlannedAction> => {
  const { replicas, name } = given;
  if (found.replicas === replicas) {
    const message = `Nothing would change: ${inWords(given)} is set to ${replicas} already.`;
    return refused(refusalAt('replicas', 'NOTHING_TO_CHANGE', message));
  }
  const stops = replicas === 0;
  return accepted({
    summary: `Scale ${inWords(given)} from ${found.replicas} to ${replicas}`,
    targets: [targetOf(given)],
    precondition: foundSchema.parse(found),
    diffs: [
      {
        type: 'FIELD',
        path: '/spec/replicas',
        before: found.replicas,
        after: replicas,
        ...(stops ? { isDestructive: true } : {}),
      },
    ],
    findings: stops
      ? [{ severity: 'HIGH', message: `Nothing of ${quoted(name)} runs any more: it is scaled to zero.` }]
      : [],
  });
};
