import type { PrincipalType, Role } from '@countersign/shared';

export interface Principal {
  readonly id: string;
  readonly tenantId: string;
  readonly type: PrincipalType;
  readonly name: string;
  readonly roles: readonly Role[];
  /** The person who answers for an agent; their vote on its work never counts. */
  readonly ownerId: string | null;
}

export type Right = 'READ' | 'SUBMIT' | 'DECIDE' | 'OPERATE' | 'ADMINISTER';

const rightsOfRole: Record<Role, readonly Right[]> = {
  VIEWER: ['READ'],
  SUBMITTER: ['READ', 'SUBMIT'],
  APPROVER: ['READ', 'DECIDE'],
  OPERATOR: ['READ', 'SUBMIT', 'OPERATE'],
  ADMIN: ['READ', 'ADMINISTER'],
};

export const hasRight = (principal: Pick<Principal, 'roles'>, right: Right): boolean =>
  principal.roles.some((role) => rightsOfRole[role].includes(right));
