import type { Principal } from '../domain/principal.ts';
import type { Transaction } from '../infra/database.ts';
import { principalColumns } from './access-store.ts';

/** A session that is about to exist. */
export interface NewToken {
  readonly id: string;
  readonly principalId: string;
  readonly hash: string;
  readonly lifetimeMs: number;
  readonly handIds: readonly string[];
}

export interface NewLink extends NewToken {
  readonly createdById: string | null;
}

/** Whom a link lets in, and through whose hands it came. */
export interface Admitted {
  readonly principal: Principal;
  readonly handIds: readonly string[];
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
  insertSignInLink(tx: Transaction, link: NewLink): Promise<TokenTimes>;
  /** Gives the principal to exactly one of all callers who ever come with the hash. */
  consumeSignInLink(tx: Transaction, hash: string): Promise<Admitted | null>;
  insertSession(tx: Transaction, session: NewToken): Promise<TokenTimes>;
  /** Null where no session is running under the hash. */
  endSession(tx: Transaction, hash: string): Promise<EndedSession | null>;
  /** All that are running. */
  endSessionsOf(tx: Transaction, principalId: string): Promise<EndedSession[]>;
  /** What nobody has followed yet opens nothing any more. */
  voidLinksOf(tx: Transaction, principalId: string): Promise<void>;
}

const timesOf = ([times]: readonly TokenTimes[]): TokenTimes => {
  if (!times) throw new Error('An inserted row was not given back.');
  return times;
};

export const signInStore: SignInStore = {
  async insertSignInLink(tx, { id, principalId, hash, lifetimeMs, createdById, handIds }) {
    const rows = await tx.query<TokenTimes>(
      `INSERT INTO sign_in_link (id, principal_id, token_hash, expires_at, created_by_id, hand_ids)
       VALUES ($1, $2, $3, now() + $4 * interval '1 millisecond', $5, $6)
       RETURNING now() AS "createdAt", expires_at AS "expiresAt"`,
      [id, principalId, hash, lifetimeMs, createdById, handIds],
    );
    return timesOf(rows);
  },

  async consumeSignInLink(tx, hash) {
    const [row] = await tx.query<Principal & { linkHands: string[] }>(
      `UPDATE sign_in_link l SET used_at = now() FROM principal p
       WHERE l.token_hash = $1 AND l.used_at IS NULL AND l.expires_at > now()
         AND p.id = l.principal_id AND p.disabled_at IS NULL
       RETURNING ${principalColumns}, l.hand_ids AS "linkHands"`,
      [hash],
    );
    if (!row) return null;
    const { linkHands: handIds, ...principal } = row;
    return { principal, handIds };
  },

  async insertSession(tx, { id, principalId, hash, lifetimeMs, handIds }) {
    const rows = await tx.query<TokenTimes>(
      `INSERT INTO session (id, principal_id, token_hash, expires_at, hand_ids)
       VALUES ($1, $2, $3, now() + $4 * interval '1 millisecond', $5)
       RETURNING now() AS "createdAt", expires_at AS "expiresAt"`,
      [id, principalId, hash, lifetimeMs, handIds],
    );
    return timesOf(rows);
  },

  async endSession(tx, hash) {
    const rows = await tx.query<EndedSession>(
      `UPDATE session s SET revoked_at = now() FROM principal p
       WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > now() AND p.id = s.principal_id
       RETURNING ${endedColumns}`,
      [hash],
    );
    return rows[0] ?? null;
  },

  endSessionsOf: (tx, principalId) =>
    tx.query<EndedSession>(
      `UPDATE session s SET revoked_at = now() FROM principal p
       WHERE p.id = $1 AND s.principal_id = p.id AND s.revoked_at IS NULL AND s.expires_at > now()
       RETURNING ${endedColumns}`,
      [principalId],
    ),

  async voidLinksOf(tx, principalId) {
    await tx.query('UPDATE sign_in_link SET used_at = now() WHERE principal_id = $1 AND used_at IS NULL', [
      principalId,
    ]);
  },
};

const endedColumns = 's.id, p.tenant_id AS "tenantId", p.id AS "principalId", s.revoked_at AS "endedAt"';
