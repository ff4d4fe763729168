import { z } from 'zod';
import type { StepUpTerms } from '@countersign/shared';
import type { Outcome, Refusal } from '../domain/errors.ts';
import type { Caller } from '../domain/principal.ts';
import { badAnswer, stepUpFault, type StepUpProof, type StepUpSubject } from '../domain/step-up.ts';
import type { Transaction } from '../infra/database.ts';
import type { PasskeyStore } from '../record/passkey-store.ts';
import { id, optional } from './inputs.ts';

/** What a browser gives of an authenticator, as WebAuthn writes it in JSON. */
export const credentialInput = z.record(z.string(), z.unknown());

const answer = z
  .strictObject({
    challengeId: id.describe('Of the challenge that was answered, by its UUID.'),
    credential: credentialInput.describe(
      "What the passkey answered: the browser's PublicKeyCredential in JSON.",
    ),
  })
  .meta({ id: 'StepUpInput', description: 'The answer of a passkey to a challenge of beginStepUp.' });

/** For a command that a passkey may be asked for. */
export const stepUpInput = optional(answer).describe(
  'The answer of your passkey to a challenge for exactly this (beginStepUp), where it is asked for.',
);
export type StepUpAnswer = z.output<typeof answer>;

/** Looks at an answer; it counts once the transaction that it is given for has consumed it. Null where none was given. */
export type VerifyStepUp = (
  viewer: Caller,
  subject: StepUpSubject,
  given: StepUpAnswer | undefined,
) => Promise<Outcome<StepUpProof | null>>;

/** Why a person's word lacks their passkey; null where it does not, and then their answer is used up. */
export const unproven = async (
  passkeys: Pick<PasskeyStore, 'ownersAmong' | 'consume'>,
  tx: Transaction,
  terms: StepUpTerms,
  given: { readonly viewer: Caller; readonly stepUp: StepUpProof | null; readonly deed: string },
): Promise<Refusal | null> => {
  const { viewer, stepUp, deed } = given;
  if (stepUp) return (await passkeys.consume(tx, stepUp)) ? null : badAnswer;
  if (terms === 'OFF') return null;
  const owners = await passkeys.ownersAmong(tx, [viewer.id]);
  return stepUpFault(terms, owners.has(viewer.id), false, deed);
};
