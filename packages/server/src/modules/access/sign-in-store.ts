import type { Principal } from '../../domain/principal.ts';
import type { Transaction } from '../../infra/database.ts';
import { principalColumns } from './access-store.ts';

/** A link or a session that is about to exist. */
export interface NewToken {
  readonly id: string;
  readonly principalId: string;
  readonly hash: string;
  readonly lifetimeMs: number;
}

export interface TokenTimes {
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface EndedSession {
  readonly id: string;
  readonly tenantId: string;
  readonly principalId: string;
  readonly endedAt: Date;
}

export interface SignInStore {
  insertSignInLink(tx: Transaction, link: NewToken): Promise<TokenTimes>;
  /** Gives the principal to exactly one of all callers who ever come with the hash. */
  consumeSignInLink(tx: Transaction, hash: string): Promise<Principal | null>;
  insertSession(tx: Transaction, session: NewToken): Promise<TokenTimes>;
  /** Null where no session is running under the hash. */
  endSession(tx: Transaction, hash: string): Promise<EndedSession | null>;
}

const insertInto =
  (table: 'sign_in_link' | 'session') =>
  async (tx: Transaction, { id, principalId, hash, lifetimeMs }: NewToken): Promise<TokenTimes> => {
    const [times] = await tx.query<TokenTimes>(
      `INSERT INTO ${table} (id, principal_id, token_hash, expires_at)
       VALUES ($1, $2, $3, now() + $4 * interval '1 millisecond')
       RETURNING now() AS "createdAt", expires_at AS "expiresAt"`,
      [id, principalId, hash, lifetimeMs],
    );
    if (!times) throw new Error('An inserted row was not given back.');
    return times;
  };

export const signInStore: SignInStore = {
  insertSignInLink: insertInto('sign_in_link'),

  async consumeSignInLink(tx, hash) {
    const rows = await tx.query<Principal>(
      `UPDATE sign_in_link l SET used_at = now() FROM principal p
       WHERE l.token_hash = $1 AND l.used_at IS NULL AND l.expires_at > now()
         AND p.id = l.principal_id AND p.disabled_at IS NULL
       RETURNING ${principalColumns}`,
      [hash],
    );
    return rows[0] ?? null;
  },

  insertSession: insertInto('session'),

  async endSession(tx, hash) {
    const rows = await tx.query<EndedSession>(
      `UPDATE session s SET revoked_at = now() FROM principal p
       WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > now() AND p.id = s.principal_id
       RETURNING s.id, p.tenant_id AS "tenantId", p.id AS "principalId", s.revoked_at AS "endedAt"`,
      [hash],
    );
    return rows[0] ?? null;
  },
};
