import { z } from 'zod';
import type { ActionExecutor } from '../contract/executor.ts';
import { componentInput, fleetInput, versionInput } from './fleet-input.ts';
import { fleetTraits, type Fleets } from './fleets.ts';
import { versionChange, type VersionOutput } from './version-change.ts';

const input = z
  .strictObject({
    ...fleetInput,
    image: componentInput.describe('The image, by its name: web-golden.'),
    version: versionInput.describe('The version of it that the server is to run.'),
  })
  .meta({ examples: [{ fleet: 'sandbox', server: 'server-1', image: 'web-golden', version: '2026.12' }] });
export type ImageInput = z.output<typeof input>;

/** Brings a server to a version of its image. What else comes with the image, the plan does not show. */
export const createFleetImage = (fleets: Fleets): ActionExecutor<ImageInput, VersionOutput> => ({
  traits: fleetTraits('fleet.image', fleets),
  description: 'Brings a server of a fleet to a version of its image.',
  input,
  ...versionChange<ImageInput>(fleets, { command: 'image', param: 'image', verb: 'Roll out' }),
});
