import { quoted } from '@countersign/shared';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { PlannedAction } from '../../domain/planned-action.ts';
import type { PlanContext } from '../contract/executor.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import type { ClusterSight, FoundDeployment } from './deployment-reader.ts';
import type { ScalingInput } from './scaling-input.ts';

export const planScaling = async (
  given: ScalingInput,
  sight: ClusterSight | null,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const { namespace, target, replicas } = given;
  const where = `${quoted(target)} in ${quoted(namespace)}`;
  let found: FoundDeployment | null;
  try {
    found = sight && (await sight.read(given, context));
  } catch (error) {
    if (!(error instanceof ExecutorError) || error.code !== 'RESOURCE_NOT_FOUND') throw error;
    return refused(refusalAt('target', 'RESOURCE_NOT_FOUND', `There is no deployment ${where}.`));
  }
  if (found?.replicas === replicas) {
    const message = `Nothing would change: ${where} is set to ${replicas} already.`;
    return refused(refusalAt('replicas', 'NOTHING_TO_CHANGE', message));
  }
  const from = found ? ` from ${found.replicas}` : '';
  return accepted({
    summary: `Scale ${where}${from} to ${replicas} by porch`,
    targets: [{ kind: 'deployment', name: `${sight?.name ?? 'porch'}/${namespace}/${target}` }],
    precondition: found && { ...found },
    // Whoever scales it in another way changes the same thing.
    claims: [
      sight
        ? `@kubernetes:deployment:${sight.name}/${namespace}/${target}`
        : `deployment:${namespace}/${target}`,
    ],
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
