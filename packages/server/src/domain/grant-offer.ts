import {
  risks,
  type ActionCategory,
  type Environment,
  type Risk,
  type TaskStatus,
} from '@countersign/shared';
import type { DecisionReason } from './decision-facts.ts';
import type { GrantTerms } from './grant-making.ts';
import type { StandingGrant } from './grant.ts';
import { matchesPattern, placeOf } from './target-pattern.ts';

/** A plan that people were asked about, as far as it says what a grant would be for. */
export interface AskedPlan {
  readonly taskId: string;
  readonly agentId: string;
  readonly environment: Environment;
  readonly risk: Risk;
  readonly status: TaskStatus;
  readonly verdict: 'APPROVED' | 'REJECTED' | 'PENDING';
  readonly reasons: readonly Pick<DecisionReason, 'layer' | 'rule' | 'outcome'>[];
  readonly steps: readonly AskedStep[];
}

export interface AskedStep {
  readonly action: string;
  readonly category: ActionCategory;
  readonly targets: readonly string[];
  readonly usesSecret: boolean;
}

/** A grant that somebody could make by now; nobody makes it but a person. */
export interface GrantOffer {
  readonly actionType: string;
  readonly agentId: string;
  readonly environment: Environment;
  readonly target: string;
  readonly maxRisk: Risk;
  readonly uses: number;
  readonly expiresAt: Date;
  /** The last plans of this kind: all were approved, and all went well. */
  readonly taskIds: readonly string[];
}

export interface OfferTerms extends GrantTerms {
  /** Rules that a grant may answer. */
  readonly rules: readonly string[];
  /** Like approvals after which one is offered. */
  readonly offeredAfter: number;
}

interface Kind {
  readonly key: string;
  readonly actionType: string;
  /** What the names of all its targets begin with; all of the name where nothing follows. */
  readonly family: string;
  readonly names: readonly string[];
}

/**
 * What could be granted after so many like approvals without anything between that was rejected or went wrong. `past`
 * comes with the newest first.
 */
export const offersOf = (
  past: readonly AskedPlan[],
  terms: OfferTerms,
  open: readonly StandingGrant[],
  now: Date,
): readonly GrantOffer[] => {
  const streaks = new Map<string, { readonly kind: Kind; readonly plans: AskedPlan[]; isOver: boolean }>();
  for (const plan of past) {
    const kind = kindOf(plan);
    if (!kind) continue;
    const streak = streaks.get(kind.key) ?? { kind, plans: [], isOver: false };
    streaks.set(kind.key, streak);
    if (streak.isOver || isUnderWay(plan)) continue;
    if (plan.verdict === 'APPROVED' && plan.status === 'SUCCEEDED') streak.plans.push(plan);
    else streak.isOver = true;
  }
  return [...streaks.values()]
    .filter(({ plans }) => plans.length >= terms.offeredAfter)
    .flatMap(({ kind, plans }) => offerOf(kind, plans, terms, now) ?? [])
    .filter((offer) => !open.some((grant) => isGranted(grant, offer)));
};

/** The offer that would have covered a plan; null where none would. */
export const offerFor = (offers: readonly GrantOffer[], plan: AskedPlan): GrantOffer | null => {
  const kind = kindOf(plan);
  return (
    offers.find(
      (offer) =>
        kind?.actionType === offer.actionType &&
        plan.agentId === offer.agentId &&
        plan.environment === offer.environment &&
        risks.indexOf(plan.risk) <= risks.indexOf(offer.maxRisk) &&
        kind.names.every((name) => matchesPattern(offer.target, name)),
    ) ?? null
  );
};

const isUnderWay = ({ status, verdict }: AskedPlan): boolean =>
  verdict === 'PENDING' || ['PLANNING', 'HELD', 'QUEUED', 'RUNNING', 'PAUSED'].includes(status);

/** Null where its changes are of several kinds or families, or a secret is used: no one grant would cover them. */
const kindOf = ({ agentId, environment, steps }: AskedPlan): Kind | null => {
  if (steps.some(({ usesSecret }) => usesSecret)) return null;
  const changes = steps.filter(({ category }) => category !== 'READ');
  const [first] = changes;
  const names = changes.flatMap(({ targets }) => targets);
  const [family, ...others] = new Set(names.map(placeOf));
  const isOne = changes.every(({ action, targets }) => action === first?.action && targets.length > 0);
  // What a pattern gives a meaning of its own cannot be named by one.
  if (!first || family === undefined || others.length > 0 || !isOne || /[*?]/.test(family)) return null;
  const key = JSON.stringify([agentId, environment, first.action, family]);
  return { key, actionType: first.action, family, names };
};

const offeredUses = 20;
const offeredDays = 7;
const dayMs = 86_400_000;

const offerOf = (
  { actionType, family }: Kind,
  plans: readonly AskedPlan[],
  terms: OfferTerms,
  now: Date,
): GrantOffer | null => {
  const [newest] = plans;
  const names = new Set(plans.flatMap((plan) => kindOf(plan)?.names ?? []));
  const [only = ''] = names;
  const risk = plans.map((plan) => risks.indexOf(plan.risk)).reduce((most, each) => Math.max(most, each), 0);
  const maxRisk = risks[risk] ?? 'CRITICAL';
  const [name = ''] = actionType.split('@');
  const isPossible =
    newest &&
    maxRisk !== 'CRITICAL' &&
    terms.environments[newest.environment] &&
    !terms.hardActionTypes.includes(name) &&
    newest.reasons.every((reason) => isAnswerable(reason, terms)) &&
    !(names.size === 1 && /[*?]/.test(only));
  if (!isPossible) return null;
  return {
    actionType,
    agentId: newest.agentId,
    environment: newest.environment,
    target: names.size === 1 ? only : `${family}*`,
    maxRisk,
    uses: Math.min(offeredUses, terms.mostUses),
    expiresAt: new Date(now.getTime() + Math.min(offeredDays, terms.longestDays) * dayMs),
    taskIds: plans.map(({ taskId }) => taskId),
  };
};

/** A grant that would change nothing is not offered. */
const isAnswerable = (
  { layer, rule, outcome }: AskedPlan['reasons'][number],
  { rules }: OfferTerms,
): boolean =>
  outcome !== 'REQUIRE_APPROVAL' ||
  layer === 'AUTONOMY' ||
  layer === 'SCORE' ||
  (layer === 'RULE' && rules.includes(rule));

const isGranted = (grant: StandingGrant, offer: GrantOffer): boolean =>
  grant.actionType === offer.actionType &&
  grant.agentId === offer.agentId &&
  grant.environment === offer.environment &&
  (grant.target === offer.target || matchesPattern(grant.target, offer.target));
