import { setTimeout as sleep } from 'node:timers/promises';
import { quoted } from '@countersign/shared';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import type { ActionExecutor, ApplyContext, PlanContext, Reconciliation } from '../contract/executor.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import {
  deploymentPath,
  foundSchema,
  type FoundDeployment,
  type ReadDeployment,
} from './deployment-reader.ts';
import type { Porch, PorchReport } from './porch-cli.ts';
import { scalingInput, timeoutMsOf, type ScalingInput } from './scaling-input.ts';

export type ScalingOutput = {
  readonly mode: 'direct' | 'structured';
  readonly porchPath: string;
  /** As porch named it; null where it did not say, or nobody heard it. */
  readonly packageName: string | null;
  readonly namespace: string;
  readonly name: string;
  readonly previousReplicas: number | null;
  readonly newReplicas: number;
  /** Of the deployment once it was scaled, where this server may read it. */
  readonly uid: string | null;
  readonly generation: number | null;
};

/** Read access to the cluster that porch works on: by it an effect is found again, verified and undone. */
export interface ClusterSight {
  /** Among the names of targets, so that whoever scales otherwise waits for the same lock. */
  readonly name: string;
  readonly server: string;
  readonly read: ReadDeployment;
  /** How long a change may take to be seen. */
  readonly settleMs: number;
}

export interface ScalingConfig {
  readonly mode: ScalingOutput['mode'];
  readonly binary: string;
  readonly timeoutMs: number;
  /** Null where this server sees nothing of the cluster. */
  readonly sight: ClusterSight | null;
}

const traits: ActionTraits = {
  name: 'scaling.apply',
  version: 1,
  platform: 'porch',
  category: 'WRITE',
  idempotency: 'NONE',
  reversible: false,
  budget: { timeMs: 135_000, network: 'INTERNAL' },
};

/** Of a run that timed out, the next has twice as long, and no run more than this many times its time. */
const mostTimes = 4;
/** For looks, and for ending porch. */
const besidesMs = 15_000;

/** Scales a deployment by the porch program. */
export const createScalingApply = (
  config: ScalingConfig,
  porch: Porch,
): ActionExecutor<ScalingInput, ScalingOutput> => {
  const { sight } = config;
  const timeoutOf = ({ timeout }: ScalingInput): number =>
    (timeout === undefined ? null : timeoutMsOf(timeout)) ?? config.timeoutMs;
  const run = (intent: ScalingInput, context: ApplyContext): Promise<PorchReport> =>
    context.send(() =>
      porch.apply({
        intent,
        idempotencyKey: context.idempotencyKey,
        timeMs: timeoutOf(intent) * Math.min(mostTimes, 2 ** (context.attempt - 1)),
        signal: context.signal,
      }),
    );
  const outputOf = (
    intent: ScalingInput,
    report: PorchReport | null,
    found: FoundDeployment | null,
    now: FoundDeployment | null,
  ): ScalingOutput => ({
    mode: config.mode,
    porchPath: config.binary,
    packageName: report?.packageName ?? null,
    namespace: intent.namespace,
    name: intent.target,
    previousReplicas: found?.replicas ?? report?.previousReplicas ?? null,
    newReplicas: intent.replicas,
    uid: now?.uid ?? null,
    generation: now?.generation ?? null,
  });
  const common = {
    description: 'Scales a deployment by the porch program, as a scaling intent asks.',
    input: scalingInput,
    traitsFor: (given: ScalingInput) => ({
      idempotency: sight ? ('LOOKUP' as const) : ('NONE' as const),
      reversible: sight !== null,
      budget: { ...traits.budget, timeMs: timeoutOf(given) * mostTimes + besidesMs },
    }),
    plan: (given: ScalingInput, context: PlanContext) => planScaling(given, sight, context),
  };
  if (!sight)
    return {
      traits,
      ...common,
      apply: async (given, context) => outputOf(given, await run(given, context), null, null),
      // What porch says is all there is to know.
      verify: async () => {},
    };

  const reconcile = async (
    given: ScalingInput,
    context: ApplyContext,
  ): Promise<Reconciliation<ScalingOutput>> => {
    const found = foundSchema.parse(context.precondition);
    const now = await readSettled(sight, given, found, context);
    if (now.uid !== found.uid) return { kind: 'UNKNOWN' };
    if (now.generation === found.generation) return { kind: 'ABSENT' };
    if (now.replicas !== given.replicas) return { kind: 'UNKNOWN' };
    const report = await porch.reportOf(context.idempotencyKey);
    return { kind: 'FOUND', output: outputOf(given, report, found, now) };
  };
  return {
    traits: { ...traits, idempotency: 'LOOKUP', reversible: true },
    ...common,
    // From how many to how many, of which deployment.
    showsWholeEffect: true,
    endpointOf: () => sight.server,
    reads: [{ method: 'GET', path: deploymentPath }],
    apply: async (given, context) => {
      if (context.attempt > 1) {
        const earlier = await reconcile(given, context);
        if (earlier.kind === 'FOUND') return earlier.output;
      }
      const found = foundSchema.parse(context.precondition);
      const before = await sight.read(given, context);
      if (before.uid !== found.uid || before.generation !== found.generation) throw moved(given.target);
      const report = await run(given, context);
      return outputOf(
        given,
        report,
        found,
        await readSettled(sight, given, found, context).catch(() => null),
      );
    },
    verify: async (given, { newReplicas }, context) => {
      const now = await sight.read(given, context);
      if (now.replicas === newReplicas) return;
      const message = `${quoted(given.target)} is set to ${now.replicas} replicas, not to ${newReplicas}.`;
      throw new ExecutorError('DEPENDENCY_FAILED', message, { effect: 'UNKNOWN', retriable: false });
    },
    compensate: async (given, output, context) => {
      const { previousReplicas, newReplicas, uid, generation } = output;
      const now = await sight.read(given, context);
      const undone = { uid, replicas: previousReplicas, previousReplicas: newReplicas };
      const isOurs = uid !== null && generation !== null && now.uid === uid;
      if (isOurs && now.generation > generation && now.replicas === previousReplicas) return undone;
      if (
        !isOurs ||
        previousReplicas === null ||
        now.generation !== generation ||
        now.replicas !== newReplicas
      )
        throw moved(given.target);
      await run({ ...given, replicas: previousReplicas }, context);
      return undone;
    },
    reconcile,
  };
};

