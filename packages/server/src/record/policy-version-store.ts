import type { PublishAsk } from '../domain/policy-version.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';

/** A bundle that an administrator brought. */
export interface PolicyVersion<Report = unknown, Shadow = unknown> {
  readonly id: string;
  readonly tenantId: string;
  readonly number: number;
  readonly note: string;
  readonly bundleHash: string;
  readonly rulesHash: string;
  readonly signedBy: string | null;
  readonly madeById: string;
  readonly madeAt: Date;
  readonly report: Report;
  readonly shadowSince: Date | null;
  readonly shadow: Shadow;
  readonly discardedAt: Date | null;
  readonly asks: readonly PublishAsk[];
}

/** What decides from then on. */
export interface PolicyPublication {
  readonly id: string;
  readonly tenantId: string;
  readonly number: number;
  readonly kind: 'PUBLISHED' | 'ROLLED_BACK';
  readonly versionId: string | null;
  readonly previousId: string | null;
  readonly byIds: readonly string[];
  readonly reason: string;
  readonly flips: number;
  readonly decisions: number;
  readonly at: Date;
}

/** What decides for a tenant: the newest publication, and its bundle. */
export interface ActivePolicy extends PolicyPublication {
  /** Null where the installation's own files decide. */
  readonly bundleHash: string | null;
}

/** A version that is evaluated beside what decides. */
export type ShadowedVersion = Pick<PolicyVersion, 'id' | 'tenantId' | 'bundleHash' | 'number'>;

export interface PolicyVersionStore {
  /** One after another in a tenant, until the transaction ends; gives the database's time. */
  lock(tx: Transaction, tenantId: string): Promise<Date>;
  insert(tx: Transaction, version: PolicyVersion): void;
  nextNumber(tx: Transaction, tenantId: string): Promise<number>;
  find(tx: StatementRunner, tenantId: string, id: string): Promise<PolicyVersion | null>;
  /** The newest first; those before a number, or the one of an id. */
  list(tenantId: string, limit: number, before: number | null, id?: string): Promise<PolicyVersion[]>;
  /** Versions that are neither published nor discarded. */
  countOpen(tx: Transaction, tenantId: string): Promise<number>;
  update(tx: Transaction, version: PolicyVersion): void;
  insertPublication(tx: Transaction, publication: PolicyPublication): void;
  findPublication(tx: StatementRunner, tenantId: string, id: string): Promise<PolicyPublication | null>;
  listPublications(tenantId: string, limit: number): Promise<PolicyPublication[]>;
  findActiveOf(tx: StatementRunner, tenantId: string): Promise<ActivePolicy | null>;
  /** Of all tenants. */
  findActive(): Promise<ActivePolicy[]>;
  findShadowed(): Promise<ShadowedVersion[]>;
}

const versions: Table<PolicyVersion> = tables.policyVersion;
const publications: Table<PolicyPublication> = tables.policyPublication;

const active = (tenant: string) =>
  `SELECT ${columnsOf(publications, 'p')}, v.bundle_hash AS "bundleHash"
   FROM (SELECT DISTINCT ON (tenant_id) * FROM policy_publication ${tenant} ORDER BY tenant_id, number DESC) p
   LEFT JOIN policy_version v ON v.id = p.version_id AND v.tenant_id = p.tenant_id`;

type Reads = Pick<Database, 'query'>;
type Publications =
  | 'insertPublication'
  | 'findPublication'
  | 'listPublications'
  | 'findActiveOf'
  | 'findActive';

export const createPolicyVersionStore = (database: Reads): PolicyVersionStore => ({
  ...createVersions(database),
  ...createPublications(database),
});

const createVersions = (database: Reads): Omit<PolicyVersionStore, Publications> => ({
  async lock(tx, tenantId) {
    const [row] = await tx.query<{ now: Date }>(
      `SELECT clock_timestamp() AS now FROM pg_advisory_xact_lock(hashtextextended('countersign policy ' || $1::text, 0))`,
      [tenantId],
    );
    if (!row) throw new Error('The database does not tell the time.');
    return row.now;
  },
  insert: (tx, version) => insertRows(tx, versions, [version]),
  async nextNumber(tx, tenantId) {
    const [row] = await tx.query<{ next: number }>(
      'SELECT coalesce(max(number), 0) + 1 AS next FROM policy_version WHERE tenant_id = $1',
      [tenantId],
    );
    return row?.next ?? 1;
  },
  async find(tx, tenantId, id) {
    const [row] = await tx.query<PolicyVersion>(
      `SELECT ${columnsOf(versions)} FROM policy_version WHERE tenant_id = $1 AND id = $2`,
      [tenantId, id],
    );
    return row ?? null;
  },
  list: (tenantId, limit, before, id) =>
    database.query<PolicyVersion>(
      `SELECT ${columnsOf(versions)} FROM policy_version
       WHERE tenant_id = $1 AND ($3::int IS NULL OR number < $3) AND ($4::uuid IS NULL OR id = $4)
       ORDER BY number DESC LIMIT $2`,
      [tenantId, limit, before, id ?? null],
    ),
  async countOpen(tx, tenantId) {
    const [row] = await tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM policy_version v WHERE tenant_id = $1 AND discarded_at IS NULL
       AND NOT EXISTS (SELECT FROM policy_publication p WHERE p.version_id = v.id)`,
      [tenantId],
    );
    return row?.count ?? 0;
  },
  update(tx, { id, tenantId, shadowSince, shadow, discardedAt, asks }) {
    tx.write(
      `UPDATE policy_version SET shadow_since = $3, shadow = $4::jsonb, discarded_at = $5, asks = $6::jsonb
       WHERE id = $1 AND tenant_id = $2`,
      [id, tenantId, shadowSince, JSON.stringify(shadow), discardedAt, JSON.stringify(asks)],
    );
  },
  findShadowed: () =>
    database.query<ShadowedVersion>(
      `SELECT id, tenant_id AS "tenantId", bundle_hash AS "bundleHash", number FROM policy_version
       WHERE shadow_since IS NOT NULL`,
    ),
});

const createPublications = (database: Reads): Pick<PolicyVersionStore, Publications> => ({
  insertPublication: (tx, publication) => insertRows(tx, publications, [publication]),
  async findPublication(tx, tenantId, id) {
    const [row] = await tx.query<PolicyPublication>(
      `SELECT ${columnsOf(publications)} FROM policy_publication WHERE tenant_id = $1 AND id = $2`,
      [tenantId, id],
    );
    return row ?? null;
  },
  listPublications: (tenantId, limit) =>
    database.query<PolicyPublication>(
      `SELECT ${columnsOf(publications)} FROM policy_publication WHERE tenant_id = $1 ORDER BY number DESC LIMIT $2`,
      [tenantId, limit],
    ),
  async findActiveOf(tx, tenantId) {
    const [row] = await tx.query<ActivePolicy>(active('WHERE tenant_id = $1'), [tenantId]);
    return row ?? null;
  },
  findActive: () => database.query<ActivePolicy>(active('')),
});
