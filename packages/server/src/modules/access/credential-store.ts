import type { Principal } from '../../domain/principal.ts';
import type { Database } from '../../infra/database.ts';
import { principalColumns } from './access-store.ts';
import { createApiKeyStore, type ApiKeyStore } from './api-key-store.ts';
import type { PresentedSecret } from './credentials.ts';
import { signInStore, type SignInStore } from './sign-in-store.ts';

/** Whom a valid secret stands for. */
export interface Authenticated {
  readonly kind: PresentedSecret['kind'];
  /** Of the key or the session. */
  readonly credentialId: string;
  readonly principal: Principal;
  /** Milliseconds until it expires by the database's clock, or null. */
  readonly remainingMs: number | null;
}

/** Keys, sign-in links and sessions, found by the hashes of their secrets. Time is the database's. */
export interface CredentialStore extends ApiKeyStore, SignInStore {
  /** Null where the hash is unknown, the secret is revoked or expired, or its principal is disabled. */
  findAuthenticated(secret: PresentedSecret): Promise<Authenticated | null>;
}

const places = {
  API_KEY: { table: 'api_key', hash: 'hash' },
  SESSION: { table: 'session', hash: 'token_hash' },
} as const;

const statementOf = (kind: PresentedSecret['kind']): string =>
  `SELECT c.id AS credential_id, ${principalColumns},
     (extract(epoch FROM c.expires_at - now()) * 1000)::float8 AS remaining_ms
   FROM ${places[kind].table} c JOIN principal p ON p.id = c.principal_id
   WHERE c.${places[kind].hash} = $1 AND c.revoked_at IS NULL
     AND (c.expires_at IS NULL OR c.expires_at > now()) AND p.disabled_at IS NULL`;

export const createCredentialStore = (database: Database): CredentialStore => ({
  ...createApiKeyStore(database),
  ...signInStore,
  async findAuthenticated({ kind, hash }) {
    const [row] = await database.query<Principal & { credential_id: string; remaining_ms: number | null }>(
      statementOf(kind),
      [hash],
    );
    if (!row) return null;
    const { credential_id: credentialId, remaining_ms: remainingMs, ...principal } = row;
    return { kind, credentialId, principal, remainingMs };
  },
});