const moved = (name: string): ExecutorError =>
  new ExecutorError('PRECONDITION_FAILED', `The deployment ${quoted(name)} has changed since.`, {
    effect: 'NONE',
  });

/** As it is now, once more where nothing is to be seen of a change yet. */
const readSettled = async (
  { read, settleMs }: ClusterSight,
  given: ScalingInput,
  found: FoundDeployment,
  context: ApplyContext,
): Promise<FoundDeployment> => {
  const now = await read(given, context);
  if (now.generation !== found.generation) return now;
  await sleep(settleMs, undefined, { signal: context.signal });
  return read(given, context);
};

const planScaling = async (
  given: ScalingInput,
  sight: ClusterSight | null,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const { namespace, target, replicas } = given;
  const where = `${quoted(target)} in ${quoted(namespace)}`;
  let found: FoundDeployment | null = null;
  try {
    found = sight && (await sight.read(given, context));
  } catch (error) {
    if (!(error instanceof ExecutorError) || error.code !== 'RESOURCE_NOT_FOUND') throw error;
    return refused(refusalAt('target', 'RESOURCE_NOT_FOUND', `There is no deployment ${where}.`));
  }
  if (found?.replicas === replicas) {
    const message = `Nothing would change: ${where} is set to ${replicas} already.`;
    return refused(refusalAt('replicas', 'PRECONDITION_FAILED', message));
  }
  const from = found ? ` from ${found.replicas}` : '';
  return accepted({
    summary: `Scale ${where}${from} to ${replicas} by porch`,
    targets: [{ kind: 'deployment', name: `${sight?.name ?? 'porch'}/${namespace}/${target}` }],
    precondition: found && { ...found },
    diffs: [
      {
        type: 'FIELD',
        path: '/spec/replicas',
        before: found?.replicas ?? null,
        after: replicas,
        isDestructive: replicas === 0,
      },
    ],
    findings: [
      ...(replicas === 0
        ? [
            {
              severity: 'HIGH' as const,
              message: `Nothing of ${quoted(target)} runs any more: it is scaled to zero.`,
            },
          ]
        : []),
      ...(found
        ? []
        : [
            {
              severity: 'MEDIUM' as const,
              message:
                'How many replicas run now is not known: configuration gives no read access to the cluster.',
            },
          ]),
    ],
  });
};
