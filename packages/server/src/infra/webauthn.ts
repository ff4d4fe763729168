import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
} from '@simplewebauthn/server';
import { z } from 'zod';

/** A credential as it is kept: all in base64url. */
export interface KeptCredential {
  readonly credentialId: string;
  readonly publicKey: string;
  readonly transports: readonly string[];
}

export interface RelyingParty {
  registrationOptions(
    person: { readonly id: string; readonly name: string },
    challenge: Uint8Array,
    known: readonly KeptCredential[],
    timeoutMs: number,
  ): Promise<unknown>;
  /** Null where it does not hold. */
  verifyRegistration(
    credential: unknown,
    challenge: Uint8Array,
  ): Promise<(KeptCredential & { readonly counter: number }) | null>;
  assertionOptions(
    challenge: Uint8Array,
    known: readonly KeptCredential[],
    timeoutMs: number,
  ): Promise<unknown>;
  /** What the authenticator counts by now; null where the answer does not hold. Whether it goes on is for the caller. */
  verifyAssertion(
    credential: unknown,
    challenge: Uint8Array,
    known: KeptCredential,
  ): Promise<{ readonly counter: number } | null>;
}

const base64url = z
  .string()
  .min(1)
  .max(8_192)
  .regex(/^[\w-]+$/);
const transports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const;

const shared = {
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
};
const registration = z.object({
  ...shared,
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z.array(z.string().max(20)).max(10).default([]),
  }),
});
const assertion = z.object({
  ...shared,
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.optional(),
  }),
});

/** Which credential an answer says it is of; null where it is no answer. */
export const credentialIdOf = (credential: unknown): string | null =>
  assertion.safeParse(credential).data?.id ?? null;

const isTransport = (name: string): name is (typeof transports)[number] =>
  transports.some((known) => known === name);
const transportsOf = (names: readonly string[]): string[] => names.filter(isTransport);

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, 'base64url'));

/**
 * WebAuthn for the console at one address: its host is the RP id and its origin the only one. The person is verified
 * at every answer (PIN, finger, face), and no attestation is asked for: which make an authenticator is, is theirs.
 */
export const createRelyingParty = (originOf: () => string): RelyingParty => {
  const place = () => {
    const { hostname, origin } = new URL(originOf());
    return { rpID: hostname, origin };
  };
  return { ...registrations(place), ...assertions(place) };
};

type PlaceOf = () => { readonly rpID: string; readonly origin: string };

const registrations = (place: PlaceOf): Pick<RelyingParty, 'registrationOptions' | 'verifyRegistration'> => ({
  registrationOptions: ({ id, name }, challenge, known, timeoutMs) =>
    generateRegistrationOptions({
      rpName: 'Countersign',
      rpID: place().rpID,
      userID: bytesOf(Buffer.from(id).toString('base64url')),
      userName: name,
      challenge: Uint8Array.from(challenge),
      timeout: timeoutMs,
      attestationType: 'none',
      excludeCredentials: known.map(descriptorOf),
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
      supportedAlgorithmIDs: [...algorithms],
    }),
  async verifyRegistration(credential, challenge) {
    const parsed = registration.safeParse(credential);
    if (!parsed.success) return null;
    const { rpID, origin } = place();
    const answer = await whereItHolds(() =>
      verifyRegistrationResponse({
        response: parsed.data,
        expectedChallenge: textOf(challenge),
        expectedOrigin: origin,
        expectedRPID: rpID,
        requireUserVerification: true,
        supportedAlgorithmIDs: [...algorithms],
      }),
    );
    if (!answer?.verified) return null;
    const { id, publicKey, counter } = answer.registrationInfo.credential;
    return {
      credentialId: id,
      publicKey: textOf(publicKey),
      transports: transportsOf(parsed.data.response.transports),
      counter,
    };
  },
});

const assertions = (place: PlaceOf): Pick<RelyingParty, 'assertionOptions' | 'verifyAssertion'> => ({
  assertionOptions: (challenge, known, timeoutMs) =>
    generateAuthenticationOptions({
      rpID: place().rpID,
      challenge: Uint8Array.from(challenge),
      timeout: timeoutMs,
      allowCredentials: known.map(descriptorOf),
      userVerification: 'required',
    }),
  async verifyAssertion(credential, challenge, known) {
    const parsed = assertion.safeParse(credential);
    if (!parsed.success || parsed.data.id !== known.credentialId) return null;
    const { rpID, origin } = place();
    const answer = await whereItHolds(() =>
      verifyAuthenticationResponse({
        response: parsed.data as AuthenticationResponseJSON,
        expectedChallenge: textOf(challenge),
        expectedOrigin: origin,
        expectedRPID: rpID,
        requireUserVerification: true,
        credential: { id: known.credentialId, publicKey: bytesOf(known.publicKey), counter: 0 },
      }),
    );
    return answer?.verified ? { counter: answer.authenticationInfo.newCounter } : null;
  },
});

/** ES256, EdDSA, RS256: what authenticators have. */
const algorithms = [-7, -8, -257] as const;

const descriptorOf = ({ credentialId, transports: names }: KeptCredential) => ({
  id: credentialId,
  transports: transportsOf(names),
});

/** The library throws for whatever does not hold: another origin, challenge, host or signature, or no user. */
const whereItHolds = async <Answer>(verify: () => Promise<Answer>): Promise<Answer | null> => {
  try {
    return await verify();
  } catch {
    return null;
  }
};
