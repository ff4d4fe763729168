import { environments, risks } from '@countersign/shared';
import { z } from 'zod';
import { decide, type Decision, type DecisionContext } from '../../domain/decision.ts';
import { accepted, invalidInput, refusal, refused, type Outcome } from '../../domain/errors.ts';
import { jsonFault } from '../../domain/json.ts';
import { wholeTenant } from '../../domain/sight.ts';
import { canonicalJson } from '../../infra/digest.ts';
import type { DecisionStore } from '../../record/decision-store.ts';
import type { PolicyVersionStore } from '../../record/policy-version-store.ts';
import { filterId, optional } from '../inputs.ts';
import { contextOf } from './decision-context.ts';
import { factsOf } from './decision-facts-of.ts';
import type { KeptBundles } from './kept-bundles.ts';
import type { KeptRules } from './kept-rules.ts';
import type { PoliciesInForce } from './policies-in-force.ts';
import { fault } from './policy-engine-verdict.ts';
import type { PolicyInput } from './policy-input.ts';
import type { PolicyThreads } from './policy-threads.ts';
import { noVersion } from './publish-policy.ts';

export interface TestDependencies {
  readonly decisions: Pick<DecisionStore, 'findMany'>;
  readonly policies: Pick<PoliciesInForce, 'of'>;
  readonly versions: PolicyVersionStore;
  readonly kept: KeptBundles;
  readonly threads: Pick<PolicyThreads, 'ask'>;
}

/** What one plan comes to by rules, whoever's they are. */
export interface TestedPolicy {
  readonly bundleHash: string;
  readonly decision: Decision;
  readonly fault: string | null;
}

export const noDecision = refusal('RESOURCE_NOT_FOUND', 'There is no decision about such a plan.');
const mostInputBytes = 262_144;
const inputLimits = { depth: 16, values: 50_000 };

export const testInput = z
  .strictObject({
    versionId: optional(filterId).describe('A version; left out, what decides now.'),
    taskId: optional(filterId).describe('A task whose recorded decision is made by it.'),
    revision: optional(z.int().min(1)).describe("The revision of the task's plan."),
    input: optional(z.unknown()).describe("Instead of a task: an input as a decision's `input` is."),
  })
  .meta({ id: 'TestPolicyInput', description: 'Rules, and a plan that they are asked about.' });

/** As much of an input as a decision looks at besides the rules. */
const heldInput = z.looseObject({
  environment: z.enum(environments),
  risk: z.enum(risks),
  requiresApproval: z.boolean(),
  steps: z.array(
    z.looseObject({ category: z.string(), targets: z.array(z.looseObject({ kind: z.string() })) }),
  ),
});

/** The rules of a version; null where there is no such version. */
export const keptVersion = async (
  { versions, kept }: Pick<TestDependencies, 'versions' | 'kept'>,
  tenantId: string,
  versionId: string,
): Promise<KeptRules | null> => {
  const [version] = await versions.list(tenantId, 1, null, versionId);
  return version ? kept.find(version.bundleHash) : null;
};

export const testPolicy = async (
  deps: TestDependencies,
  tenantId: string,
  { versionId, taskId, revision, input }: z.output<typeof testInput>,
): Promise<Outcome<TestedPolicy>> => {
  const asked = await askedPlan(deps, tenantId, { taskId, revision, input });
  if (!asked.ok) return asked;
  const { input: plan, context } = asked.value;
  const engine = deps.policies.of(tenantId);
  const kept = versionId === undefined ? null : await keptVersion(deps, tenantId, versionId);
  if (versionId !== undefined && !kept) return refused(noVersion);
  const rules = kept ?? (await deps.kept.find(engine.bundleHash()));
  const answer = rules
    ? ((await deps.threads.ask(rules, [canonicalJson(plan)]))?.[0] ??
      fault('The rules did not answer in time.'))
    : await engine.evaluate(plan);
  return accepted({
    bundleHash: rules?.bundleHash ?? engine.bundleHash(),
    decision: decide({ ...context, ...factsOf(plan, answer) }),
    fault: answer.kind === 'fault' ? answer.message : null,
  });
};

const askedPlan = async (
  { decisions }: TestDependencies,
  tenantId: string,
  { taskId, revision, input }: Pick<z.output<typeof testInput>, 'taskId' | 'revision' | 'input'>,
): Promise<Outcome<{ readonly input: PolicyInput; readonly context: DecisionContext }>> => {
  if (input !== undefined) {
    const odd = jsonFault(input, inputLimits);
    if (odd)
      return refused(
        invalidInput([{ path: ['input', 'input', ...odd.path].join('.'), message: odd.message }]),
      );
    if (Buffer.byteLength(canonicalJson(input)) > mostInputBytes)
      return refused(
        invalidInput([{ path: 'input.input', message: `takes more than ${mostInputBytes} bytes` }]),
      );
    const read = heldInput.safeParse(input);
    if (!read.success)
      return refused(
        invalidInput(
          read.error.issues.map(({ path, message }) => ({
            path: ['input', 'input', ...path.map(String)].join('.'),
            message,
          })),
        ),
      );
    return accepted({ input: input as PolicyInput, context: contextOf({}) });
  }
  if (taskId === undefined || revision === undefined)
    return refused(invalidInput([{ path: 'input', message: 'say a task and its revision, or an input' }]));
  const [recorded] = await decisions.findMany(wholeTenant(tenantId), [{ taskId, revision }]);
  return recorded
    ? accepted({ input: recorded.input as PolicyInput, context: contextOf(recorded.context) })
    : refused(noDecision);
};
