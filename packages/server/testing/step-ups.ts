import { newId } from '../src/infra/ids.ts';
import { createRelyingParty } from '../src/infra/webauthn.ts';
import { createPasskeyOperations, createVerifyStepUp } from '../src/modules/passkeys/index.ts';
import type { Services } from '../src/services.ts';

/** Where the console of a test stands for its browser. */
export const consoleOrigin = 'https://countersign.example';

const depsOf = (services: Services) => ({
  ...services,
  ...services.stores,
  relyingParty: createRelyingParty(() => consoleOrigin),
  newId,
});

export const stepUpsOf = (services: Services) => createVerifyStepUp(depsOf(services));
export const passkeysOf = (services: Services) => createPasskeyOperations(depsOf(services));
