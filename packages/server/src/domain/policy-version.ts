import { environments, stepUpTerms, type Environment, type StepUpTerms } from '@countersign/shared';
import { standingAsks, withAsk, type Ask } from './ask.ts';
import { accepted, refusal, refused, type Outcome } from './errors.ts';
import { seesMore, type ProgramTerms } from './sight.ts';

/** A person's word that a version be published. */
export interface PublishAsk extends Ask {
  /** What decided when it was given: over other rules it would be another word. */
  readonly againstHash: string;
}

/** How the rules of a version would have decided what was recorded, beside those in force. */
export interface MeasuredFlips {
  readonly flipped: number;
  readonly decisions: number;
  /** Decisions to which they give no verdict. */
  readonly faults: number;
  /** Whether by it fewer people would be needed, more would run in production without any, or agents see more. */
  readonly isWeaker: boolean;
}

/** How many of `window` recorded decisions may come out otherwise before it takes a second person. */
export interface FlipBudget {
  readonly flips: number;
  readonly window: number;
}

/** How many people publish it: two where it flips more than the budget, or is weaker. */
export const publishersOf = (
  { flipped, isWeaker }: Pick<MeasuredFlips, 'flipped' | 'isWeaker'>,
  { flips }: FlipBudget,
): number => (flipped > flips || isWeaker ? 2 : 1);

/** What is no plan, and may ask for a passkey. */
const stepUpDeeds = ['release', 'publish', 'restore'] as const;
export type StepUpDeed = (typeof stepUpDeeds)[number];

/** What data says of how many people it takes, besides what it says of plans that were recorded. */
export interface PeopleTerms {
  /** How many classes of risk run in production without any. */
  readonly productionAutonomy: number;
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
  after.productionAutonomy > before.productionAutonomy ||
  after.publishing.flips > before.publishing.flips ||
  after.publishing.window < before.publishing.window ||
  stepUpDeeds.some(
    (deed) => stepUpTerms.indexOf(after.stepUp[deed]) < stepUpTerms.indexOf(before.stepUp[deed]),
  ) ||
  seesMore(before.programs, after.programs);

const granters = ({ granting }: PeopleTerms, environment: Environment): number =>
  granting[environment]?.people ?? Number.POSITIVE_INFINITY;

export interface PublishStep {
  readonly kind: 'ASKED' | 'PUBLISHED';
  readonly asks: readonly PublishAsk[];
}

/**
 * What a person's word makes of a version. Within the budget it is published; beyond it once two people say so, no
 * two of them one hand. Words given over other rules than those in force count no more, nor do those that are older
 * than words hold.
 */
export const askPublish = (
  { asks }: { readonly asks: readonly PublishAsk[] },
  ask: PublishAsk,
  measured: MeasuredFlips,
  { budget, askHoldsMs }: { readonly budget: FlipBudget; readonly askHoldsMs: number },
): Outcome<PublishStep> => {
  if (measured.faults > 0)
    return refused(
      refusal(
        'NOT_IN_THIS_STATE',
        `It gives no verdict to ${measured.faults} of ${measured.decisions} recorded decisions, so it is not published.`,
      ),
    );
  const same = asks.filter(({ againstHash }) => againstHash === ask.againstHash);
  const standing = standingAsks(same, askHoldsMs, new Date(ask.at));
  const counted = withAsk(standing, ask, publishersOf(measured, budget));
  return counted.ok
    ? accepted({ kind: counted.value.isEnough ? 'PUBLISHED' : 'ASKED', asks: counted.value.asks })
    : counted;
};
