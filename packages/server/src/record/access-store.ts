import type { Role } from '@countersign/shared';
import type { Principal } from '../domain/principal.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, without, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';
import { behindRow } from './place-in-list.ts';

export interface Tenant {
  readonly id: string;
  readonly name: string;
}

/** A principal of any tenant that may act; null for an unknown and for a disabled one. */
export type FindPrincipal = (id: string) => Promise<Principal | null>;

/** Tenants and principals. Ids of another shape than a UUID's name nothing. */
export interface AccessStore {
  /** Gives the time of its birth, or null where the name is taken. */
  insertTenant(tx: Transaction, tenant: Tenant): Promise<Date | null>;
  findTenant(id: string): Promise<Tenant | null>;
  /** The oldest first. */
  findTenants(): Promise<Tenant[]>;
  /** Whose people govern the installation: the one that was made first. */
  findFirstTenant(): Promise<string | null>;
  /** Whether there is any. */
  hasTenant(tx: StatementRunner): Promise<boolean>;
  /** Of any tenant, not disabled, the oldest first: those of the name, or administrators where there is none. */
  findPeople(name: string | null): Promise<Principal[]>;
  findTenantByName(tx: Transaction, name: string): Promise<Tenant | null>;
  /** Gives the time of its birth, or null where the tenant has the name already. */
  insertPrincipal(tx: Transaction, principal: Principal): Promise<Date | null>;
  /** Disabled ones too: they stay in what they did. */
  findPrincipals(tenantId: string, ids: readonly string[]): Promise<Principal[]>;
  findPrincipalByName(tx: Transaction, tenantId: string, name: string): Promise<Principal | null>;
  /** Not disabled. */
  findActivePrincipal(tx: Transaction, tenantId: string, id: string): Promise<Principal | null>;
  /** Not disabled; of any tenant, for the server's own questions. */
  findActivePrincipalById(id: string): Promise<Principal | null>;
  /** Agents and services that are not disabled, in the same order. */
  listPrograms(
    tenantId: string,
    limit: number,
    after: string | null,
    search: string | null,
  ): Promise<Principal[]>;
  /** By name, at most `limit`, behind the one with the id `after`; disabled ones only where they are asked for. */
  listPrincipals(
    tenantId: string,
    isWithDisabled: boolean,
    limit: number,
    after: string | null,
  ): Promise<Principal[]>;
  /** An agent or a service, not disabled, by the names of its tenant and its own. */
  findProgram(tenant: string, name: string): Promise<Principal | null>;
  /** People who may decide, not disabled: as many as can matter. */
  findDeciders(tenantId: string): Promise<Principal[]>;
  /** Disabled or not, locked until the transaction ends. */
  lockPrincipal(tx: Transaction, tenantId: string, id: string): Promise<Principal | null>;
  /** Those who may administer the tenant now, locked until the transaction ends. */
  lockAdministrators(tx: Transaction, tenantId: string): Promise<string[]>;
  /** Gives the database's time. */
  setRoles(tx: Transaction, id: string, roles: readonly Role[]): Promise<Date>;
  setDisabled(tx: Transaction, id: string, isDisabled: boolean): Promise<Date>;
}

const principals: Table<Principal> = without(tables.principal, 'createdAt');
/** A principal `p` as the domain knows it. */
export const principalColumns = columnsOf(principals, 'p');

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
export const isUuid = (id: string): boolean => uuid.test(id);

export const createAccessStore = (database: Database): AccessStore => ({
  async insertTenant(tx, { id, name }) {
    const rows = await tx.query<{ created_at: Date }>(
      'INSERT INTO tenant (id, name) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING RETURNING created_at',
      [id, name],
    );
    return rows[0]?.created_at ?? null;
  },

  async findTenant(id) {
    const rows = await database.query<Tenant>('SELECT id, name FROM tenant WHERE id = $1', [id]);
    return rows[0] ?? null;
  },

  findTenants: () => database.query<Tenant>('SELECT id, name FROM tenant ORDER BY created_at, id'),

  async findFirstTenant() {
    const rows = await database.query<{ id: string }>(
      'SELECT id FROM tenant ORDER BY created_at, id LIMIT 1',
    );
    return rows[0]?.id ?? null;
  },

  async findTenantByName(tx, name) {
    const rows = await tx.query<Tenant>('SELECT id, name FROM tenant WHERE name = $1', [name]);
    return rows[0] ?? null;
  },

  async insertPrincipal(tx, { id, tenantId, type, name, roles, groups, ownerId, createdById, handIds }) {
    const rows = await tx.query<{ created_at: Date }>(
      `INSERT INTO principal (id, tenant_id, type, name, roles, groups, owner_id, created_by_id, hand_ids)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant_id, name) DO NOTHING RETURNING created_at`,
      [id, tenantId, type, name, roles, groups, ownerId, createdById, handIds],
    );
    return rows[0]?.created_at ?? null;
  },

  findPrincipals: (tenantId, ids) =>
    database.query<Principal>(
      `SELECT ${principalColumns} FROM principal p WHERE p.tenant_id = $1 AND p.id = ANY($2::uuid[])`,
      [tenantId, ids.filter(isUuid)],
    ),

  async findPrincipalByName(tx, tenantId, name) {
    const rows = await tx.query<Principal>(
      `SELECT ${principalColumns} FROM principal p WHERE p.tenant_id = $1 AND p.name = $2`,
      [tenantId, name],
    );
    return rows[0] ?? null;
  },

  async findActivePrincipal(tx, tenantId, id) {
    if (!isUuid(id)) return null;
    const rows = await tx.query<Principal>(
      `SELECT ${principalColumns} FROM principal p WHERE p.tenant_id = $1 AND p.id = $2 AND p.disabled_at IS NULL`,
      [tenantId, id],
    );
    return rows[0] ?? null;
  },

  listPrincipals: (tenantId, isWithDisabled, limit, after) =>
    behindRow(
      after,
      database.reports.query<Principal>(
        `SELECT ${principalColumns} FROM principal p WHERE p.tenant_id = $1 AND ($2 OR p.disabled_at IS NULL)
         AND ($4::uuid IS NULL OR p.name > (SELECT a.name FROM principal a WHERE a.tenant_id = $1 AND a.id = $4))
       ORDER BY p.name LIMIT $3`,
        [tenantId, isWithDisabled, limit, after],
      ),
      () =>
        database.reports.query('SELECT FROM principal WHERE tenant_id = $1 AND id = $2', [tenantId, after]),
    ),

  listPrograms: (tenantId, limit, after, search) =>
    database.reports.query<Principal>(
      `SELECT ${principalColumns} FROM principal p
       WHERE p.tenant_id = $1 AND p.type <> 'HUMAN' AND p.disabled_at IS NULL
         AND ($3::uuid IS NULL OR p.name > (SELECT a.name FROM principal a WHERE a.tenant_id = $1 AND a.id = $3))
         AND ($4::text IS NULL OR position(lower($4) IN lower(p.name)) > 0)
       ORDER BY p.name LIMIT $2`,
      [tenantId, limit, after, search],
    ),
  ...createOperatorReads(database),
  ...principalChanges,
});

