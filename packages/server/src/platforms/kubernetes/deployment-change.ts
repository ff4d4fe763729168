import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { PlannedAction } from '../../domain/planned-action.ts';
import type { ActionExecutor, ApplyContext, PlanContext, Reconciliation } from '../contract/executor.ts';
import { makeOnce } from '../kit/earlier-attempt.ts';
import { ExecutorError, moved, notHeld } from '../kit/executor-error.ts';
import {
  readDeployment,
  versionSchema,
  type Deployment,
  type AllowedDeployment,
  type Reach,
} from './deployment-api.ts';
import { inWords, targetOf, type NamedDeployment } from './deployment-input.ts';
import { deploymentPath, type AllowedDeployments } from './allowed-deployments.ts';

export type ChangeOutput = {
  readonly uid: string;
  /** Of the deployment once it was changed: as long as it has this one, nobody has changed it since. */
  readonly generation: number;
  readonly [key: string]: Json;
};

/** One kind of change of a deployment's spec. */
export interface DeploymentChange<Input extends NamedDeployment, Output extends ChangeOutput> {
  readonly plan: (given: Input, found: Deployment) => Outcome<PlannedAction>;
  /** What its spec says then, where that is known. */
  readonly leaves: (given: Input, found: Deployment) => Partial<Pick<Deployment, 'replicas' | 'containers'>>;
  /** What it comes to, on the deployment that the plan found. */
  readonly outputOf: (
    given: Input,
    context: ApplyContext,
    version: Pick<Output, 'uid' | 'generation'>,
  ) => Output;
  /** Whether the spec says what the output says. */
  readonly holds: (now: Deployment, output: Output) => boolean;
  /** Whether any other change of the spec since may be a change of the same thing: then the generation has to be ours. */
  readonly isOfGeneration: boolean;
  /** Makes the spec say what the output says. */
  readonly write: (
    place: AllowedDeployment,
    output: Output,
    resourceVersion: string,
    reach: Reach,
  ) => Promise<void>;
  /** What the spec says instead. */
  readonly tell: (now: Deployment, output: Output) => string;
  /** The output of the opposite change. Left out where there is none. */
  readonly undone?: (output: Output) => Output;
}

/**
 * The part of an executor that every change of a deployment has in common: it is held to the version that the plan
 * saw, and a later look tells by what the spec says, and by how often it was changed, whether the change was ours.
 */
export const deploymentChange = <Input extends NamedDeployment, Output extends ChangeOutput>(
  { placeOf, openPlace, serverOf }: AllowedDeployments,
  change: DeploymentChange<Input, Output>,
) => {
  const outputOf = (given: Input, context: ApplyContext): Output => {
    const { uid, generation } = versionSchema.parse(context.precondition);
    // The write is held to the version that was found, so it is the next change and no other.
    return change.outputOf(given, context, { uid, generation: generation + 1 });
  };
  const reconcile = async (given: Input, context: ApplyContext): Promise<Reconciliation<Output>> => {
    const found = versionSchema.parse(context.precondition);
    const now = await readDeployment(openPlace(given), context);
    if (now.uid !== found.uid) return { kind: 'UNKNOWN' };
    if (now.generation === found.generation) return { kind: 'ABSENT' };
    const output = outputOf(given, context);
    return isOurs(change, now, output) ? { kind: 'FOUND', output } : { kind: 'UNKNOWN' };
  };
  const { undone } = change;
  return {
    endpointOf: ({ cluster }) => serverOf(cluster),
    reads: [{ method: 'GET', path: deploymentPath }],
    plan: async (given, context) => {
      const place = placeOf(given);
      if (!place.ok) return place;
      const found = await findDeployment(given, place.value, context);
      return found.ok
        ? planUpon(change, given, asForeseen(given, found.value, context.foreseen ?? []))
        : found;
    },
    watch: async (given, context) => {
      const found = versionSchema.parse(context.precondition);
      const now = await readDeployment(openPlace(given), context);
      return now.uid === found.uid && now.generation === found.generation;
    },
    isAsForeseen: () => true,
    apply: makeOnce(reconcile, async (given: Input, context: ApplyContext) => {
      const { resourceVersion } = versionSchema.parse(context.precondition);
      const output = outputOf(given, context);
      await change.write(openPlace(given), output, resourceVersion, context);
      return output;
    }),
    verify: async (given, output, context) => {
      const now = await readDeployment(openPlace(given), context);
      if (!change.holds(now, output)) throw notHeld(`${quoted(given.name)} ${change.tell(now, output)}`);
    },
    ...(undone
      ? {
          compensate: (given, output, context) => {
            // What later steps of the run did to it since, and what undid that, is ours as well.
            const stood = { ...output, generation: generationOf(context.since) ?? output.generation };
            return undo(change, openPlace(given), stood, undone(stood), context);
          },
        }
      : {}),
    reconcile,
  } satisfies Partial<ActionExecutor<Input, Output>>;
};

