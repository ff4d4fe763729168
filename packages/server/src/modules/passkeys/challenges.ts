import { createHash, randomBytes } from 'node:crypto';
import type { StepUpFailure } from '@countersign/shared';
import { accepted, refused, type Outcome } from '../../domain/errors.ts';
import type { Caller } from '../../domain/principal.ts';
import {
  badAnswer,
  noPasskey,
  subjectText,
  type StepUpProof,
  type StepUpSubject,
} from '../../domain/step-up.ts';
import type { Clock } from '../../infra/clock.ts';
import type { NewId } from '../../infra/ids.ts';
import { credentialIdOf, type RelyingParty } from '../../infra/webauthn.ts';
import type { Journal } from '../../record/journal.ts';
import type { Passkey, PasskeyStore } from '../../record/passkey-store.ts';
import type { StepUpAnswer, VerifyStepUp } from '../step-up.ts';

export interface PasskeyDependencies {
  readonly passkeys: PasskeyStore;
  readonly journal: Pick<Journal, 'transaction'>;
  readonly relyingParty: RelyingParty;
  readonly clock: Clock;
  readonly newId: NewId;
}

/** What a browser is to ask an authenticator. */
export interface AskedPasskey {
  readonly challengeId: string;
  /** For navigator.credentials, as WebAuthn writes it in JSON. */
  readonly options: unknown;
  readonly expiresAt: Date;
}

/** Long enough to find the key, short enough that what was on screen is what is answered. */
export const challengeLifetimeMs = 2 * 60_000;

/** Different for each nonce and each subject: an answer to one says nothing of another. */
export const challengeOf = (nonce: string, subject: StepUpSubject): Uint8Array =>
  createHash('sha256')
    .update(`step-up/v1\0${nonce}\0${subjectText(subject)}`)
    .digest();

export const ask = async (
  { passkeys, journal, newId }: PasskeyDependencies,
  { id: principalId, tenantId }: Caller,
  subject: StepUpSubject,
  optionsFor: (challenge: Uint8Array) => Promise<unknown>,
): Promise<AskedPasskey> => {
  const challenge = {
    id: newId(),
    tenantId,
    principalId,
    nonce: randomBytes(32).toString('base64url'),
    subject,
  };
  const options = await optionsFor(challengeOf(challenge.nonce, subject));
  const expiresAt = await journal.transaction((tx) => passkeys.ask(tx, challenge, challengeLifetimeMs));
  return { challengeId: challenge.id, options, expiresAt };
};

/** A challenge for exactly this. Refused: nobody has a passkey to answer with. */
export const beginStepUp = async (
  deps: PasskeyDependencies,
  viewer: Caller,
  subject: StepUpSubject,
): Promise<Outcome<AskedPasskey>> => {
  const known = (await deps.passkeys.find(null, viewer.id)).filter(({ suspectedAt }) => suspectedAt === null);
  if (known.length === 0) return refused(noPasskey('step'));
  const { relyingParty } = deps;
  return accepted(
    await ask(deps, viewer, subject, (challenge) =>
      relyingParty.assertionOptions(challenge, known, challengeLifetimeMs),
    ),
  );
};

/**
 * Looks at an answer against what is being done, not against what was asked: a challenge for something else is another.
 * What does not hold is used up and on record.
 */
export const createVerifyStepUp =
  (deps: PasskeyDependencies): VerifyStepUp =>
  async (viewer, subject, given) => {
    if (!given) return accepted(null);
    const asked = await deps.passkeys.findAsked(viewer.id, given.challengeId);
    if (!asked) return refused(badAnswer);
    const proof = await prove(deps, viewer, challengeOf(asked.nonce, subject), given);
    if ('counter' in proof) return accepted(proof);
    await noteFailure(deps, viewer, given.challengeId, proof);
    return refused(badAnswer);
  };

interface Failed {
  readonly passkey: Passkey | null;
  readonly reason: StepUpFailure;
}

const prove = async (
  { passkeys, relyingParty }: PasskeyDependencies,
  { id: principalId }: Caller,
  challenge: Uint8Array,
  { challengeId, credential }: StepUpAnswer,
): Promise<StepUpProof | Failed> => {
  const named = credentialIdOf(credential);
  const known = await passkeys.find(null, principalId);
  const passkey = known.find(({ credentialId }) => credentialId === named) ?? null;
  if (!passkey || passkey.suspectedAt) return { passkey, reason: 'ANSWER' };
  const answer = await relyingParty.verifyAssertion(credential, challenge, passkey);
  if (!answer) return { passkey, reason: 'ANSWER' };
  const { counter } = answer;
  if (counter <= passkey.counter && (counter > 0 || passkey.counter > 0))
    return { passkey, reason: 'COUNTER' };
  return { challengeId, passkeyId: passkey.id, principalId, counter };
};

/** A counter that goes back may mean a copy: that passkey proves nothing any more. */
const noteFailure = (
  { passkeys, journal }: PasskeyDependencies,
  { id: principalId, tenantId, name }: Caller,
  challengeId: string,
  { passkey, reason }: Failed,
): Promise<void> =>
  journal.transaction(async (tx) => {
    const at = await passkeys.use(tx, principalId, challengeId);
    // Whoever came with the same at once has told of it.
    if (!at) return;
    if (passkey && reason === 'COUNTER') await passkeys.suspect(tx, passkey.id);
    const what = {
      ANSWER: 'What should be an answer of a passkey of',
      COUNTER: 'A passkey was blocked, since its counter went back and it may have been copied: one of',
    }[reason];
    tx.record({
      type: 'passkey.step_up_failed',
      tenantId,
      taskId: null,
      at,
      actorId: principalId,
      summary: reason === 'ANSWER' ? `${what} ${name} did not hold` : `${what} ${name}`,
      data: { principalId, passkeyId: passkey?.id ?? null, reason },
    });
  });
