import type { StopScopeKind } from '@countersign/shared';
import { newId } from '../infra/ids.ts';
import type { VerifyStepUp } from '../modules/step-up.ts';
import {
  createListStops,
  createStopCommands,
  createStopQueries,
  type ScopeSurroundings,
} from '../modules/stops/index.ts';
import type { ActionTypeDescription } from '../platforms/index.ts';
import { heldSteps } from '../record/held-steps.ts';
import type { Services } from '../services.ts';

/** People's stops across a scope, and how they are released. */
export const stopOperations = (services: Services, verifyStepUp: VerifyStepUp) => {
  const { access, executors, killSwitches: store, policies, reach, stopFile, stores } = services;
  const requiredFor = (kind: StopScopeKind, tenantId: string): number =>
    policies.releaseQuorum(tenantId)[kind];
  const listStops = createListStops({ store, requiredFor });
  const scopes = (tenantId: string): ScopeSurroundings => ({
    platforms: reach().platforms,
    actionTypes: [...reach().actionTypes, ...executors.registry.list().map(({ name }) => name)],
    hasPrincipal: async (id) => (await access.findPrincipals(tenantId, [id])).length > 0,
  });
  return {
    ...createStopCommands({
      ...services,
      ...stores,
      store,
      listStops,
      scopes,
      heldSteps,
      newId,
      requiredFor,
      verifyStepUp,
      stepUpFor: policies.stepUpOfRelease,
      findPrincipal: access.findPrincipal,
    }),
    ...createStopQueries({
      store,
      listStops,
      scopes,
      unsafeActionTypes: () => unsafeActionTypes(executors.registry.list()),
      stopFile,
    }),
  };
};

/** Nobody could tell what these did, were they ended. */
const unsafeActionTypes = (types: readonly ActionTypeDescription[]): readonly string[] =>
  types
    .filter(({ category, idempotency }) => category !== 'READ' && idempotency === 'NONE')
    .map(({ name, version }) => `${name}@${version}`);
