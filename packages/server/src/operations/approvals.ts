import { newId } from '../infra/ids.ts';
import { createRelyingParty } from '../infra/webauthn.ts';
import {
  createApprovalCommands,
  createApprovalQueries,
  createDelegationOperations,
  createHabitQueries,
  createLinkCommands,
  createOnlookerQueries,
} from '../modules/approvals/index.ts';
import { createAttentionCommands } from '../modules/attention/index.ts';
import { createPasskeyOperations, createVerifyStepUp } from '../modules/passkeys/index.ts';
import { createGroupStore } from '../record/group-store.ts';
import type { Services } from '../services.ts';

/** What people are asked, how they decide, and with what they show that it is them. */
export const approvalOperations = (services: Services, originOf: () => string) => {
  const { access, approvalLinks, approvals, clock, database, presence, stores, tasks } = services;
  const passkeys = { ...services, ...stores, relyingParty: createRelyingParty(originOf), newId };
  const verifyStepUp = createVerifyStepUp(passkeys);
  return {
    verifyStepUp,
    operations: {
      ...createApprovalCommands(approvals, verifyStepUp),
      ...createApprovalQueries({ approvals: stores.approvals, findTasks: tasks.findMany, clock }),
      ...createPasskeyOperations(passkeys),
      ...createLinkCommands(approvalLinks, access.findPrincipals),
      ...createHabitQueries(stores.approvals, stores.decoys),
      ...createAttentionCommands({ ...services, ...stores, newId }),
      ...createDelegationOperations({ ...services, ...stores, groups: createGroupStore(database), newId }),
      ...createOnlookerQueries({ presence, approvals: stores.approvals }),
    },
  };
};
