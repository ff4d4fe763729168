/** People's passkeys, and what they answer for: registering, challenges, and proofs that commands consume. */
export type { AskedPasskey, PasskeyDependencies } from './challenges.ts';
export { createVerifyStepUp } from './challenges.ts';
export { resetPasskeys, type RemovedPasskey } from './manage.ts';
export type { Passkey } from '../../record/passkey-store.ts';
export { createPasskeyOperations, type PasskeyOperations } from './operations.ts';
