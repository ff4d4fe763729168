import { risks } from '@countersign/shared';
import type { DecisionOutcome, Environment, Priority, Risk } from '@countersign/shared';
import type { Hold } from './hold.ts';
import type { JsonObject } from './json.ts';
import type { Principal } from './principal.ts';
import type { Stage } from './quorum.ts';

/** One thing that a policy rule said, in a sentence for an operator. */
export interface PolicyFinding {
  /** `production_safety.batch_limit` */
  readonly rule: string;
  readonly message: string;
}

export interface HoldFinding extends PolicyFinding {
  /** RFC 3339; null until the rule says otherwise. */
  readonly until: string | null;
}

/** A person's stop: nothing begins until it is released, and a HALT ends what is in flight, too. */
export interface Stop {
  readonly mode: 'PAUSE' | 'HALT';
  readonly reason: string;
}

/** How an approval is asked for, should the decision ask for one. */
export interface ApprovalTerms {
  /** Distinct people who must approve, at least 1; of all stages together. */
  readonly required: number;
  /** Who is asked, in this order; anybody where there are none. */
  readonly stages: readonly Stage[];
  /** Groups whose members may reject although nobody asks them. */
  readonly vetoGroups: readonly string[];
  /** Whether whoever edits a plan may approve what they made of it. */
  readonly mayEditorApprove: boolean;
  readonly expiresInMs: number;
  /** How long an approval can be taken back before its effect; 0 for not at all. */
  readonly undoWindowMs: number;
  /** How long after the undo window an approved run may still begin, however soon the request expires. */
  readonly startWithinMs: number;
}

/** What the policy engine answers for one plan. Each list is sorted by rule, then message. */
export interface PolicyVerdict {
  readonly deny: readonly PolicyFinding[];
  /** Rules of human approval that nothing but a denial outranks. */
  readonly hard: readonly PolicyFinding[];
  readonly require: readonly PolicyFinding[];
  /** Rules that want it to wait; absent where none of them looks at the time. */
  readonly hold?: readonly HoldFinding[];
  /** 0 to 4: how many classes of risk, least first, run without a person. */
  readonly autonomyLevel: number;
  readonly approval: ApprovalTerms;
}

export type PolicyAnswer =
  | { readonly kind: 'verdict'; readonly verdict: PolicyVerdict }
  /** `isLasting` where asking again about the same plan can only end the same way. */
  | { readonly kind: 'fault'; readonly message: string; readonly isLasting?: boolean };

export interface DecisionFacts {
  /** The kill switch, where somebody has engaged it. */
  readonly stop: Stop | null;
  readonly policy: PolicyAnswer;
  readonly environment: Environment;
  readonly risk: Risk;
  /** True where any step is of another category than READ. */
  readonly hasSideEffects: boolean;
  readonly requesterAsksApproval: boolean;
  /** 0 to 100, or null where nobody has scored the plan. */
  readonly qualityScore: number | null;
}

export interface DecisionReason extends PolicyFinding {
  readonly outcome: DecisionOutcome;
}

export interface Decision {
  readonly outcome: DecisionOutcome;
  /** Every rule that spoke, highest precedence first. */
  readonly reasons: readonly DecisionReason[];
  /** Present exactly where the outcome is REQUIRE_APPROVAL. */
  readonly approval?: ApprovalTerms;
  /** Everything that wants it to wait, whatever the outcome; absent where nothing does. */
  readonly holds?: readonly Hold[];
}

/** The least score that runs unattended, that may touch production, that may touch staging. */
export const qualityThresholds = { unattended: 80, production: 60, staging: 40 } as const;

/**
 * Whether a plan may run, needs people, or may not. A kill switch holds it, whatever else is said. Precedence: deny rules, hard
 * human-approval rules, other policy rules, autonomy level, quality score, the requester's own wish.
 * A lower layer can tighten what a higher one said and never loosen it, so the strictest word is the outcome.
 */
