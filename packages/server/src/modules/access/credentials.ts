import { randomBytes, randomInt } from 'node:crypto';
import { sha256 } from '../../infra/digest.ts';
import type { PresentedSecret } from '../../record/credential-store.ts';

export type SecretKind = 'API_KEY' | 'SESSION' | 'SIGN_IN_LINK';

/** A secret's text for its owner, and the hash that is all the database keeps of it. */
export interface NewSecret {
  readonly secret: string;
  readonly hash: string;
}

export interface NewApiKeySecret extends NewSecret {
  /** The beginning of the key, which people may see: `cs_k3f9a2xq`. */
  readonly prefix: string;
}

/** What a caller came with, as the transport found it. */
export interface Credentials {
  /** The whole Authorization header: `Bearer cs_…`. */
  readonly authorization?: string | undefined;
  /** The value of the console's cookie. */
  readonly sessionToken?: string | undefined;
  /** Counts where there is neither. */
  readonly certificate?: PresentedCertificate | undefined;
}

/** Of a connection's other end, which holds its key, as somebody vouches whom the listener knew then. */
export interface PresentedCertificate {
  /** SHA-256 of it, and of those among whom is who vouches for it. */
  readonly fingerprint: string;
  readonly authorities: readonly string[];
  readonly names: readonly string[];
  readonly endsAt: Date;
}

const secretBytes = 32;
const prefixLength = 8;
const prefixAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

const apiKeyShape = /^cs_[a-z0-9]{8}_[A-Za-z0-9_-]{43}$/;
const tokenShape = /^[A-Za-z0-9_-]{43}$/;
const bearerShape = /^bearer +(\S+)$/i;

const randomToken = (): string => randomBytes(secretBytes).toString('base64url');

/**
 * A secret of 256 random bits cannot be guessed from its SHA-256, so no slow hash is needed. The kind is
 * part of what is hashed: a sign-in token is never a session.
 */
const hashSecret = (kind: SecretKind, secret: string): string => sha256(secret, `access/${kind}/v1\0`);

/** `cs_<prefix>_<secret>`, with 256 random bits in the last part. */
export const newApiKeySecret = (): NewApiKeySecret => {
  const letters = Array.from(
    { length: prefixLength },
    () => prefixAlphabet[randomInt(prefixAlphabet.length)],
  );
  const prefix = `cs_${letters.join('')}`;
  const secret = `${prefix}_${randomToken()}`;
  return { secret, prefix, hash: hashSecret('API_KEY', secret) };
};

/** 256 random bits as 43 characters that a URL and a cookie carry as they are. */
export const newToken = (kind: 'SESSION' | 'SIGN_IN_LINK'): NewSecret => {
  const secret = randomToken();
  return { secret, hash: hashSecret(kind, secret) };
};

/** The hash to look a token up by, or null where the text cannot be a token. */
export const hashToken = (kind: 'SESSION' | 'SIGN_IN_LINK', token: string): string | null =>
  tokenShape.test(token) ? hashSecret(kind, token) : null;

/** Three parts of base64url, as a JSON Web Token has; longer ones are not looked at. */
const webTokenShape = /^[A-Za-z0-9_-]{1,8192}\.[A-Za-z0-9_-]{1,8192}\.[A-Za-z0-9_-]{1,2048}$/;

/** The token of another issuer that a caller shows, or null where it shows something else. */
export const presentedToken = ({ authorization }: Credentials): string | null => {
  const text = bearerShape.exec(authorization ?? '')?.[1] ?? '';
  return webTokenShape.test(text) ? text : null;
};

/** The certificate that a caller wants to be known by, or null where it shows anything else. */
export const presentedCertificate = ({
  authorization,
  sessionToken,
  certificate,
}: Credentials): PresentedCertificate | null =>
  authorization === undefined && sessionToken === undefined ? (certificate ?? null) : null;

/**
 * The secret a caller wants to be known by, or null where there is none or it has another shape. An
 * Authorization header counts alone: a cookie never makes up for a bad key.
 */
export const presentedSecret = ({ authorization, sessionToken }: Credentials): PresentedSecret | null => {
  if (authorization !== undefined) {
    const key = bearerShape.exec(authorization)?.[1] ?? '';
    return apiKeyShape.test(key) ? { kind: 'API_KEY', hash: hashSecret('API_KEY', key) } : null;
  }
  const hash = sessionToken === undefined ? null : hashToken('SESSION', sessionToken);
  return hash === null ? null : { kind: 'SESSION', hash };
};
