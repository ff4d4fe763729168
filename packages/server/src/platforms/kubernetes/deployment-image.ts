import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import type { ActionExecutor } from '../contract/executor.ts';
import { patchTemplate, versionSchema, type Deployment } from './deployment-api.ts';
import { deploymentChange } from './deployment-change.ts';
import { containerInput, containerOf } from './deployment-container.ts';
import { deploymentInput, inWords, targetOf } from './deployment-input.ts';
import type { AllowedDeployments } from './allowed-deployments.ts';
import { imageSchema, isFloating } from './image-reference.ts';

const input = z
  .strictObject({
    ...deploymentInput,
    container: containerInput,
    image: imageSchema.describe('What it is to run; a tag that never moves, or a digest'),
  })
  .meta({ examples: [{ cluster: 'sandbox', namespace: 'shop', name: 'web-01', image: 'web:1.5.0' }] });
export type ImageInput = z.infer<typeof input>;

export type ImageOutput = {
  readonly uid: string;
  readonly generation: number;
  readonly container: string;
  readonly image: string;
  readonly previousImage: string;
};

const traits: ActionTraits = {
  name: 'kubernetes.deployment.image',
  version: 1,
  platform: 'kubernetes',
  category: 'DEPLOY',
  idempotency: 'CONDITIONAL',
  reversible: true,
  budget: { timeMs: 30_000, network: 'INTERNAL' },
};

const foundSchema = versionSchema.extend({ container: z.string(), image: z.string() });

/**
 * Sets the image of one container of a deployment, which the cluster then rolls out: `kubernetes.deployment.status`
 * tells how far it is. Only the image is written, so what others have changed of the rest stays when it is undone.
 */
export const createDeploymentImage = (
  places: AllowedDeployments,
): ActionExecutor<ImageInput, ImageOutput> => ({
  traits,
  description: 'Sets the image that a deployment of a Kubernetes cluster runs.',
  input,
  // From which image to which, of which container.
  showsWholeEffect: true,
  ...deploymentChange<ImageInput, ImageOutput>(places, {
    plan: planImage,
    leaves: (given, found) => {
      const container = containerOf(given, found);
      if (!container.ok) return {};
      const { name } = container.value;
      return {
        containers: found.containers.map((one) => (one.name === name ? { name, image: given.image } : one)),
      };
    },
    outputOf: ({ image }, { precondition }, version) => {
      const found = foundSchema.parse(precondition);
      return { ...version, container: found.container, image, previousImage: found.image };
    },
    holds: (now, { container, image }) =>
      now.containers.some((one) => one.name === container && one.image === image),
    isOfGeneration: false,
    write: (place, { container, image }, resourceVersion, reach) =>
      patchTemplate(place, { spec: { containers: [{ name: container, image }] } }, resourceVersion, reach),
    tell: (_now, { image }) => `does not run ${quoted(image)}.`,
    undone: ({ uid, generation, container, image, previousImage }) => ({
      uid,
      generation: generation + 1,
      container,
      image: previousImage,
      previousImage: image,
    }),
  }),
});

const planImage = (given: ImageInput, found: Deployment): Outcome<PlannedAction> => {
  const { image } = given;
  const container = containerOf(given, found);
  if (!container.ok) return container;
  const { index, name, image: before } = container.value;
  if (before === image) {
    const message = `Nothing would change: ${inWords(given)} runs ${quoted(image)} already.`;
    return refused(refusalAt('image', 'NOTHING_TO_CHANGE', message));
  }
  const replicas = found.replicas === 1 ? '1 replica' : `${found.replicas} replicas`;
  return accepted({
    summary: `Roll out ${quoted(image)} to the ${replicas} of ${inWords(given)}`,
    targets: [targetOf(given)],
    precondition: foundSchema.parse({ ...found, container: name, image: before }),
    diffs: [{ type: 'FIELD', path: `/spec/template/spec/containers/${index}/image`, before, after: image }],
    findings: isFloating(image)
      ? [
          {
            severity: 'MEDIUM',
            message: `${quoted(image)} may be another image tomorrow: name a tag that never moves, or a digest.`,
          },
        ]
      : [],
  });
};
