import type { Principal } from '../domain/principal.ts';
import type { Transaction } from '../infra/database.ts';
import { principalColumns } from './access-store.ts';

/** Somebody of a tenant as an issuer knows them. */
export interface ExternalIdentity {
  readonly tenantId: string;
  readonly issuer: string;
  readonly subject: string;
}

/** Who is who at an issuer that people sign in at. */
export interface IdentityStore {
  /** Disabled ones too, locked until the transaction ends. */
  find(tx: Transaction, identity: ExternalIdentity): Promise<Principal | null>;
  /** Once and for all: a person of an issuer is never made another's. */
  insert(tx: Transaction, identity: ExternalIdentity & { readonly principalId: string }): Promise<void>;
}

export const identityStore: IdentityStore = {
  async find(tx, { tenantId, issuer, subject }) {
    const rows = await tx.query<Principal>(
      `SELECT ${principalColumns} FROM external_identity i JOIN principal p ON p.id = i.principal_id
       WHERE i.tenant_id = $1 AND i.issuer = $2 AND i.subject = $3 AND p.tenant_id = $1 FOR UPDATE OF p`,
      [tenantId, issuer, subject],
    );
    return rows[0] ?? null;
  },
  async insert(tx, { tenantId, issuer, subject, principalId }) {
    await tx.query(
      'INSERT INTO external_identity (tenant_id, issuer, subject, principal_id) VALUES ($1, $2, $3, $4)',
      [tenantId, issuer, subject, principalId],
    );
  },
};
