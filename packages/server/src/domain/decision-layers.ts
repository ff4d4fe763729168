import { risks, type DecisionLayer, type DecisionOutcome } from '@countersign/shared';
import type {
  DecisionFacts,
  DecisionReason,
  GrantUse,
  PolicyAnswer,
  PolicyFinding,
  Stop,
} from './decision-facts.ts';
import type { Hold } from './hold.ts';
import { qualityWord, qualityTermsOf, type QualityScore } from './quality.ts';

/** What each layer of a decision says, the weightiest first. */
export const spokenReasons = (facts: DecisionFacts): DecisionReason[] => [
  ...(facts.hasUnknownAction ? [unknownAction] : []),
  ...policyReasons(facts.policy, facts.grant),
  ...grantReasons(facts.policy, facts.grant),
  ...autonomyReasons(facts),
  ...qualityReasons(facts),
  ...requesterReasons(facts),
];

const unknownAction: DecisionReason = {
  layer: 'DENY',
  rule: 'action.unknown',
  message: 'No executor knows an action of this plan any more.',
  outcome: 'DENY',
};

/** Who says so, of what a kill switch holds. */
export const stopRules = { PAUSE: 'kill_switch.paused', HALT: 'kill_switch.halted' } as const;

/** Of what rests on a source that somebody has quarantined. */
export const quarantineRule = 'source.quarantined';

export const isStopHold = ({ rule }: Pick<Hold, 'rule'>): boolean =>
  rule === quarantineRule || Object.values<string>(stopRules).includes(rule);

const ruleOfStop = ({ mode, by }: Stop): string => (by === 'SOURCE' ? quarantineRule : stopRules[mode]);

export const stopHolds = (stop: Stop | null): Hold[] =>
  stop ? [{ rule: ruleOfStop(stop), reason: stopMessage(stop), until: null }] : [];

export const stopMessage = ({ reason, by }: Pick<Stop, 'reason' | 'by'>): string =>
  by === 'SOURCE' ? `A source of it is quarantined: ${reason}` : `The kill switch is engaged: ${reason}`;

export const policyHolds = (policy: PolicyAnswer): Hold[] =>
  policy.kind === 'fault'
    ? []
    : (policy.verdict.hold ?? []).map(({ rule, message, until }) => ({
        rule,
        reason: message,
        until: until === null ? null : new Date(until).toISOString(),
      }));

export const engineFault = 'policy_engine.fault';
const beyondEngine = 'policy_engine.limit';

const policyReasons = (policy: PolicyAnswer, grant: GrantUse | null): DecisionReason[] => {
  if (policy.kind === 'fault') {
    const message = `The policy could not be evaluated, so nothing runs: ${policy.message}`;
    return [{ layer: 'DENY', rule: policy.isLasting ? beyondEngine : engineFault, message, outcome: 'DENY' }];
  }
  const { deny, hard, require } = policy.verdict;
  return [
    ...deny.map((finding) => spoken('DENY', finding, 'DENY')),
    ...hard.map((finding) => spoken('HARD', finding, 'REQUIRE_APPROVAL')),
    ...require.map((finding) =>
      answered(spoken('RULE', finding, 'REQUIRE_APPROVAL'), finding.isGrantable === true ? grant : null),
    ),
  ];
};

const spoken = (
  layer: DecisionLayer,
  { rule, message, facts }: PolicyFinding,
  outcome: DecisionOutcome,
): DecisionReason => ({ layer, rule, message, outcome, ...(facts ? { facts } : {}) });

const answered = (reason: DecisionReason, grant: GrantUse | null): DecisionReason =>
  grant && reason.outcome === 'REQUIRE_APPROVAL' ? { ...reason, answeredBy: grant.grantId } : reason;

const grantReasons = (policy: PolicyAnswer, grant: GrantUse | null): DecisionReason[] => {
  if (policy.kind === 'fault' || !grant) return [];
  const { grantId, by, target, takes, taken, uses, expiresAt } = grant;
  const counted = takes === 1 ? `use ${taken}` : `uses ${taken - takes + 1} to ${taken}`;
  return [
    {
      layer: 'GRANT',
      rule: 'grant.standing',
      message: `A standing grant of ${by} covers it: ${counted} of ${uses}.`,
      outcome: 'ALLOW',
      facts: { grantId, target, taken, uses, expiresAt },
    },
  ];
};

const autonomyReasons = ({
  policy,
  autonomy,
  grant,
  environment,
  risk,
  hasSideEffects,
}: DecisionFacts): DecisionReason[] => {
  if (policy.kind === 'fault') return [];
  const level = autonomy?.level ?? policy.verdict.autonomyLevel;
  const whose = autonomy?.of === 'AGENT' ? 'this agent in ' : '';
  const place = `Autonomy level ${level} of ${whose}${environment.toLowerCase()}`;
  const say = (consequence: string, outcome: DecisionOutcome): DecisionReason[] => {
    const set = autonomy ? { setBy: autonomy.by, reason: autonomy.reason } : {};
    const facts = { level, environment, risk, ...set };
    const reason: DecisionReason = {
      layer: 'AUTONOMY',
      rule: 'autonomy.level',
      message: `${place}: ${consequence}.`,
      outcome,
      facts,
    };
    return [answered(reason, grant)];
  };
  if (!hasSideEffects) return say('a plan that only reads runs', 'ALLOW');
  const change = `a change of ${risk.toLowerCase()} risk`;
  if (risks.indexOf(risk) < level) return say(`${change} runs without a person`, 'ALLOW');
  return say(`a person approves ${level === 0 ? 'every change' : change}`, 'REQUIRE_APPROVAL');
};

const qualityReasons = ({
  quality,
  policy,
  grant,
  environment,
  hasSideEffects,
}: DecisionFacts): DecisionReason[] => {
  if (quality === null) return [];
  const terms = qualityTermsOf(policy.kind === 'verdict' ? policy.verdict.quality : undefined, environment);
  const { outcome, message } = hasSideEffects ? qualityWord(quality, terms, environment) : onlyReads(quality);
  const parts = Object.fromEntries(quality.parts.map(({ dimension, points }) => [dimension, points]));
  const facts = { total: quality.total, ...terms, ...parts };
  return [answered({ layer: 'SCORE', rule: 'quality.score', message, outcome, facts }, grant)];
};

const onlyReads = ({
  total,
}: QualityScore): { readonly outcome: DecisionOutcome; readonly message: string } => ({
  outcome: 'ALLOW',
  message: `The quality score ${total} holds up no plan that only reads.`,
});

const requesterReasons = ({ requesterAsksApproval }: DecisionFacts): DecisionReason[] =>
  requesterAsksApproval
    ? [
        {
          layer: 'REQUESTER',
          rule: 'requester.asks_approval',
          message: 'The requester asks for an approval.',
          outcome: 'REQUIRE_APPROVAL',
        },
      ]
    : [];
