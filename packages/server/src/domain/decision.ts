import type { DecisionOutcome } from '@countersign/shared';
import type { Decision, DecisionFacts, DecisionReason, PolicyFinding, Stop } from './decision-facts.ts';
import { engineFault, isStopHold, policyHolds, spokenReasons, stopHolds } from './decision-layers.ts';

export type * from './decision-facts.ts';
export { quarantineRule, stopMessage, stopRules } from './decision-layers.ts';

/**
 * Whether a plan may run, needs people, or may not. A kill switch holds it, whatever else is said. Precedence: deny
 * rules, hard human-approval rules, other policy rules, standing grant, autonomy level, quality score, the requester's own wish.
 * A lower layer can tighten what a higher one said and never loosen it, so the strictest word is the outcome. A grant
 * answers what rules that allow for it, autonomy and score ask of people, and nothing else: no denial, no stop, no
 * hard rule, and not what the requester wants seen.
 */
export const decide = (facts: DecisionFacts): Decision => {
  const { grant, policy } = facts;
  const ungranted = spokenReasons({ ...facts, grant: null });
  const granted = grant && strictest(ungranted) === 'REQUIRE_APPROVAL' ? spokenReasons(facts) : [];
  const isGranted = granted.length > 0 && strictest(granted) === 'ALLOW';
  const reasons = isGranted ? granted : ungranted;
  const outcome = strictest(reasons);
  const holds = [...stopHolds(facts.stop), ...policyHolds(policy)];
  return {
    outcome,
    reasons,
    ...(outcome === 'REQUIRE_APPROVAL' && policy.kind === 'verdict'
      ? { approval: policy.verdict.approval }
      : {}),
    ...(holds.length > 0 ? { holds } : {}),
    ...(isGranted && grant ? { grant } : {}),
  };
};

/** What the kill switch alone says: of a call that follows a claim, everything else was decided there. */
export const decideOnStop = (stop: Stop | null): Decision => ({
  outcome: 'ALLOW',
  reasons: [],
  holds: stopHolds(stop),
});

/** The same, had nobody engaged a kill switch. */
export const withoutStop = (decision: Decision): Decision =>
  decision.holds ? { ...decision, holds: decision.holds.filter((hold) => !isStopHold(hold)) } : decision;

/** Rules that look at the kind of action, the environment and the risk alone. */
const routineGroups: ReadonlySet<string> = new Set(['hard_approval', 'quorum', 'autonomy']);

/** Whether a rule says the same of every plan of its kind, so that it tells nothing about this one. */
export const isRoutine = ({ rule }: Pick<PolicyFinding, 'rule'>): boolean =>
  routineGroups.has(rule.slice(0, Math.max(0, rule.indexOf('.'))));

/** What the weightiest rule behind the outcome said: a rule that asked for less does not explain a denial. */
export const decisiveMessage = ({ outcome, reasons }: Decision): string =>
  reasons.find((reason) => reason.outcome === outcome)?.message ?? 'No rule allows it.';

/** Whether nothing but a failure of the policy engine denied it: no rule has said no, and one may still. */
export const isUndecided = ({ outcome, reasons }: Decision): boolean =>
  outcome === 'DENY' &&
  reasons.some(({ rule }) => rule === engineFault) &&
  reasons.every((reason) => reason.outcome !== 'DENY' || reason.rule === engineFault);

const strictest = (reasons: readonly DecisionReason[]): DecisionOutcome => {
  const spoken = new Set(reasons.filter((reason) => !reason.answeredBy).map((reason) => reason.outcome));
  if (spoken.has('DENY')) return 'DENY';
  if (spoken.has('REQUIRE_APPROVAL')) return 'REQUIRE_APPROVAL';
  return spoken.has('ALLOW') ? 'ALLOW' : 'DENY';
};
