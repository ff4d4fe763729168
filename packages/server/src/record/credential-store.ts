import { environments, type Environment } from '@countersign/shared';
import type { Caller, Principal } from '../domain/principal.ts';
import type { Database } from '../infra/database.ts';
import { principalColumns } from './access-store.ts';
import { createApiKeyStore, type ApiKeyStore } from './api-key-store.ts';
import { signInStore, type SignInStore } from './sign-in-store.ts';

export interface PresentedSecret {
  readonly kind: 'API_KEY' | 'SESSION';
  readonly hash: string;
}

/** Whom a valid secret stands for. */
export interface Authenticated {
  readonly caller: Caller;
  /** Milliseconds until it expires by the database's clock, or null. */
  readonly remainingMs: number | null;
}

/** Keys, sign-in links and sessions, found by the hashes of their secrets. Time is the database's. */
export interface CredentialStore extends ApiKeyStore, SignInStore {
  /** Null where the hash is unknown, the secret is revoked or expired, or its principal is disabled. */
  findAuthenticated(secret: PresentedSecret): Promise<Authenticated | null>;
}

const places = {
  API_KEY: { table: 'api_key', hash: 'hash', decidesIn: 'c.decides_in::text[]', since: 'NULL' },
  // Who signed in decides everywhere.
  SESSION: { table: 'session', hash: 'token_hash', decidesIn: 'NULL::text[]', since: 'c.created_at' },
} as const;

const statementOf = (kind: PresentedSecret['kind']): string =>
  `SELECT c.id AS "credentialId", c.hand_ids AS "credentialHands", ${places[kind].decidesIn} AS "decidesIn",
     ${places[kind].since}::timestamptz AS since, ${principalColumns},
     (extract(epoch FROM c.expires_at - now()) * 1000)::float8 AS "remainingMs"
   FROM ${places[kind].table} c JOIN principal p ON p.id = c.principal_id
   WHERE c.${places[kind].hash} = $1 AND c.revoked_at IS NULL
     AND (c.expires_at IS NULL OR c.expires_at > now()) AND p.disabled_at IS NULL`;

interface AuthenticatedRow extends Principal {
  credentialId: string;
  credentialHands: string[];
  decidesIn: Environment[] | null;
  since: Date | null;
  remainingMs: number | null;
}

export const createCredentialStore = (database: Database): CredentialStore => ({
  ...createApiKeyStore(database),
  ...signInStore,
  async findAuthenticated({ kind, hash }) {
    const [row] = await database.query<AuthenticatedRow>(statementOf(kind), [hash]);
    if (!row) return null;
    const { credentialId: id, credentialHands: handIds, decidesIn, since, remainingMs, ...principal } = row;
    const credential = {
      ...{ id, kind, handIds, decidesIn: decidesIn ?? environments },
      ...(since && { since }),
    };
    return { caller: { ...principal, credential }, remainingMs };
  },
});
