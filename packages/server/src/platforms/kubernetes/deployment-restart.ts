import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import type { ActionExecutor } from '../contract/executor.ts';
import { patchTemplate, versionSchema, type Deployment } from './deployment-api.ts';
import { deploymentChange } from './deployment-change.ts';
import { deploymentInput, inWords, targetOf } from './deployment-input.ts';
import type { AllowedDeployments } from './allowed-deployments.ts';

const input = z
  .strictObject(deploymentInput)
  .meta({ examples: [{ cluster: 'sandbox', namespace: 'shop', name: 'web-01' }] });
export type RestartInput = z.infer<typeof input>;

export type RestartOutput = {
  readonly uid: string;
  readonly generation: number;
  /** Stands as an annotation in the template of its pods. */
  readonly mark: string;
};

const traits: ActionTraits = {
  name: 'kubernetes.deployment.restart',
  version: 1,
  platform: 'kubernetes',
  category: 'DEPLOY',
  idempotency: 'LOOKUP',
  // Pods that were replaced do not come back.
  reversible: false,
  budget: { timeMs: 30_000, network: 'INTERNAL' },
};

/** Of the pods' template: another value replaces all pods, one after the other. */
export const restartAnnotation = 'countersign/restart';

/** Replaces the pods of a deployment by new ones of the same kind, as its own strategy does it. */
export const createDeploymentRestart = (
  places: AllowedDeployments,
): ActionExecutor<RestartInput, RestartOutput> => ({
  traits,
  description: 'Restarts a deployment of a Kubernetes cluster: each pod is replaced by a new one.',
  input,
  // Which deployment, how many pods and of what.
  showsWholeEffect: true,
  ...deploymentChange<RestartInput, RestartOutput>(places, {
    plan: planRestart,
    leaves: () => ({}),
    outputOf: (_given, { idempotencyKey }, version) => ({ ...version, mark: idempotencyKey.slice(0, 32) }),
    holds: (now, { mark }) => now.annotations[restartAnnotation] === mark,
    isOfGeneration: false,
    write: (place, { mark }, resourceVersion, reach) =>
      patchTemplate(
        place,
        { metadata: { annotations: { [restartAnnotation]: mark } } },
        resourceVersion,
        reach,
      ),
    tell: () => 'does not show that it was restarted.',
  }),
});

const planRestart = (given: RestartInput, found: Deployment): Outcome<PlannedAction> => {
  const { replicas, isPaused, containers } = found;
  if (isPaused || replicas === 0) {
    const why = isPaused ? 'its rollouts are paused' : 'it is scaled to zero';
    const message = `Nothing of ${inWords(given)} would restart: ${why}.`;
    return refused(refusalAt('name', 'PRECONDITION_FAILED', message));
  }
  const pods = replicas === 1 ? 'the only pod' : `all ${replicas} pods`;
  return accepted({
    summary: `Restart ${pods} of ${inWords(given)}`,
    targets: [targetOf(given)],
    precondition: versionSchema.parse(found),
    diffs: [
      {
        type: 'TABLE',
        title: `${replicas === 1 ? '1 pod' : `${replicas} pods`} to restart`,
        columns: ['Container', 'Image'],
        rows: containers.map(({ name, image }) => ({ kind: 'CONTEXT', cells: [name, image] })),
      },
    ],
    findings:
      replicas === 1
        ? [
            {
              severity: 'MEDIUM',
              message: `${quoted(given.name)} has one replica: it may be away for a moment.`,
            },
          ]
        : [],
  });
};
