import type { Environment, PrincipalType, Role } from '@countersign/shared';

/** Whose tasks a program sees: its own, those of all that the same person answers for, or the tenant's. */
export const programSights = ['OWN', 'OWNER', 'TENANT'] as const;
export type ProgramSight = (typeof programSights)[number];

export interface Principal {
  readonly id: string;
  readonly tenantId: string;
  readonly type: PrincipalType;
  readonly name: string;
  readonly roles: readonly Role[];
  /** Names of groups of people of the tenant. */
  readonly groups: readonly string[];
  /** The person who answers for an agent; their vote on its work never counts. */
  readonly ownerId: string | null;
  /** Null where the operator of the machine made it. */
  readonly createdById: string | null;
  /** Its maker, and everybody who had a hand in what the maker called with. */
  readonly handIds: readonly string[];
  /** From then on it may not act. */
  readonly disabledAt: Date | null;
  /** Whose tasks it sees, as policy says of an agent or a service that calls; where nothing is said, its own. */
  readonly sees?: ProgramSight;
}

/** What somebody calls with. */
export interface Credential {
  /** Of the key or the session; a token has none of its own. */
  readonly id: string;
  readonly kind: 'API_KEY' | 'SESSION' | 'TOKEN';
  /** Its maker, and everybody who had a hand in what the maker called with; nobody for the operator of the machine. */
  readonly handIds: readonly string[];
  readonly decidesIn: readonly Environment[];
  /** When a session's person signed in. */
  readonly since?: Date;
}

/** A principal with what it calls with. */
export interface Caller extends Principal {
  readonly credential: Credential;
}

/** What a stream rests on that began with a caller: once it is another, the stream has to begin anew. */
export const standingOf = ({ roles, sees }: Pick<Principal, 'roles' | 'sees'>): string =>
  [...roles, sees].join();

/** EXPEDITE is to submit as CRITICAL, before all that waits: people who operate may, agents only where they are made operators. */
export const rights = ['READ', 'SUBMIT', 'EXPEDITE', 'DECIDE', 'OPERATE', 'ADMINISTER', 'STOP'] as const;
export type Right = (typeof rights)[number];

/** The gate in the database knows by itself which role may decide; see the migrations. */
const rightsOfRole: Record<Role, readonly Right[]> = {
  VIEWER: ['READ'],
  SUBMITTER: ['READ', 'SUBMIT'],
  APPROVER: ['READ', 'DECIDE', 'STOP'],
  OPERATOR: ['READ', 'SUBMIT', 'EXPEDITE', 'OPERATE', 'STOP'],
  ADMIN: ['READ', 'ADMINISTER', 'STOP'],
};

export const hasRight = (principal: Pick<Principal, 'roles'>, right: Right): boolean =>
  principal.roles.some((role) => rightsOfRole[role].includes(right));

/**
 * Whether somebody sees what people arranged among themselves: their grants for others, who stands in for whom, what
 * they try with policies. A program, which might be told to find a way round them, sees what concerns it alone.
 */
export const seesArrangements = ({ type }: Pick<Principal, 'type'>): boolean => type === 'HUMAN';
