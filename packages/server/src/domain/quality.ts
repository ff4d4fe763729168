import {
  environments,
  type DecisionOutcome,
  type Environment,
  type QualityDimension,
} from '@countersign/shared';
import type { JsonObject } from './json.ts';

/** One of the five dimensions of a score. */
export interface QualityPart {
  readonly dimension: QualityDimension;
  /** 0 to 20. */
  readonly points: number;
  /** Why so many, in a sentence. */
  readonly why: string;
  /** The counts that it rests on. */
  readonly facts?: JsonObject;
  /** Tasks that show it. */
  readonly taskIds?: readonly string[];
}

/** How far a plan of an agent can be trusted, from what is on record and not from what anybody says. */
export interface QualityScore {
  /** 0 to 100. */
  readonly total: number;
  readonly parts: readonly QualityPart[];
  /** Whether too little has happened yet to hold it against anybody: it asks people then, and never denies. */
  readonly isTentative: boolean;
  /** Where it is enough for a plan to run at all, with a person or without. */
  readonly allowedEnvironments?: readonly Environment[];
}

/** What a score must come to in an environment: to run without a person, and to run at all. */
export interface QualityTerms {
  readonly unattended: number;
  readonly least: number;
}

/** Where the policy's data does not say. */
const defaultTerms: Readonly<Record<Environment, QualityTerms>> = {
  DEVELOPMENT: { unattended: 0, least: 0 },
  STAGING: { unattended: 60, least: 40 },
  PRODUCTION: { unattended: 80, least: 60 },
};

/** Where a score lets a plan run at all, with a person or without. */
export const environmentsFor = (
  total: number,
  given: Readonly<Partial<Record<Environment, QualityTerms>>>,
): readonly Environment[] =>
  environments.filter((environment) => total >= qualityTermsOf(given[environment], environment).least);

export const qualityTermsOf = (given: QualityTerms | undefined, environment: Environment): QualityTerms =>
  given ?? defaultTerms[environment];

/** Whether a score lets run, asks people or forbids. A score that is no number forbids. */
export const qualityWord = (
  { total, isTentative }: QualityScore,
  { unattended, least }: QualityTerms,
  environment: Environment,
): { readonly outcome: DecisionOutcome; readonly message: string } => {
  const place = environment.toLowerCase();
  const said = `The quality score ${total}`;
  if (total >= unattended)
    return { outcome: 'ALLOW', message: `${said} is enough for ${place} without a person.` };
  if (total >= least)
    return {
      outcome: 'REQUIRE_APPROVAL',
      message: `${said} is below ${unattended}, so a person approves it in ${place}.`,
    };
  if (isTentative)
    return {
      outcome: 'REQUIRE_APPROVAL',
      message: `${said} is below ${least}, and rests on too little to deny it: a person approves it in ${place}.`,
    };
  return {
    outcome: 'DENY',
    message: `${said} is below ${least}, the least that ${place} accepts.`,
  };
};
