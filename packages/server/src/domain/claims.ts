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
  if (claims) return claims.map((claim) => (claim.startsWith('@') ? claim.slice(1) : `${platform}:${claim}`));
  return precondition === null ? [] : targets.map(({ kind, name }) => `${platform}:${kind}:${name}`);
};

/** Whether one would find changed what the other changes. */
export const areAboutOneThing = (claims: readonly string[], others: readonly string[]): boolean => {
  const theirs = others.map(readClaim);
  return claims.map(readClaim).some((claim) => theirs.some((other) => overlap(claim, other)));
};

interface Claim {
  readonly path: string;
  /** By axis, from where to where, both included; empty where it is all of it. */
  readonly area: ReadonlyMap<string, readonly [from: number, to: number]>;
}

const areaPattern = /#[a-z]+=\d+-\d+(?:,[a-z]+=\d+-\d+)*$/;

/** What a claim is upon, whatever area of it. */
export const claimedPath = (claim: string): string => claim.replace(areaPattern, '');

const readClaim = (claim: string): Claim => {
  const path = claimedPath(claim);
  const spans = [...claim.slice(path.length).matchAll(/([a-z]+)=(\d+)-(\d+)/g)];
  const area = spans.map(([, axis = '', from, to]) => [axis, [Number(from), Number(to)]] as const);
  return { path, area: new Map(area) };
};

const overlap = (one: Claim, other: Claim): boolean =>
  one.path === other.path
    ? doAreasMeet(one.area, other.area)
    : isWithin(one.path, other.path) || isWithin(other.path, one.path);

const isWithin = (path: string, other: string): boolean => path.startsWith(`${other}/`);

/** They do, unless they lie apart on some axis. */
const doAreasMeet = (one: Claim['area'], other: Claim['area']): boolean =>
  [...one].every(([axis, [from, to]]) => {
    const [start, end] = other.get(axis) ?? [from, to];
    return from <= end && start <= to;
  });
