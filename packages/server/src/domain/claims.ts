import type { PlannedStep } from './plan.ts';
import type { Fault } from './refusal-details.ts';

type Claimant = Pick<PlannedStep, 'name' | 'platform' | 'targets' | 'precondition' | 'claims'>;

/** Each action that would find changed what an earlier one of the same task changes. */
export const claimFaults = (steps: readonly Claimant[]): Fault[] =>
  steps.flatMap((step, index) => {
    const earlier = steps.slice(0, index).find((other) => sharesClaim(step, other));
    if (!earlier) return [];
    const what = step.targets.at(-1)?.name ?? step.platform;
    const message = `"${step.name}" changes what "${earlier.name}" changes too (${what}), and each is planned on how it stands now: put both into one action, or into one task after the other`;
    return [{ path: `actions[${index}]`, message }];
  });

const claimsOf = ({ platform, targets, precondition, claims }: Claimant): readonly string[] => {
  if (claims) return claims.map((claim) => `${platform}:${claim}`);
  return precondition === null ? [] : targets.map(({ kind, name }) => `${platform}:${kind}:${name}`);
};

const sharesClaim = (one: Claimant, other: Claimant): boolean => {
  const others = claimsOf(other);
  return claimsOf(one).some((claim) =>
    others.some((taken) => isWithin(claim, taken) || isWithin(taken, claim)),
  );
};

const isWithin = (claim: string, other: string): boolean => claim === other || claim.startsWith(`${other}/`);
