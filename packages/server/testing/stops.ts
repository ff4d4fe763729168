import { stepUpsOf } from './step-ups.ts';
import type { ReleaseStage, StopMode } from '@countersign/shared';
import { defaultReleaseQuorum, type StopScope } from '../src/domain/kill-switch.ts';
import type { Principal } from '../src/domain/principal.ts';
import { newId } from '../src/infra/ids.ts';
import {
  createListStops,
  createStopCommands,
  createStopQueries,
  type StopView,
} from '../src/modules/stops/index.ts';
import { heldSteps } from '../src/record/held-steps.ts';
import type { Services } from '../src/services.ts';
import { signedIn } from './signed-in.ts';
import { until } from './until.ts';

/** A hand on the kill switches of an installation. */
export const handOnStops = (services: Services, principal: Principal) => {
  const { killSwitches: store, executors, access, stopFile } = services;
  const requiredFor = (kind: StopScope['kind']) => defaultReleaseQuorum[kind];
  const listStops = createListStops({ store, requiredFor });
  const scopes = (tenantId: string) => ({
    platforms: services.reach().platforms,
    actionTypes: executors.registry.list().map(({ name }) => name),
    hasPrincipal: async (id: string) => (await access.findPrincipals(tenantId, [id])).length > 0,
  });
  const commands = createStopCommands({
    ...services,
    store,
    heldSteps,
    listStops,
    requiredFor,
    scopes,
    newId,
    passkeys: services.stores.passkeys,
    stepUpFor: services.policies.stepUpOfRelease,
    findPrincipal: access.findPrincipal,
    verifyStepUp: stepUpsOf(services),
  });
  const queries = createStopQueries({
    store,
    listStops,
    scopes,
    unsafeActionTypes: () => ['ledger.unmarked@1'],
    stopFile,
  });
  const call = { viewer: signedIn(principal), traceparent: null };
  const list = (): Promise<readonly StopView[]> => listStops(call.viewer);
  return {
    list,
    engage: (scope: StopScope, mode: StopMode, more: { reason?: string; isDrill?: boolean } = {}) =>
      commands.engageKillSwitch.execute(call, { scope, mode, reason: 'Emergency stop', ...more }),
    release: (id: string, stage: ReleaseStage, reason = 'It is mended.') =>
      commands.releaseKillSwitch.execute(call, { id, stage, reason }),
    preview: (scope: StopScope) => queries.stopPreview.execute(call, { scope }),
    /** The switch once every worker has nothing of it in hand any more. */
    isQuiet: (id: string): Promise<StopView> =>
      until(
        async () =>
          (await list()).find(
            (each) =>
              each.id === id && each.workers.length > 0 && each.workers.every(({ quietAt }) => quietAt),
          ),
        async () => `not quiet: ${JSON.stringify((await list()).find((each) => each.id === id))}`,
      ),
  };
};
