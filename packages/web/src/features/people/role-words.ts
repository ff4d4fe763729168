import { roles, type PrincipalType, type Role } from '@countersign/shared';

const words: Readonly<Record<Role, string>> = {
  VIEWER: 'Viewer: reads',
  SUBMITTER: 'Submitter: submits tasks',
  APPROVER: 'Approver: decides',
  OPERATOR: 'Operator: submits, cancels anybody’s tasks',
  ADMIN: 'Administrator: people and keys',
};
export const roleWords = (role: Role): string => words[role];
export const roleName = (role: Role): string => (words[role].split(':')[0] ?? role).toLowerCase();

/** Only people decide and administer. */
export const rolesOf = (type: PrincipalType): readonly Role[] =>
  roles.filter((role) => type === 'HUMAN' || (role !== 'APPROVER' && role !== 'ADMIN'));
