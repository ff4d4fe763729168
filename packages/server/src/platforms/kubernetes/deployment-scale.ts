import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import type { ActionExecutor, ApplyContext, PlanContext, Reconciliation } from '../contract/executor.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import type { Secrets } from '../kit/secrets.ts';
import type { Cluster } from './cluster.ts';
import {
  readDeployment,
  readReplicas,
  writeReplicas,
  type Deployment,
  type DeploymentPlace,
} from './deployment-api.ts';
import { createDeploymentPlaces, deploymentPath } from './deployment-places.ts';
import { isLabel, isSubdomain } from './names.ts';

/** Above every limit of policy. */
const mostReplicas = 1_000;

const input = z.strictObject({
  cluster: z.string().min(1).max(63).describe('A cluster that configuration names'),
  namespace: z
    .string()
    .refine(isLabel, 'Must be 1 to 63 lower-case letters, digits and "-", not at either end.'),
  name: z
    .string()
    .refine(
      isSubdomain,
      'Must be 1 to 253 lower-case letters, digits, "-" and ".", none of these at either end.',
    )
    .describe('The deployment'),
  replicas: z.int().min(0).max(mostReplicas).describe('How many are to run; policy may allow fewer'),
});
export type ScaleInput = z.infer<typeof input>;

export type ScaleOutput = {
  readonly uid: string;
  /** Of the deployment once it was scaled: as long as it has this one, nobody has changed it since. */
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
const foundSchema = z.object({
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.int(),
  replicas: z.int(),
});

/**
 * Sets how many replicas of a deployment run, through its scale subresource and held to the version that the plan saw.
 * What is asked for has a count of its own, the generation: by it a later look tells our change from anybody else's.
 */
export const createDeploymentScale = (
  clusters: Readonly<Record<string, Cluster>>,
  secrets: Secrets,
): ActionExecutor<ScaleInput, ScaleOutput> => {
  const { placeOf, openPlace, serverOf } = createDeploymentPlaces(clusters, secrets);
  const reconcile = async (
    given: ScaleInput,
    context: ApplyContext,
  ): Promise<Reconciliation<ScaleOutput>> => {
    const found = foundSchema.parse(context.precondition);
    const now = await readDeployment(openPlace(given), context);
    if (now.uid !== found.uid) return { kind: 'UNKNOWN' };
    if (now.generation === found.generation) return { kind: 'ABSENT' };
    const output = outputOf(given, found);
    return isStill(now, output) ? { kind: 'FOUND', output } : { kind: 'UNKNOWN' };
  };
  return {
    traits,
    description: 'Scales a deployment of a Kubernetes cluster that configuration names.',
    input,
    // From how many to how many, of which deployment.
    showsWholeEffect: true,
    endpointOf: ({ cluster }) => serverOf(cluster),
    reads: [
      { method: 'GET', path: deploymentPath },
      { method: 'GET', path: `${deploymentPath}/scale` },
    ],
    plan: async (given, context) => {
      const place = placeOf(given);
      return place.ok ? planScale(given, place.value, context) : place;
    },
    apply: async (given, context) => {
      if (context.attempt > 1) {
        const earlier = await reconcile(given, context);
        if (earlier.kind === 'FOUND') return earlier.output;
      }
      const found = foundSchema.parse(context.precondition);
      await writeReplicas(openPlace(given), given.replicas, found.resourceVersion, context);
      return outputOf(given, found);
    },
    verify: async (given, { replicas }, context) => {
      const now = await readReplicas(openPlace(given), context);
      if (now === replicas) return;
      const message = `${quoted(given.name)} is set to ${now} replicas, not to ${replicas}.`;
      throw new ExecutorError('DEPENDENCY_FAILED', message, { effect: 'UNKNOWN', retriable: false });
    },
    compensate: (given, output, context) => scaleBack(openPlace(given), output, context),
    reconcile,
  };
};

const outputOf = ({ replicas }: ScaleInput, found: Deployment): ScaleOutput => ({
  uid: found.uid,
  // The write was held to the version that was found, so it was the next change and no other.
  generation: found.generation + 1,
  replicas,
  previousReplicas: found.replicas,
});

/** Whether the last change of the deployment was ours. */
const isStill = (now: Deployment, { uid, generation, replicas }: ScaleOutput): boolean =>
  now.uid === uid && now.generation === generation && now.replicas === replicas;

const planScale = async (
  { cluster, replicas }: ScaleInput,
  place: DeploymentPlace,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const { namespace, name } = place;
  const where = `${quoted(name)} in ${quoted(namespace)} of ${quoted(cluster)}`;
  let found: Deployment;
  try {
    found = await readDeployment(place, context);
  } catch (error) {
    if (!(error instanceof ExecutorError) || error.code !== 'RESOURCE_NOT_FOUND') throw error;
    return refused(refusalAt('name', 'RESOURCE_NOT_FOUND', `There is no deployment ${where}.`));
  }
  if (found.replicas === replicas) {
    const message = `Nothing would change: ${where} is set to ${replicas} already.`;
    return refused(refusalAt('replicas', 'PRECONDITION_FAILED', message));
  }
  const stops = replicas === 0;
  return accepted({
    summary: `Scale ${where} from ${found.replicas} to ${replicas}`,
    targets: [{ kind: 'deployment', name: `${cluster}/${namespace}/${name}` }],
    precondition: { ...found },
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

/** The status moves the version at any time; as long as the last change of the spec was ours, that is nobody's. */
const mostLooks = 5;

const scaleBack = async (
  place: DeploymentPlace,
  output: ScaleOutput,
  context: ApplyContext,
): Promise<ScaleOutput> => {
  const { uid, generation, replicas, previousReplicas } = output;
  const undone = { uid, generation: generation + 1, replicas: previousReplicas, previousReplicas: replicas };
  for (let look = 1; ; look += 1) {
    const now = await readDeployment(place, context);
    if (isStill(now, undone)) return undone;
    if (!isStill(now, output)) {
      const message = `${quoted(place.name)} was changed again since; scaling back would lose that.`;
      throw new ExecutorError('PRECONDITION_FAILED', message, { effect: 'NONE' });
    }
    try {
      await writeReplicas(place, previousReplicas, now.resourceVersion, context);
      return undone;
    } catch (error) {
      const hasMoved = error instanceof ExecutorError && error.code === 'PRECONDITION_FAILED';
      if (!hasMoved || look === mostLooks) throw error;
    }
  }
};