/** What the server and the operator of the machine ask. */
const createOperatorReads = (
  database: Database,
): Pick<
  AccessStore,
  'hasTenant' | 'findPeople' | 'findDeciders' | 'findActivePrincipalById' | 'findProgram'
> => ({
  async findProgram(tenant, name) {
    const rows = await database.query<Principal>(
      `SELECT ${principalColumns} FROM principal p JOIN tenant t ON t.id = p.tenant_id
       WHERE t.name = $1 AND p.name = $2 AND p.type <> 'HUMAN' AND p.disabled_at IS NULL`,
      [tenant, name],
    );
    return rows[0] ?? null;
  },

  findDeciders: (tenantId) =>
    database.reports.query<Principal>(
      `SELECT ${principalColumns} FROM principal p
       WHERE p.tenant_id = $1 AND p.type = 'HUMAN' AND 'APPROVER' = ANY (p.roles) AND p.disabled_at IS NULL
       ORDER BY p.id LIMIT 1000`,
      [tenantId],
    ),

  async findActivePrincipalById(id) {
    if (!isUuid(id)) return null;
    const rows = await database.query<Principal>(
      `SELECT ${principalColumns} FROM principal p WHERE p.id = $1 AND p.disabled_at IS NULL`,
      [id],
    );
    return rows[0] ?? null;
  },

  async hasTenant(tx) {
    const rows = await tx.query('SELECT 1 FROM tenant LIMIT 1');
    return rows.length > 0;
  },

  findPeople: (name) =>
    database.query<Principal>(
      `SELECT ${principalColumns} FROM principal p WHERE p.type = 'HUMAN' AND p.disabled_at IS NULL
         AND CASE WHEN $1::text IS NULL THEN 'ADMIN' = ANY (p.roles) ELSE p.name = $1 END
       ORDER BY p.created_at, p.id LIMIT 10`,
      [name],
    ),
});

/** What a principal's life changes. */
const principalChanges: Pick<
  AccessStore,
  'lockPrincipal' | 'lockAdministrators' | 'setRoles' | 'setDisabled'
> = {
  async lockPrincipal(tx, tenantId, id) {
    if (!isUuid(id)) return null;
    const rows = await tx.query<Principal>(
      `SELECT ${principalColumns} FROM principal p WHERE p.tenant_id = $1 AND p.id = $2 FOR UPDATE`,
      [tenantId, id],
    );
    return rows[0] ?? null;
  },

  async lockAdministrators(tx, tenantId) {
    const rows = await tx.query<{ id: string }>(
      `SELECT p.id FROM principal p WHERE p.tenant_id = $1 AND p.disabled_at IS NULL AND p.type = 'HUMAN'
         AND 'ADMIN' = ANY (p.roles) ORDER BY p.id FOR UPDATE`,
      [tenantId],
    );
    return rows.map(({ id }) => id);
  },

  async setRoles(tx, id, roles) {
    const rows = await tx.query<{ at: Date }>(
      'UPDATE principal SET roles = $2::text[]::role[] WHERE id = $1 RETURNING now() AS at',
      [id, roles],
    );
    return timeOf(rows);
  },

  async setDisabled(tx, id, isDisabled) {
    const rows = await tx.query<{ at: Date }>(
      'UPDATE principal SET disabled_at = CASE WHEN $2 THEN now() END WHERE id = $1 RETURNING now() AS at',
      [id, isDisabled],
    );
    return timeOf(rows);
  },
};

const timeOf = ([row]: readonly { at: Date }[]): Date => {
  if (!row) throw new Error('A principal that was locked is gone.');
  return row.at;
};
