import { accepted, invalidInput, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { hasRight, type Caller, type Principal } from '../../domain/principal.ts';
import { badAnswer, firstPasskeyFault } from '../../domain/step-up.ts';
import { noteFault } from '../../domain/note.ts';
import type { Passkey } from '../../record/passkey-store.ts';
import { unproven, type StepUpAnswer } from '../step-up.ts';
import {
  ask,
  challengeLifetimeMs,
  challengeOf,
  createVerifyStepUp,
  type AskedPasskey,
  type PasskeyDependencies,
} from './challenges.ts';

const mostPasskeys = 10;
const mostName = 100;

const tooMany = refusal(
  'PRECONDITION_FAILED',
  `A person has ${mostPasskeys} passkeys at most. Remove one first.`,
);
const unknownPasskey = refusal('RESOURCE_NOT_FOUND', 'There is no such passkey.');
const known = refusal('CONFLICT', 'This passkey is known already.');

/** A passkey stands for a person at the console: what a program holds is no second proof of anybody. */
const unfit = ({ type, credential }: Caller): Refusal | null =>
  type === 'HUMAN' && credential.kind === 'SESSION'
    ? null
    : refusal('NOT_ELIGIBLE', 'Passkeys are of people who are signed in to the console.');

const deed = 'change of passkeys';
const registering = { kind: 'REGISTER' } as const;

export const beginPasskey = async (
  deps: PasskeyDependencies,
  viewer: Caller,
): Promise<Outcome<AskedPasskey>> => {
  const no = unfit(viewer);
  if (no) return refused(no);
  const own = await deps.passkeys.find(null, viewer.id);
  const lacking = roomFault(own, viewer, deps.clock.now());
  if (lacking) return refused(lacking);
  const options = (challenge: Uint8Array) =>
    deps.relyingParty.registrationOptions(viewer, challenge, own, challengeLifetimeMs);
  return accepted(await ask(deps, viewer, registering, options));
};

export interface NewPasskeyInput {
  readonly challengeId: string;
  readonly credential: unknown;
  readonly name: string;
  readonly stepUp: StepUpAnswer | undefined;
}

/** Adds one. Whoever has one shows it first; whoever has none has just signed in. */
export const addPasskey = async (
  deps: PasskeyDependencies,
  viewer: Caller,
  { challengeId, credential, name, stepUp }: NewPasskeyInput,
): Promise<Outcome<Passkey>> => {
  const no = unfit(viewer) ?? nameRefusal(name);
  if (no) return refused(no);
  const { passkeys, relyingParty, newId, journal } = deps;
  const asked = await passkeys.findAsked(viewer.id, challengeId);
  const made =
    asked && (await relyingParty.verifyRegistration(credential, challengeOf(asked.nonce, registering)));
  if (!made) return refused(badAnswer);
  const proof = await createVerifyStepUp(deps)(viewer, { kind: 'PASSKEYS' }, stepUp);
  if (!proof.ok) return proof;
  return journal.transaction(async (tx) => {
    const now = await passkeys.lockPerson(tx, viewer.id);
    const lacking =
      roomFault(await passkeys.find(tx, viewer.id), viewer, now) ??
      (await unproven(passkeys, tx, 'WHERE_REGISTERED', { viewer, stepUp: proof.value, deed }));
    if (lacking) return refused(lacking);
    if (!(await passkeys.use(tx, viewer.id, challengeId))) return refused(badAnswer);
    const { id: principalId, tenantId } = viewer;
    const passkey = { ...made, id: newId(), tenantId, principalId, name: name.trim() };
    const createdAt = await passkeys.insert(tx, passkey);
    if (!createdAt) return refused(known);
    tx.record({
      ...eventOf(viewer, createdAt),
      type: 'passkey.added',
      summary: `${viewer.name} added the passkey ${passkey.name}`,
      data: { principalId, passkeyId: passkey.id, name: passkey.name },
    });
    return accepted({ ...passkey, createdAt, lastUsedAt: null, suspectedAt: null });
  });
};

const roomFault = (own: readonly Passkey[], { credential }: Caller, now: Date): Refusal | null => {
  if (own.length >= mostPasskeys) return tooMany;
  return own.length === 0 ? firstPasskeyFault(credential.since, now) : null;
};

export const renamePasskey = async (
  { passkeys, journal }: PasskeyDependencies,
  viewer: Caller,
  { passkeyId, name }: { readonly passkeyId: string; readonly name: string },
): Promise<Outcome<Passkey>> => {
  const no = unfit(viewer) ?? nameRefusal(name);
  if (no) return refused(no);
  return journal.transaction(async (tx) => {
    const found = (await passkeys.find(tx, viewer.id)).find(({ id }) => id === passkeyId);
    if (!found) return refused(unknownPasskey);
    await passkeys.rename(tx, passkeyId, name.trim());
    return accepted({ ...found, name: name.trim() });
  });
};

export interface RemovedPasskey {
  readonly passkeyId: string;
  /** How many its person has left. */
  readonly left: number;
}

/**
 * Removes one of one's own, or as an administrator one that somebody else lost. It asks for a passkey of whoever
 * removes it, or else whoever got hold of a session would be rid of them first.
 */
export const removePasskey = async (
  deps: PasskeyDependencies,
  viewer: Caller,
  order: {
    readonly principalId: string;
    readonly passkeyId: string;
    readonly stepUp: StepUpAnswer | undefined;
  },
): Promise<Outcome<RemovedPasskey>> => {
  const { principalId, passkeyId } = order;
  if (principalId !== viewer.id && !hasRight(viewer, 'ADMINISTER'))
    return refused(refusal('AUTHORIZATION_FAILED', "Only an administrator removes another's passkey."));
  const no = unfit(viewer);
  if (no) return refused(no);
  const proof = await createVerifyStepUp(deps)(viewer, { kind: 'PASSKEYS' }, order.stepUp);
  if (!proof.ok) return proof;
  const { passkeys, journal } = deps;
  return journal.transaction(async (tx) => {
    await passkeys.lockPerson(tx, principalId);
    const theirs = await passkeys.find(tx, principalId);
    const found = theirs.find(({ id, tenantId }) => id === passkeyId && tenantId === viewer.tenantId);
    if (!found) return refused(unknownPasskey);
    const lacking = await unproven(passkeys, tx, 'WHERE_REGISTERED', { viewer, stepUp: proof.value, deed });
    if (lacking) return refused(lacking);
    const at = await passkeys.remove(tx, passkeyId, viewer.id);
    const left = theirs.length - 1;
    tx.record({
      ...eventOf(viewer, at),
      type: 'passkey.removed',
      summary: `${viewer.name} removed the passkey ${found.name}; ${left} are left`,
      data: { principalId, passkeyId, left },
    });
    return accepted({ passkeyId, left });
  });
};

/** Takes all that a person has, by the word of the machine's operator, who knows them: they lost them all. How many it was. */
export const resetPasskeys = (
  { passkeys, journal }: Pick<PasskeyDependencies, 'passkeys' | 'journal'>,
  { id: principalId, tenantId, name }: Principal,
): Promise<number> =>
  journal.transaction(async (tx) => {
    await passkeys.lockPerson(tx, principalId);
    const theirs = await passkeys.find(tx, principalId);
    for (const [index, { id: passkeyId, name: called }] of theirs.entries()) {
      const at = await passkeys.remove(tx, passkeyId, null);
      tx.record({
        ...{ tenantId, at, taskId: null, actorId: null },
        type: 'passkey.removed',
        summary: `The operator of the machine removed the passkey ${called} of ${name}`,
        data: { principalId, passkeyId, left: theirs.length - index - 1 },
      });
    }
    return theirs.length;
  });

const nameRefusal = (name: string): Refusal | null => {
  const length = name.trim().length;
  const fault =
    length === 0 || length > mostName
      ? { path: 'name', message: `must be 1 to ${mostName} characters` }
      : noteFault(name, 'name');
  return fault ? invalidInput([fault]) : null;
};

const eventOf = ({ tenantId, id: actorId }: Caller, at: Date) => ({ tenantId, at, taskId: null, actorId });
