import type { Delegation } from '../domain/delegation.ts';
import type { Delegator } from '../domain/stand-in.ts';
import type { Database, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, updateRows, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';
import { behindRow } from './place-in-list.ts';

const delegations: Table<Delegation> = tables.delegation;

export interface DelegationStore {
  /** The database's time. */
  now(tx: Transaction): Promise<Date>;
  insert(tx: Transaction, made: Delegation): void;
  end(tx: Transaction, delegation: Delegation, at: Date): void;
  find(tx: Transaction, tenantId: string, id: string): Promise<Delegation | null>;
  /** Those of these people that are not over, whichever part they have in them. */
  openOf(tx: Transaction, principalIds: readonly string[]): Promise<Delegation[]>;
  /** Those in whose place this person decides now, where they may still decide themselves. */
  standsFor(principalId: string): Promise<Delegator[]>;
  /** Not over, by their end, behind the one with the id `after`. */
  list(tenantId: string, limit: number, after: string | null): Promise<Delegation[]>;
}

const isOpen = 'd.ended_at IS NULL AND d.ends_at > clock_timestamp()';

export const createDelegationStore = (database: Database): DelegationStore => ({
  async now(tx) {
    const [row] = await tx.query<{ now: Date }>(
      "SELECT date_trunc('milliseconds', clock_timestamp()) AS now",
    );
    if (!row) throw new Error('The database did not tell its time.');
    return row.now;
  },
  insert: (tx, made) => insertRows(tx, delegations, [made]),
  end: (tx, delegation, endedAt) => updateRows(tx, delegations, [{ ...delegation, endedAt }]),

  async find(tx, tenantId, id) {
    const rows = await tx.query<Delegation>(
      `SELECT ${columnsOf(delegations, 'd')} FROM delegation d WHERE d.tenant_id = $1 AND d.id = $2 FOR UPDATE`,
      [tenantId, id],
    );
    return rows[0] ?? null;
  },

  openOf: (tx, principalIds) =>
    tx.query<Delegation>(
      `SELECT ${columnsOf(delegations, 'd')} FROM delegation d WHERE d.id IN (
         SELECT id FROM delegation WHERE from_id = ANY($1::uuid[]) UNION
         SELECT id FROM delegation WHERE to_id = ANY($1::uuid[])) AND ${isOpen}`,
      [principalIds],
    ),

  standsFor: (principalId) =>
    database.query<Delegator>(
      `SELECT p.id, p.name, p.groups, d.created_by_id AS "delegatedById" FROM delegation d
       JOIN principal p ON p.id = d.from_id AND p.disabled_at IS NULL AND 'APPROVER' = ANY (p.roles)
       WHERE d.to_id = $1 AND ${isOpen} AND d.starts_at <= clock_timestamp() ORDER BY p.id`,
      [principalId],
    ),

  list: (tenantId, limit, after) =>
    behindRow(
      after,
      database.reports.query<Delegation>(
        `SELECT ${columnsOf(delegations, 'd')} FROM delegation d WHERE d.tenant_id = $1 AND ${isOpen}
         AND ($3::uuid IS NULL OR (d.ends_at, d.id) > (SELECT a.ends_at, a.id FROM delegation a WHERE a.tenant_id = $1 AND a.id = $3))
       ORDER BY d.ends_at, d.id LIMIT $2`,
        [tenantId, limit, after],
      ),
      () =>
        database.reports.query('SELECT FROM delegation WHERE tenant_id = $1 AND id = $2', [tenantId, after]),
    ),
});
