import type { Principal } from '../domain/principal.ts';
import { isFinalStatus, taskStatuses } from '@countersign/shared';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, without, type Table } from '../infra/rows.ts';
import { principalColumns } from './access-store.ts';
import { tables } from './tables.ts';
import { turnToAdd } from './turn-to-add.ts';
import { behindRow } from './place-in-list.ts';

/** People of a tenant under one name. Who is in it stands with each of them. */
export interface Group {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  /** Null where the operator of the machine made it. */
  readonly createdById: string | null;
}

export interface GroupStore {
  /** Gives the time of its birth, or null where the tenant has the name already. */
  insert(tx: Transaction, group: Group): Promise<Date | null>;
  find(tx: Transaction, tenantId: string, id: string): Promise<Group | null>;
  /** How many the tenant has, by whoever adds one now: nobody else does before it is committed. */
  count(tx: Transaction, tenantId: string): Promise<number>;
  /** Gives the database's time, or null where the tenant has the name already. */
  rename(tx: Transaction, group: Group, name: string): Promise<Date | null>;
  /** Everybody who is in it, disabled ones too, locked until the transaction ends; nobody else joins before. */
  lockMembers(tx: Transaction, tenantId: string, name: string): Promise<Principal[]>;
  /** Tasks that have not ended and that people were asked about, by the names of the groups that were asked. */
  countAsked(
    tx: StatementRunner | null,
    tenantId: string,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, number>>;
  /** By name, at most `limit`, behind the one with the id `after`. */
  list(tenantId: string, limit: number, after: string | null): Promise<Group[]>;
  /** Not disabled, by name: everybody who is in one of the groups. */
  findMembers(tenantId: string, names: readonly string[]): Promise<Principal[]>;
  /** People of the tenant, disabled ones too, locked until the transaction ends. */
  lockPeople(tx: Transaction, tenantId: string, ids: readonly string[]): Promise<Principal[]>;
  /** Gives the database's time. */
  setGroups(tx: Transaction, principalId: string, names: readonly string[]): Promise<Date>;
}

const groups: Table<Group> = without(tables.peopleGroup, 'createdAt');

export const createGroupStore = (database: Database): GroupStore => ({
  async insert(tx, { id, tenantId, name, createdById }) {
    const rows = await tx.query<{ created_at: Date }>(
      `INSERT INTO people_group (id, tenant_id, name, created_by_id) VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant_id, name) DO NOTHING RETURNING created_at`,
      [id, tenantId, name, createdById],
    );
    return rows[0]?.created_at ?? null;
  },

  async find(tx, tenantId, id) {
    const rows = await tx.query<Group>(
      `SELECT ${columnsOf(groups)} FROM people_group WHERE tenant_id = $1 AND id = $2`,
      [tenantId, id],
    );
    return rows[0] ?? null;
  },

  list: (tenantId, limit, after) =>
    behindRow(
      after,
      database.reports.query<Group>(
        `SELECT ${columnsOf(groups)} FROM people_group WHERE tenant_id = $1
         AND ($3::uuid IS NULL OR name > (SELECT a.name FROM people_group a WHERE a.tenant_id = $1 AND a.id = $3))
       ORDER BY name LIMIT $2`,
        [tenantId, limit, after],
      ),
      () =>
        database.reports.query('SELECT FROM people_group WHERE tenant_id = $1 AND id = $2', [
          tenantId,
          after,
        ]),
    ),

  async count(tx, tenantId) {
    await turnToAdd(tx, 'groups', tenantId);
    const rows = await tx.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM people_group WHERE tenant_id = $1',
      [tenantId],
    );
    return rows[0]?.count ?? 0;
  },

  async rename(tx, { id, tenantId }, name) {
    const rows = await tx.query<{ at: Date }>(
      `UPDATE people_group g SET name = $3 WHERE g.tenant_id = $1 AND g.id = $2
         AND NOT EXISTS (SELECT 1 FROM people_group o WHERE o.tenant_id = $1 AND o.name = $3)
       RETURNING now() AS at`,
      [tenantId, id, name],
    );
    return rows[0]?.at ?? null;
  },

  async lockMembers(tx, tenantId, name) {
    await turnToAdd(tx, 'members', `${tenantId} ${name}`);
    return tx.query<Principal>(
      `SELECT ${principalColumns} FROM principal p
       WHERE p.tenant_id = $1 AND p.groups @> ARRAY[$2::text] ORDER BY p.id FOR UPDATE`,
      [tenantId, name],
    );
  },

  async countAsked(tx, tenantId, names) {
    const rows = await (tx ?? database.reports).query<{ name: string; count: number }>(
      `SELECT asked.name, count(*)::int AS count
       FROM task t JOIN approval_request a ON a.task_id = t.id AND a.revision = t.revision
         JOIN unnest($2::text[]) AS asked (name) ON a.escalate_to = asked.name OR asked.name = ANY (a.veto_groups)
           OR a.stages @> jsonb_build_array(jsonb_build_object('needs', jsonb_build_array(jsonb_build_object('group', asked.name))))
       WHERE t.tenant_id = $1 AND t.status::text = ANY ($3::text[]) AND a.status IN ('PENDING', 'APPROVED')
       GROUP BY asked.name`,
      [tenantId, names, taskStatuses.filter((status) => !isFinalStatus(status))],
    );
    return new Map(rows.map(({ name, count }) => [name, count]));
  },

  findMembers: (tenantId, names) =>
    database.reports.query<Principal>(
      `SELECT ${principalColumns} FROM principal p
       WHERE p.tenant_id = $1 AND p.groups && $2::text[] AND p.disabled_at IS NULL ORDER BY p.name`,
      [tenantId, names],
    ),

  lockPeople: (tx, tenantId, ids) =>
    tx.query<Principal>(
      `SELECT ${principalColumns} FROM principal p
       WHERE p.tenant_id = $1 AND p.id = ANY($2::uuid[]) AND p.type = 'HUMAN' ORDER BY p.id FOR UPDATE`,
      [tenantId, ids],
    ),

  async setGroups(tx, principalId, names) {
    const rows = await tx.query<{ at: Date }>(
      'UPDATE principal SET groups = $2 WHERE id = $1 RETURNING now() AS at',
      [principalId, names],
    );
    const [row] = rows;
    if (!row) throw new Error('A principal that was locked is gone.');
    return row.at;
  },
});
