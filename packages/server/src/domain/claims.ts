import type { PlanDocument, PlannedStep } from './plan.ts';

type Claimant = Pick<PlannedStep, 'platform' | 'targets' | 'precondition' | 'claims'>;

/**
 * What a run has for itself from before its first effect to its end: all that its plan changes, in one order for
 * everybody. What only looks takes nothing, and neither does a rehearsal.
 */
export const locksOf = ({ mode, steps }: Pick<PlanDocument, 'mode' | 'steps'>): readonly string[] => {
  if (mode === 'NOOP') return [];
  return [...new Set(steps.filter(({ kind }) => kind !== 'GATE').flatMap(claimsOf))].toSorted();
};

export const claimsOf = ({ platform, targets, precondition, claims }: Claimant): readonly string[] => {
  if (claims) return claims.map((claim) => `${platform}:${claim}`);
  return precondition === null ? [] : targets.map(({ kind, name }) => `${platform}:${kind}:${name}`);
};

/** Whether one would find changed what the other changes. */
export const areAboutOneThing = (claims: readonly string[], others: readonly string[]): boolean =>
  others.some((other) => claims.some((claim) => isWithin(claim, other) || isWithin(other, claim)));

const isWithin = (claim: string, other: string): boolean => claim === other || claim.startsWith(`${other}/`);
