import type { Environment, GrantStatus, Risk } from '@countersign/shared';

/** A person's standing yes to changes of one kind. What it allows never changes: another one is made. */
export interface Grant {
  readonly id: string;
  readonly tenantId: string;
  /** `http.request@1` */
  readonly actionType: string;
  readonly agentId: string;
  readonly environment: Environment;
  /** A pattern over the names of targets. */
  readonly target: string;
  readonly maxRisk: Risk;
  /** How many changes it covers. */
  readonly uses: number;
  readonly expiresAt: Date;
  readonly reason: string;
  /** How many people make it, the first included. */
  readonly required: number;
  readonly byId: string;
  /** Those who had a hand in the first or in what they came with, and of them those who could have made it alone. */
  readonly handIds: readonly string[];
  readonly makerIds: readonly string[];
  readonly createdAt: Date;
  readonly approvedById: string | null;
  readonly approvedAt: Date | null;
  /** The same of the second person. */
  readonly approvedHandIds: readonly string[];
  readonly approvedMakerIds: readonly string[];
  readonly revokedById: string | null;
  readonly revokedAt: Date | null;
  readonly revokedReason: string | null;
  readonly suspendedAt: Date | null;
  readonly suspendedReason: string | null;
  /** What it let through and what suspended it. */
  readonly suspendedTaskId: string | null;
  /** The first of two who would resume it; they count as long as it stays suspended. */
  readonly resumeAskedById: string | null;
  readonly resumeAskedAt: Date | null;
  readonly resumeHandIds: readonly string[];
  readonly resumeMakerIds: readonly string[];
  readonly resumedById: string | null;
  readonly resumedAt: Date | null;
}

/** A grant with what has come of it. */
export interface StandingGrant extends Grant {
  /** How many of its uses are taken. */
  readonly taken: number;
  /** Whether all who made it may decide still. */
  readonly isBacked: boolean;
  /** Who made it, by name: `Ann`, or `Ann and Bob`. */
  readonly by: string;
}

/** That a grant let a revision of a task through. */
export interface UsedGrant {
  readonly id: string;
  readonly tenantId: string;
  readonly grantId: string;
  readonly taskId: string;
  readonly revision: number;
  readonly planHash: string;
  readonly takes: number;
  /** How many of its uses were taken with these. */
  readonly number: number;
  readonly at: Date;
}

/** Whether one person's word lets nothing through. */
export const takesTwo = ({ required, environment }: Pick<Grant, 'required' | 'environment'>): boolean =>
  required > 1 || environment === 'PRODUCTION';

const isPending = (grant: Grant): boolean => grant.approvedAt === null && takesTwo(grant);

/** Where a grant stands. What a person said of it comes before what became of it. */
export const statusOf = (grant: Omit<StandingGrant, 'isBacked' | 'by'>, now: Date): GrantStatus => {
  if (grant.revokedAt !== null) return 'REVOKED';
  if (now >= grant.expiresAt) return 'EXPIRED';
  if (grant.taken >= grant.uses) return 'USED_UP';
  if (isPending(grant)) return 'PENDING';
  return grant.suspendedAt === null ? 'ACTIVE' : 'SUSPENDED';
};

/** Whether anything can come of it still. */
export const isOpen = (status: GrantStatus): boolean =>
  status === 'ACTIVE' || status === 'PENDING' || status === 'SUSPENDED';

/**
 * Why what it let through may not begin now, to go on after "the grant"; null where it may. Its uses were counted when
 * they were taken. The second gate says the same, in `grant_lacks`.
 */
export const grantLacks = (grant: Omit<StandingGrant, 'taken' | 'by'>, now: Date): string | null => {
  if (grant.revokedAt !== null) return 'was revoked';
  if (grant.suspendedAt !== null) return 'is suspended';
  if (now >= grant.expiresAt) return 'has expired';
  if (isPending(grant)) return 'waits for a second person';
  return grant.isBacked ? null : 'is of somebody who may not decide any more';
};
