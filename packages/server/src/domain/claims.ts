import type { PlannedStep } from './plan.ts';
import type { Fault } from './refusal-details.ts';

type Claimant = Pick<PlannedStep, 'name' | 'platform' | 'targets' | 'precondition' | 'claims'>;

/**
 * Each action that would find changed what an earlier one of the same task changes. `pathOf` gives where an action
 * stands in the caller's input.
 */
export const claimFaults = (steps: readonly Claimant[], pathOf: (ordinal: number) => string): Fault[] => {
  const taken: { readonly claim: string; readonly step: Claimant }[] = [];
  return steps.flatMap((step, ordinal) => {
    const claims = claimsOf(step);
    const earlier = taken.find(({ claim }) =>
      claims.some((own) => isWithin(own, claim) || isWithin(claim, own)),
    );
    taken.push(...claims.map((claim) => ({ claim, step })));
    if (!earlier) return [];
    const what = step.targets.at(-1)?.name ?? step.platform;
    const message = `"${step.name}" changes what "${earlier.step.name}" changes too (${what}), and its plan shows what comes of it only if nothing changes that before: put both changes into one action, or submit this one as a task of its own once the other is done`;
    return [{ path: pathOf(ordinal), message }];
  });
};

const claimsOf = ({ platform, targets, precondition, claims }: Claimant): readonly string[] => {
  if (claims) return claims.map((claim) => `${platform}:${claim}`);
  return precondition === null ? [] : targets.map(({ kind, name }) => `${platform}:${kind}:${name}`);
};

const isWithin = (claim: string, other: string): boolean => claim === other || claim.startsWith(`${other}/`);
