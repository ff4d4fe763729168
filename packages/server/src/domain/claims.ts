import type { PlanDocument, PlannedStep } from './plan.ts';
import type { Fault } from './refusal-details.ts';

type Claimant = Pick<PlannedStep, 'platform' | 'targets' | 'precondition' | 'claims'>;
type NamedClaimant = Claimant & Pick<PlannedStep, 'name' | 'fallbackFor'>;

/**
 * Each action that would find changed what an earlier one of the same task changes. `pathOf` gives where an action
 * stands in the caller's input.
 */
export const claimFaults = (
  steps: readonly NamedClaimant[],
  pathOf: (ordinal: number) => string,
): Fault[] => {
  const taken: { readonly claim: string; readonly step: NamedClaimant }[] = [];
  return steps.flatMap((step, ordinal) => {
    const claims = claimsOf(step);
    const earlier = taken.find(
      ({ claim, step: { name } }) =>
        // Of an action and its fallback, one alone changes anything.
        name !== step.fallbackFor && claims.some((own) => isWithin(own, claim) || isWithin(claim, own)),
    );
    taken.push(...claims.map((claim) => ({ claim, step })));
    if (!earlier) return [];
    const what = step.targets.at(-1)?.name ?? step.platform;
    const message = `"${step.name}" changes what "${earlier.step.name}" changes too (${what}), and its plan shows what comes of it only if nothing changes that before: put both changes into one action, or submit this one as a task of its own once the other is done`;
    return [{ path: pathOf(ordinal), message }];
  });
};

/**
 * What a run has for itself from before its first effect to its end: all that its plan changes, in one order for
 * everybody. What only looks takes nothing, and neither does a rehearsal.
 */
export const locksOf = ({ mode, steps }: Pick<PlanDocument, 'mode' | 'steps'>): readonly string[] => {
  if (mode === 'NOOP') return [];
  return [...new Set(steps.filter(({ kind }) => kind !== 'GATE').flatMap(claimsOf))].toSorted();
};

const claimsOf = ({ platform, targets, precondition, claims }: Claimant): readonly string[] => {
  if (claims) return claims.map((claim) => `${platform}:${claim}`);
  return precondition === null ? [] : targets.map(({ kind, name }) => `${platform}:${kind}:${name}`);
};

const isWithin = (claim: string, other: string): boolean => claim === other || claim.startsWith(`${other}/`);
