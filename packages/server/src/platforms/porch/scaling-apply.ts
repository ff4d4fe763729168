import { setTimeout as sleep } from 'node:timers/promises';
import { quoted } from '@countersign/shared';
import type { ActionTraits } from '../../domain/planned-action.ts';
import type { ActionExecutor, ApplyContext, Reconciliation } from '../contract/executor.ts';
import { makeOnce } from '../kit/earlier-attempt.ts';
import { moved, notHeld, type ExecutorError } from '../kit/executor-error.ts';
import { deploymentPath, foundSchema, type ClusterSight, type FoundDeployment } from './deployment-reader.ts';
import type { Porch, PorchReport } from './porch-cli.ts';
import { planScaling } from './scaling-plan.ts';
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

interface Scaling {
  readonly run: (intent: ScalingInput, context: ApplyContext) => Promise<PorchReport>;
  readonly outputOf: (
    intent: ScalingInput,
    report: PorchReport | null,
    found: FoundDeployment | null,
    now: FoundDeployment | null,
  ) => ScalingOutput;
}

type ScalingExecutor = ActionExecutor<ScalingInput, ScalingOutput>;

/** Scales a deployment by the porch program. */
export const createScalingApply = (config: ScalingConfig, porch: Porch): ScalingExecutor => {
  const { sight, mode, binary } = config;
  const timeoutOf = ({ timeout }: ScalingInput): number =>
    (timeout === undefined ? null : timeoutMsOf(timeout)) ?? config.timeoutMs;
  const scaling: Scaling = {
    run: (intent, context) =>
      context.send(() =>
        porch.apply({
          intent,
          idempotencyKey: context.idempotencyKey,
          timeMs: timeoutOf(intent) * Math.min(mostTimes, 2 ** (context.attempt - 1)),
          signal: context.signal,
        }),
      ),
    outputOf: (intent, report, found, now) => ({
      mode,
      porchPath: binary,
      packageName: report?.packageName ?? null,
      namespace: intent.namespace,
      name: intent.target,
      previousReplicas: found?.replicas ?? report?.previousReplicas ?? null,
      newReplicas: intent.replicas,
      uid: now?.uid ?? null,
      generation: now?.generation ?? null,
    }),
  };
  return {
    traits: { ...traits, ...(sight ? { idempotency: 'LOOKUP', reversible: true } : {}) },
    description: 'Scales a deployment by the porch program, as a scaling intent asks.',
    input: scalingInput,
    traitsFor: (given) => ({
      budget: { ...traits.budget, timeMs: timeoutOf(given) * mostTimes + besidesMs },
    }),
    plan: (given, context) => planScaling(given, sight, context),
    ...(sight ? sighted(scaling, sight, porch) : blind(scaling)),
  };
};

/** What porch says is all there is to know. */
const blind = ({ run, outputOf }: Scaling): Pick<ScalingExecutor, 'apply' | 'verify'> => ({
  apply: async (given, context) => outputOf(given, await run(given, context), null, null),
  verify: async () => {},
});

const sighted = (
  { run, outputOf }: Scaling,
  sight: ClusterSight,
  porch: Porch,
): Omit<ScalingExecutor, 'traits' | 'description' | 'input' | 'plan'> => {
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
    // From how many to how many, of which deployment.
    showsWholeEffect: true,
    endpointOf: () => sight.server,
    reads: [{ method: 'GET', path: deploymentPath }],
    reconcile,
    apply: makeOnce(reconcile, async (given, context) => {
      const found = foundSchema.parse(context.precondition);
      const before = await sight.read(given, context);
      if (before.uid !== found.uid || before.generation !== found.generation) throw changed(given.target);
      const report = await run(given, context);
      // Made it is, whether or not it can be looked at now.
      const now = await readSettled(sight, given, found, context).catch(() => null);
      return outputOf(given, report, found, now);
    }),
    verify: async (given, { newReplicas }, context) => {
      const now = await sight.read(given, context);
      if (now.replicas !== newReplicas)
        throw notHeld(`${quoted(given.target)} is set to ${now.replicas} replicas, not to ${newReplicas}.`);
    },
    compensate: async (given, { previousReplicas, newReplicas, uid, generation }, context) => {
      const now = await sight.read(given, context);
      const undone = { uid, replicas: previousReplicas, previousReplicas: newReplicas };
      if (generation === null || previousReplicas === null || now.uid !== uid) throw changed(given.target);
      if (now.generation > generation && now.replicas === previousReplicas) return undone;
      if (now.generation !== generation || now.replicas !== newReplicas) throw changed(given.target);
      await run({ ...given, replicas: previousReplicas }, context);
      return undone;
    },
  };
};

const changed = (name: string): ExecutorError => moved(`The deployment ${quoted(name)} has changed since.`);

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