export const decide = (facts: DecisionFacts): Decision => {
  const reasons = [
    ...policyReasons(facts.policy),
    ...autonomyReasons(facts),
    ...qualityReasons(facts),
    ...requesterReasons(facts),
  ];
  const outcome = strictest(reasons);
  const holds = [...stopHolds(facts.stop), ...policyHolds(facts.policy)];
  return {
    outcome,
    reasons,
    ...(outcome === 'REQUIRE_APPROVAL' && facts.policy.kind === 'verdict'
      ? { approval: facts.policy.verdict.approval }
      : {}),
    ...(holds.length > 0 ? { holds } : {}),
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
export const isRoutine = ({ rule }: PolicyFinding): boolean =>
  routineGroups.has(rule.slice(0, Math.max(0, rule.indexOf('.'))));

/** What the weightiest rule behind the outcome said: a rule that asked for less does not explain a denial. */
export const decisiveMessage = ({ outcome, reasons }: Decision): string =>
  reasons.find((reason) => reason.outcome === outcome)?.message ?? 'No rule allows it.';

/** Whether nothing but a failure of the policy engine denied it: no rule has said no, and one may still. */
export const isUndecided = ({ outcome, reasons }: Decision): boolean =>
  outcome === 'DENY' &&
  reasons.some(({ rule }) => rule === engineFault) &&
  reasons.every((reason) => reason.outcome !== 'DENY' || reason.rule === engineFault);

/** Who says so, of what a kill switch holds. */
export const stopRules = { PAUSE: 'kill_switch.paused', HALT: 'kill_switch.halted' } as const;

const isStopHold = ({ rule }: Hold): boolean => Object.values<string>(stopRules).includes(rule);

const engineFault = 'policy_engine.fault';
const beyondEngine = 'policy_engine.limit';

const strictest = (reasons: readonly DecisionReason[]): DecisionOutcome => {
  const spoken = new Set(reasons.map((reason) => reason.outcome));
  if (spoken.has('DENY')) return 'DENY';
  if (spoken.has('REQUIRE_APPROVAL')) return 'REQUIRE_APPROVAL';
  return spoken.has('ALLOW') ? 'ALLOW' : 'DENY';
};

const stopHolds = (stop: Stop | null): Hold[] =>
  stop ? [{ rule: stopRules[stop.mode], reason: stopMessage(stop), until: null }] : [];

export const stopMessage = ({ reason }: Pick<Stop, 'reason'>): string =>
  `The kill switch is engaged: ${reason}`;

const policyHolds = (policy: PolicyAnswer): Hold[] =>
  policy.kind === 'fault'
    ? []
    : (policy.verdict.hold ?? []).map(({ rule, message, until }) => ({
        rule,
        reason: message,
        until: until === null ? null : new Date(until).toISOString(),
      }));

const policyReasons = (policy: PolicyAnswer): DecisionReason[] => {
  if (policy.kind === 'fault') {
    const message = `The policy could not be evaluated, so nothing runs: ${policy.message}`;
    return [{ rule: policy.isLasting ? beyondEngine : engineFault, message, outcome: 'DENY' }];
  }
  const { deny, hard, require } = policy.verdict;
  return [
    ...spoken(deny, 'DENY'),
    ...spoken(hard, 'REQUIRE_APPROVAL'),
    ...spoken(require, 'REQUIRE_APPROVAL'),
  ];
};

const spoken = (findings: readonly PolicyFinding[], outcome: DecisionOutcome): DecisionReason[] =>
  findings.map(({ rule, message }) => ({ rule, message, outcome }));

const autonomyReasons = ({ policy, environment, risk, hasSideEffects }: DecisionFacts): DecisionReason[] => {
  if (policy.kind === 'fault') return [];
  const rule = 'autonomy.level';
  const level = policy.verdict.autonomyLevel;
  const place = `Autonomy level ${level} of ${environment.toLowerCase()}`;
  if (!hasSideEffects) return [{ rule, message: `${place}: a plan that only reads runs.`, outcome: 'ALLOW' }];
  if (risks.indexOf(risk) < level) {
    const message = `${place}: a change of ${risk.toLowerCase()} risk runs without a person.`;
    return [{ rule, message, outcome: 'ALLOW' }];
  }
  const what = level === 0 ? 'every change' : `a change of ${risk.toLowerCase()} risk`;
  return [{ rule, message: `${place}: a person approves ${what}.`, outcome: 'REQUIRE_APPROVAL' }];
};

const qualityReasons = ({ qualityScore, environment }: DecisionFacts): DecisionReason[] => {
  if (qualityScore === null) return [];
  const { outcome, limit } = qualityWord(qualityScore, environment);
  const place = environment.toLowerCase();
  const consequence = {
    ALLOW: `is enough for ${place} without a person`,
    REQUIRE_APPROVAL: `is below ${limit}, so a person approves it in ${place}`,
    DENY: `is below ${limit}, the least that ${place} accepts`,
  }[outcome];
  return [{ rule: 'quality.score', message: `The quality score ${qualityScore} ${consequence}.`, outcome }];
};

const qualityWord = (
  score: number,
  environment: Environment,
): { readonly outcome: DecisionOutcome; readonly limit: number } => {
  const { unattended, production, staging } = qualityThresholds;
  if (environment === 'DEVELOPMENT') return { outcome: 'ALLOW', limit: 0 };
  const [least, alone] = environment === 'PRODUCTION' ? [production, unattended] : [staging, production];
  if (score >= alone) return { outcome: 'ALLOW', limit: alone };
  return score >= least ? { outcome: 'REQUIRE_APPROVAL', limit: alone } : { outcome: 'DENY', limit: least };
};

const requesterReasons = ({ requesterAsksApproval }: DecisionFacts): DecisionReason[] =>
  requesterAsksApproval
    ? [
        {
          rule: 'requester.asks_approval',
          message: 'The requester asks for an approval.',
          outcome: 'REQUIRE_APPROVAL',
        },
      ]
    : [];

/** What of a submission policy sees besides the plan. */
export interface PolicySubject {
  readonly requester: Principal;
  readonly priority: Priority;
  readonly justification: string | null;
  readonly requiresApproval: boolean;
}

export interface MadeDecision {
  readonly decision: Decision;
  /** All that the rules saw. */
  readonly input: JsonObject;
  readonly inputHash: string;
  readonly bundleHash: string;
}
