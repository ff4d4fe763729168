import { z } from 'zod';
import type { ActionExecutor } from '../contract/executor.ts';
import { componentInput, fleetInput, versionInput } from './fleet-input.ts';
import { fleetTraits, type Fleets } from './fleets.ts';
import { versionChange, type VersionOutput } from './version-change.ts';

const input = z
  .strictObject({
    ...fleetInput,
    component: componentInput.describe('What is to be patched: openssl.'),
    version: versionInput.describe('The version that it is to have.'),
  })
  .meta({ examples: [{ fleet: 'sandbox', server: 'server-1', component: 'openssl', version: '3.2.2' }] });
export type PatchInput = z.output<typeof input>;

/** Brings one component of a server to a version. */
export const createFleetPatch = (fleets: Fleets): ActionExecutor<PatchInput, VersionOutput> => ({
  traits: fleetTraits('fleet.patch', fleets),
  description: 'Brings a component of a server of a fleet to a version.',
  input,
  // From which version to which, of which component.
  showsWholeEffect: true,
  ...versionChange<PatchInput>(fleets, { command: 'patch', param: 'component', verb: 'Patch' }),
});
