import { newId } from '../infra/ids.ts';
import { createAsVoter } from '../modules/approvals/index.ts';
import {
  createAutonomyCommands,
  createAutonomyQueries,
  type AutonomyTerms,
} from '../modules/autonomy/index.ts';
import { createGrantCommands, createGrantQueries } from '../modules/grants/index.ts';
import type { VerifyStepUp } from '../modules/step-up.ts';
import { askHoldsMsOf, createPolicyCommands, createPolicyQueries } from '../modules/policy/index.ts';
import { createAccessStore } from '../record/access-store.ts';
import { createAskedPlans } from '../record/asked-plans.ts';
import type { Services } from '../services.ts';

/** What may run without a person, and who says so. */
export const policyOperations = (services: Services, verifyStepUp: VerifyStepUp) => ({
  ...createPolicyCommands({
    ...services.policies.tools,
    ...services.stores,
    findPrincipal: services.access.findPrincipal,
    verifyStepUp,
  }),
  ...createPolicyQueries({
    ...services.policies.tools,
    decisions: services.stores.decisions,
    rulesOf: services.policies.rulesOf,
  }),
  ...autonomyOperations(services),
  ...grantOperations(services),
});

const autonomyOperations = ({
  database,
  autonomy: known,
  autonomyStore: store,
  policies,
  journal,
  access: { findPrincipal },
}: Services) => {
  const access = createAccessStore(database);
  const terms = (tenantId: string): AutonomyTerms => {
    const settings = policies.of(tenantId).settings();
    const { DEVELOPMENT, STAGING, PRODUCTION } = settings.environments;
    return {
      levels: {
        DEVELOPMENT: DEVELOPMENT.autonomyLevel,
        STAGING: STAGING.autonomyLevel,
        PRODUCTION: PRODUCTION.autonomyLevel,
      },
      askHoldsMs: askHoldsMsOf(settings),
    };
  };
  const levels = { store, known, terms };
  return {
    ...createAutonomyCommands({ ...levels, journal, access, findPrincipal, newId }),
    ...createAutonomyQueries({ ...levels, access }),
  };
};

const grantOperations = ({
  database,
  access: { findPrincipals },
  clock,
  executors: { registry },
  journal,
  knownGrants,
  policies,
  stores: { grants: store, delegations },
}: Services) => {
  const terms = (tenantId: string) => {
    const { grants, hardApproval } = policies.of(tenantId).settings();
    return { ...grants, hardActionTypes: hardApproval.actionTypes };
  };
  const findActionType = (name: string) => {
    const traits = registry.find(name)?.traits;
    return traits ? { name: `${traits.name}@${traits.version}`, isRead: traits.category === 'READ' } : null;
  };
  const access = createAccessStore(database);
  const asked = createAskedPlans(database);
  const { forget } = knownGrants;
  const asVoter = createAsVoter(delegations);
  return {
    ...createGrantCommands({ store, journal, access, terms, findActionType, newId, asVoter, forget }),
    ...createGrantQueries({ store, asked, terms, findPrincipals, clock }),
  };
};
