import type { MadeDecision, PolicySubject } from './decision-facts.ts';
import type { TakenUse } from './grant-coverage.ts';
import type { PlanDocument } from './plan.ts';
import type { TrackRecord } from './track-record.ts';

/** What a score rests on besides the plan; null where the requester is none that is scored. */
export type Scoring = { readonly record: TrackRecord | null } | null;

export interface AskedOfPlan {
  /**
   * Scores the plan: once, when it is made. What the score said is in the outcome then, and whoever asks again leaves it
   * out: a run is not stopped halfway because another failed.
   */
  readonly scoring?: Scoring;
  /**
   * The use of a grant that the plan has, whatever its grant lacks by now, or null for none. Left out, whatever grant
   * covers the plan.
   */
  readonly taken?: TakenUse | null;
}

/** Asks rules, stops and people's standing words about a plan. */
export type DecideOnPlan = (
  document: PlanDocument,
  subject: PolicySubject,
  now: Date,
  asked?: AskedOfPlan,
) => Promise<MadeDecision>;
