import type { PrincipalType, Role } from '@countersign/shared';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';

export const addAccessEnums = (builder: Builder) => ({
  principalType: enumOf<PrincipalType>(builder, 'PrincipalType', 'What kind of identity this is.', {
    HUMAN: 'A person: the only kind that decides.',
    AGENT: 'A program that reasons; a person answers for it.',
    SERVICE: 'A program that follows rules.',
  }),
  role: enumOf<Role>(builder, 'Role', 'What an identity may do.', {
    VIEWER: 'Read.',
    SUBMITTER: 'Submit tasks.',
    APPROVER: 'Decide on what others submitted.',
    OPERATOR: 'Cancel and control what others submitted.',
    ADMIN: 'Manage identities and keys.',
  }),
});