const sinceSchema = z.object({ generation: z.int() });
const generationOf = (since: Json | undefined): number | undefined =>
  sinceSchema.safeParse(since).data?.generation;

/** What an action leaves of a deployment, for those that are planned upon it. */
const leftSchema = z.object({
  deployment: z.string(),
  generation: z.int(),
  replicas: z.int(),
  containers: z.array(z.object({ name: z.string(), image: z.string() })),
});

const leftOf = (given: NamedDeployment, { generation, replicas, containers }: Deployment): Json => ({
  deployment: targetOf(given).name,
  generation: generation + 1,
  replicas,
  containers: containers.map(({ name, image }) => ({ name, image })),
});

/** The deployment as it will be once the steps before have changed it. */
const asForeseen = (given: NamedDeployment, found: Deployment, foreseen: readonly Json[]): Deployment =>
  foreseen.reduce<Deployment>((before, left) => {
    const { data } = leftSchema.safeParse(left);
    if (data?.deployment !== targetOf(given).name) return before;
    const { deployment: _, ...change } = data;
    return { ...before, ...change };
  }, found);

/** With what it leaves, for those that are planned upon it. */
const planUpon = <Input extends NamedDeployment>(
  { plan, leaves }: Pick<DeploymentChange<Input, never>, 'plan' | 'leaves'>,
  given: Input,
  found: Deployment,
): Outcome<PlannedAction> => {
  const planned = plan(given, found);
  return planned.ok
    ? accepted({ ...planned.value, leaves: leftOf(given, { ...found, ...leaves(given, found) }) })
    : planned;
};

const isOurs = <Output extends ChangeOutput>(
  { holds, isOfGeneration }: Pick<DeploymentChange<never, Output>, 'holds' | 'isOfGeneration'>,
  now: Deployment,
  output: Output,
): boolean =>
  now.uid === output.uid && holds(now, output) && (!isOfGeneration || now.generation === output.generation);

/** A change of the status alone moves the version too, at any time. As long as the last change of the spec is ours, it is read and tried again, so often. */
const mostLooks = 5;

const undo = async <Output extends ChangeOutput>(
  change: Pick<DeploymentChange<never, Output>, 'holds' | 'isOfGeneration' | 'write'>,
  place: AllowedDeployment,
  output: Output,
  undone: Output,
  reach: Reach,
): Promise<Output> => {
  for (let look = 1; ; look += 1) {
    const now = await readDeployment(place, reach);
    if (isOurs(change, now, undone)) return undone;
    if (!isOurs(change, now, output))
      throw moved(`${quoted(place.name)} was changed again since; undoing would lose that.`);
    try {
      await change.write(place, undone, now.resourceVersion, reach);
      return undone;
    } catch (error) {
      const isMoved = error instanceof ExecutorError && error.code === 'PRECONDITION_FAILED';
      if (!isMoved || look === mostLooks) throw error;
    }
  }
};

export const findDeployment = async (
  given: NamedDeployment,
  place: AllowedDeployment,
  context: PlanContext,
): Promise<Outcome<Deployment>> => {
  try {
    return { ok: true, value: await readDeployment(place, context) };
  } catch (error) {
    if (!(error instanceof ExecutorError) || error.code !== 'RESOURCE_NOT_FOUND') throw error;
    return refused(refusalAt('name', 'RESOURCE_NOT_FOUND', `There is no deployment ${inWords(given)}.`));
  }
};
