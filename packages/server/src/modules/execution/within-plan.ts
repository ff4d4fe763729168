import type { PlanDocument, PlanDocumentStep } from '../../domain/plan.ts';
import type { PlannedAction } from '../../domain/planned-action.ts';
import { atLeast, highestRisk } from '../../domain/risk.ts';
import { canonicalJson } from '../../infra/digest.ts';
import type { PreparedAction } from '../../platforms/index.ts';

/*
 * Values that earlier steps put out are nothing that people have seen. So whatever they are, an action with them does
 * the same kind of thing, at the same place, to the same targets, and weighs no more than the plan as it was approved.
 */

/** Why an action is not the one that was foreseen without its values; null where it is. */
export const reachFault = (foreseen: PreparedAction, actual: PreparedAction): string | null => {
  if (actual.endpoint !== foreseen.endpoint) return 'it would call another place';
  return canonicalJson(actual.traits) === canonicalJson(foreseen.traits)
    ? null
    : 'it would be another kind of action';
};

/** Why what would be done now is not what was planned; null where it is. */
export const effectFault = (
  planned: PlanDocumentStep,
  { risk }: Pick<PlanDocument, 'risk'>,
  { targets, claims, findings }: PlannedAction,
): string | null => {
  const reach = { targets, claims: claims ?? null };
  const approved = { targets: planned.targets, claims: planned.claims ?? null };
  if (canonicalJson(reach) !== canonicalJson(approved)) return 'it would act on something else';
  return atLeast(risk, highestRisk(findings.map(({ severity }) => severity)))
    ? null
    : 'it would be riskier than the plan';
};
