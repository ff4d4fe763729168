import type { Environment } from '@countersign/shared';
import type { Database, Transaction } from '../infra/database.ts';
import { columnsOf, without, type Table } from '../infra/rows.ts';
import { isUuid } from './access-store.ts';
import { tables } from './tables.ts';

/** A key's use is written at most this often. */
export const keyUseIntervalMs = 60_000;

/** A key as people see it; nobody can make its secret from this. */
export interface ApiKey {
  readonly id: string;
  readonly tenantId: string;
  readonly principalId: string;
  readonly name: string;
  readonly prefix: string;
  /** Where it decides, as the key of a person. */
  readonly decidesIn: readonly Environment[];
  /** Null where the operator of the machine made it. */
  readonly createdById: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

export type NewApiKey = Omit<ApiKey, 'createdAt' | 'lastUsedAt' | 'revokedAt'> & {
  readonly hash: string;
  readonly handIds: readonly string[];
};

export interface ApiKeyStore {
  /** Null where the tenant has no such principal that is not disabled. */
  insertApiKey(tx: Transaction, key: NewApiKey): Promise<ApiKey | null>;
  /** Null where there is nothing to revoke. */
  revokeApiKey(tx: Transaction, tenantId: string, id: string): Promise<ApiKey | null>;
  findApiKey(tx: Transaction, tenantId: string, id: string): Promise<ApiKey | null>;
  /** Newest first, at most `limit`, behind the one with the id `after`. */
  listApiKeys(tenantId: string, limit: number, after: string | null): Promise<ApiKey[]>;
  /** Once a minute at most for each key, whatever other nodes write. */
  noteUses(apiKeyIds: readonly string[]): Promise<void>;
}

/** What nobody is ever shown is left out. */
const keys: Table<ApiKey> = without(tables.apiKey, 'hash', 'handIds');
const columns = columnsOf(keys, 'k');

export const createApiKeyStore = (database: Database): ApiKeyStore => ({
  async insertApiKey(tx, key) {
    if (!isUuid(key.principalId)) return null;
    const rows = await tx.query<ApiKey>(
      `INSERT INTO api_key AS k (id, tenant_id, principal_id, name, prefix, hash, expires_at, decides_in,
         created_by_id, hand_ids)
       SELECT $1, p.tenant_id, p.id, $4, $5, $6, $7, $8::text[]::environment[], $9, $10 FROM principal p
       WHERE p.tenant_id = $2 AND p.id = $3 AND p.disabled_at IS NULL
       RETURNING ${columns}`,
      [
        key.id,
        key.tenantId,
        key.principalId,
        key.name,
        key.prefix,
        key.hash,
        key.expiresAt,
        key.decidesIn,
        key.createdById,
        key.handIds,
      ],
    );
    return rows[0] ?? null;
  },

  async revokeApiKey(tx, tenantId, id) {
    if (!isUuid(id)) return null;
    const rows = await tx.query<ApiKey>(
      `UPDATE api_key k SET revoked_at = now() WHERE k.tenant_id = $1 AND k.id = $2 AND k.revoked_at IS NULL
       RETURNING ${columns}`,
      [tenantId, id],
    );
    return rows[0] ?? null;
  },

  async findApiKey(tx, tenantId, id) {
    if (!isUuid(id)) return null;
    const rows = await tx.query<ApiKey>(
      `SELECT ${columns} FROM api_key k WHERE k.tenant_id = $1 AND k.id = $2`,
      [tenantId, id],
    );
    return rows[0] ?? null;
  },

  listApiKeys: (tenantId, limit, after) =>
    database.reports.query<ApiKey>(
      `SELECT ${columns} FROM api_key k WHERE k.tenant_id = $1 AND ($3::uuid IS NULL OR k.id < $3)
       ORDER BY k.id DESC LIMIT $2`,
      [tenantId, limit, after],
    ),

  async noteUses(apiKeyIds) {
    await database.query(
      `UPDATE api_key SET last_used_at = now() WHERE id = ANY($1::uuid[])
       AND (last_used_at IS NULL OR last_used_at <= now() - $2 * interval '1 millisecond')`,
      [apiKeyIds, keyUseIntervalMs],
    );
  },
});
