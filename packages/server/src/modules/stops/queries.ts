import { stopScopes } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refused, invalidInput } from '../../domain/errors.ts';
import { hasRight } from '../../domain/principal.ts';
import type { KillSwitchStore } from '../../record/kill-switch-store.ts';
import { defineQuery } from '../operation.ts';
import { scopeInput, scopeOf } from './commands.ts';
import type { ListStops } from './stop-views.ts';
import { mayStopAll, noStopOfAll, orderFaults, type ScopeSurroundings } from './engage.ts';

export interface StopQueryDeps {
  readonly store: KillSwitchStore;
  readonly listStops: ListStops;
  readonly scopes: (tenantId: string) => ScopeSurroundings;
  /** Action types that change something and of which nobody could tell whether they did. */
  readonly unsafeActionTypes: () => readonly string[];
  readonly stopFile: () => string | null;
}

export const createStopQueries = ({
  store,
  listStops,
  scopes,
  unsafeActionTypes,
  stopFile,
}: StopQueryDeps) => ({
  killSwitches: defineQuery({
    name: 'killSwitches',
    description:
      'What people stopped: the switches that are engaged first, then those that were released, the newest first; 100 at most.',
    input: z.strictObject({}),
    view: async ({ viewer }) => accepted(await listStops(viewer)),
  }),
  stopPreview: defineQuery({
    name: 'stopPreview',
    description: 'What a kill switch of a scope would stop now.',
    input: z.strictObject({ scope: scopeInput }),
    right: 'STOP',
    async view({ viewer }, input) {
      const scope = scopeOf(input.scope);
      const faults = await orderFaults({ scope, reason: 'a preview' }, scopes(viewer.tenantId));
      if (faults.length > 0) return refused(invalidInput(faults));
      if (scope.kind === 'GLOBAL' && !mayStopAll(viewer, await store.findOwnTenant()))
        return refused(noStopOfAll);
      return accepted(await store.countReach({ ...scope, tenantId: viewer.tenantId }, unsafeActionTypes()));
    },
  }),
  stopScopes: defineQuery({
    name: 'stopScopes',
    description: 'What kinds of scope you may stop; none where you may stop nothing.',
    input: z.strictObject({}),
    async view({ viewer }) {
      if (!hasRight(viewer, 'STOP')) return accepted([]);
      const mayAll = mayStopAll(viewer, await store.findOwnTenant());
      return accepted(stopScopes.filter((kind) => kind !== 'GLOBAL' || mayAll));
    },
  }),
  stopFile: defineQuery({
    name: 'stopFile',
    description:
      'Why the file in the home folder of the server that answers stops all that it does; null where it does not.',
    input: z.strictObject({}),
    view: async () => accepted(stopFile()),
  }),
});

export type StopQueries = ReturnType<typeof createStopQueries>;
