import { environments, stepUpTerms, type Environment, type StepUpTerms } from '@countersign/shared';
import { accepted, refusal, refused, type Outcome } from './errors.ts';
import { distinctVotes, type Vote } from './hands.ts';
import { seesMore, type ProgramTerms } from './sight.ts';

/** A person's word that a version be published. */
export interface PublishAsk extends Vote {
  readonly by: string;
  readonly reason: string;
  /** RFC 3339. */
  readonly at: string;
  /** What decided when it was given: over other rules it would be another word. */
  readonly againstHash: string;
}

/** How the rules of a version would have decided what was recorded, beside those in force. */
export interface MeasuredFlips {
  readonly flipped: number;
  readonly decisions: number;
  /** Decisions to which they give no verdict. */
  readonly faults: number;
  /** Whether fewer people would release stops, publish policies or make grants by its data, or agents see more. */
  readonly isWeaker: boolean;
}

/** How many of the last `window` decisions may come out otherwise before it takes a second person. */
export interface FlipBudget {
  readonly flips: number;
  readonly window: number;
}

/** How many people publish it: two where it flips more than the budget, or lets fewer people release, publish or grant. */
export const publishersOf = (
  { flipped, isWeaker }: Pick<MeasuredFlips, 'flipped' | 'isWeaker'>,
  { flips }: FlipBudget,
): number => (flipped > flips || isWeaker ? 2 : 1);

/** What is no plan, and may ask for a passkey. */
const stepUpDeeds = ['release', 'publish', 'restore'] as const;
export type StepUpDeed = (typeof stepUpDeeds)[number];

/** What data says of how many people it takes to do what is no plan. */
export interface PeopleTerms {
  readonly releasedBy: Readonly<Record<string, number>>;
  readonly publishing: FlipBudget;
  /** Who make a grant; nobody where it is left out. */
  readonly granting: Readonly<Partial<Record<Environment, { readonly people: number }>>>;
  readonly stepUp: Readonly<Record<StepUpDeed, StepUpTerms>>;
  readonly programs: ProgramTerms;
}

/** Whether it takes fewer people by the later terms, or agents or services see more: one person's word must not make it so. */
export const isWeakerFor = (before: PeopleTerms, after: PeopleTerms): boolean =>
  Object.entries(before.releasedBy).some(([kind, people]) => (after.releasedBy[kind] ?? people) < people) ||
  environments.some((each) => granters(after, each) < granters(before, each)) ||
  after.publishing.flips > before.publishing.flips ||
  after.publishing.window < before.publishing.window ||
  stepUpDeeds.some(
    (deed) => stepUpTerms.indexOf(after.stepUp[deed]) < stepUpTerms.indexOf(before.stepUp[deed]),
  ) ||
  seesMore(before.programs, after.programs);

const granters = ({ granting }: PeopleTerms, environment: Environment): number =>
  granting[environment]?.people ?? Number.POSITIVE_INFINITY;

export type PublishStep =
  | { readonly kind: 'ASKED'; readonly asks: readonly PublishAsk[] }
  | { readonly kind: 'PUBLISHED'; readonly asks: readonly PublishAsk[] };

/**
 * What a person's word makes of a version. Within the budget it is published; beyond it once two people say so, no
 * two of them one hand. Words given over other rules than those in force count no more.
 */
export const askPublish = (
  { asks }: { readonly asks: readonly PublishAsk[] },
  ask: PublishAsk,
  measured: MeasuredFlips,
  budget: FlipBudget,
): Outcome<PublishStep> => {
  if (measured.faults > 0)
    return refused(
      refusal(
        'NOT_IN_THIS_STATE',
        `It gives no verdict to ${measured.faults} of the last ${measured.decisions} decisions, so it is not published.`,
      ),
    );
  const standing = asks.filter(({ againstHash }) => againstHash === ask.againstHash);
  const distinct = distinctVotes([...standing, ask]);
  if (distinct.length >= publishersOf(measured, budget))
    return accepted({ kind: 'PUBLISHED', asks: distinct });
  if (distinct.length === standing.length && standing.length > 0)
    return refused(
      refusal(
        'NOT_ELIGIBLE',
        'You have asked for this already, or somebody whose hand is yours: a second person must.',
      ),
    );
  return accepted({ kind: 'ASKED', asks: distinct });
};
