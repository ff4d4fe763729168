import type { ActionCategory, Environment } from '@countersign/shared';
import { isRoutine, type PolicyAnswer } from './decision.ts';
import { environmentsFor, type QualityPart, type QualityScore, type QualityTerms } from './quality.ts';
import { runsOf, trackWindowDays, type TrackCounts, type TrackRecord, type TriedIn } from './track-record.ts';

/** What of a plan its structure is judged by. */
export interface ScoredPlan {
  readonly hasUnknownAction: boolean;
  readonly phases: number;
  readonly steps: readonly {
    readonly name: string;
    readonly category: ActionCategory;
    readonly targets: number;
    readonly isGate: boolean;
  }[];
}

export interface ScoredFacts {
  readonly plan: ScoredPlan;
  readonly policy: PolicyAnswer;
  /** Null where it cannot be read: nothing speaks for the plan then. */
  readonly record: TrackRecord | null;
  readonly terms: Readonly<Partial<Record<Environment, QualityTerms>>>;
}

/** Of each dimension. */
const most = 20;

/** Five dimensions of 20 points, each from what is on record: the same facts give the same score. */
export const scoreOf = ({ plan, policy, record, terms }: ScoredFacts): QualityScore => {
  const parts = [
    structureOf(plan),
    complianceOf(policy),
    coverageOf(record?.tried ?? null),
    historyOf(record?.all ?? null),
    reviewOf(record?.like ?? null),
  ];
  const total = parts.reduce((sum, { points }) => sum + points, 0);
  return {
    total,
    parts,
    isTentative: record === null || runsOf(record.all) < runsThatTell,
    allowedEnvironments: environmentsFor(total, terms),
  };
};

/** Below so many runs, a score denies nothing. */
const runsThatTell = 5;

const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

const perFault = 5;

const structureOf = ({ hasUnknownAction, phases, steps }: ScoredPlan): QualityPart => {
  const dimension = 'STRUCTURAL';
  if (hasUnknownAction)
    return { dimension, points: 0, why: 'No executor knows an action of it any more.', facts: { faults: 1 } };
  const changes = steps.filter(({ category, isGate }) => category !== 'READ' && !isGate);
  const aimless = changes.filter(({ targets }) => targets === 0).map(({ name }) => name);
  const reached = changes.reduce((sum, { targets }) => sum + targets, 0);
  const faults = [
    ...(aimless.length > 0 ? [`${count(aimless.length, 'change')} without a named target`] : []),
    ...(phases > 1 && !steps.some(({ isGate }) => isGate) ? ['no gate looks between its phases'] : []),
    ...(phases <= 1 && reached > atOnce ? [`${reached} targets are changed in one phase`] : []),
  ];
  const said = `${count(steps.length, 'step')}, ${count(changes.length, 'change')}`;
  return {
    dimension,
    points: Math.max(0, most - perFault * faults.length),
    why: faults.length === 0 ? `Whole: ${said}, each with its target.` : `Of ${said}: ${faults.join('; ')}.`,
    facts: { steps: steps.length, changes: changes.length, faults: faults.length },
  };
};

/** What a person looks over. */
const atOnce = 10;

/** Rules that say the same of every plan of its kind tell nothing about this one. */
const complianceOf = (policy: PolicyAnswer): QualityPart => {
  const dimension = 'POLICY_COMPLIANCE';
  if (policy.kind === 'fault')
    return { dimension, points: 0, why: 'The policy could not be evaluated.', facts: { findings: 0 } };
  const { deny, require } = policy.verdict;
  const asked = require.filter((finding) => !isRoutine(finding)).map(({ rule }) => rule);
  const facts = { denials: deny.length, findings: asked.length };
  if (deny.length > 0)
    return {
      dimension,
      points: 0,
      why: `${count(deny.length, 'rule denies', 'rules deny')} it: ${deny.map(({ rule }) => rule).join(', ')}.`,
      facts,
    };
  return {
    dimension,
    points: Math.max(0, most - perFault * asked.length),
    why:
      asked.length === 0
        ? 'No rule finds anything in it.'
        : `${count(asked.length, 'rule finds', 'rules find')} something in it: ${asked.join(', ')}.`,
    facts,
  };
};

const coverageOf = (tried: readonly TriedIn[] | null): QualityPart => {
  const dimension = 'TEST_COVERAGE';
  if (tried === null) return unread(dimension);
  const below = (['DEVELOPMENT', 'STAGING'] as const).map((environment) => ({
    environment,
    found: tried.find((each) => each.environment === environment),
  }));
  const good = below.flatMap(({ found }) => found ?? []);
  const words = below.map(({ environment, found }) => {
    const place = environment.toLowerCase();
    return found ? `ran ${count(found.runs, 'time')} in ${place} and succeeded` : `not run in ${place}`;
  });
  return {
    dimension,
    points: (most / 2) * good.length,
    why: `The same plan: ${words.join('; ')}.`,
    facts: Object.fromEntries(good.map(({ environment, runs }) => [environment, runs])),
    taskIds: good.map(({ taskId }) => taskId),
  };
};

/** So many runs of which half succeed are taken for granted of whoever has none: a newcomer is neither good nor bad. */
const priorRuns = 5;

const historyOf = (counts: TrackCounts | null): QualityPart => {
  const dimension = 'OPERATIONAL_HISTORY';
  if (counts === null) return unread(dimension);
  const { succeeded, failed, rolledBack, needsAttention, faults } = counts;
  const all = runsOf(counts) + faults;
  return {
    dimension,
    points: Math.round((most * (succeeded + priorRuns / 2)) / (all + priorRuns)),
    why:
      all === 0
        ? `Nothing of this agent has run in ${trackWindowDays} days: half is granted.`
        : `In ${trackWindowDays} days ${succeeded} succeeded, ${failed} failed, ${rolledBack} rolled back, ${needsAttention} needed a person${faults > 0 ? `, and ${faults} were found at fault` : ''}.`,
    facts: { succeeded, failed, rolledBack, needsAttention, faults, windowDays: trackWindowDays },
  };
};

const priorVotes = 4;
const bestRating = 5;

const reviewOf = (counts: TrackCounts | null): QualityPart => {
  const dimension = 'HUMAN_REVIEW';
  if (counts === null) return unread(dimension);
  const { approved, rejected, rated, stars } = counts;
  const all = approved + rejected + rated;
  const good = approved + Math.max(0, stars - rated) / (bestRating - 1);
  return {
    dimension,
    points: Math.round((most * (good + priorVotes / 2)) / (all + priorVotes)),
    why:
      all === 0
        ? 'People have not looked at plans of these kinds of action from this agent: half is granted.'
        : `Of plans with these kinds of action people approved ${approved} and rejected ${rejected}${rated > 0 ? `, and rated ${rated} with ${(stars / rated).toFixed(1)} of ${bestRating}` : ''}.`,
    facts: { approved, rejected, rated, stars, windowDays: trackWindowDays },
  };
};

const unread = (dimension: QualityPart['dimension']): QualityPart => ({
  dimension,
  points: 0,
  why: 'The record cannot be read now, so nothing of it speaks for the plan.',
});
