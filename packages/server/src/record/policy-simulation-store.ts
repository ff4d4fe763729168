import type { Database, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';

/** A version that is run over recorded decisions. */
export interface PolicySimulation<Result = unknown> {
  readonly id: string;
  readonly tenantId: string;
  readonly versionId: string;
  readonly againstHash: string;
  readonly since: Date;
  readonly until: Date;
  readonly byId: string;
  readonly at: Date;
  readonly total: number;
  readonly seen: number;
  readonly state: 'RUNNING' | 'DONE' | 'CANCELLED' | 'FAILED';
  readonly result: Result;
  readonly endedAt: Date | null;
  readonly error: string | null;
}

export interface PolicySimulationStore {
  insert(tx: Transaction, simulation: PolicySimulation): void;
  find(tenantId: string, id: string): Promise<PolicySimulation | null>;
  /** The newest first. */
  list(tenantId: string, versionId: string | null, limit: number): Promise<PolicySimulation[]>;
  countRunning(tx: Transaction, tenantId: string): Promise<number>;
  /** Where it still runs; null where it does not. */
  advance(
    tx: Transaction,
    simulation: Pick<PolicySimulation, 'id' | 'tenantId' | 'seen' | 'state' | 'result' | 'error'>,
  ): Promise<PolicySimulation | null>;
}

const rows: Table<PolicySimulation> = tables.policySimulation;

export const createPolicySimulationStore = (database: Pick<Database, 'query'>): PolicySimulationStore => ({
  insert: (tx, simulation) => insertRows(tx, rows, [simulation]),
  async find(tenantId, id) {
    const [row] = await database.query<PolicySimulation>(
      `SELECT ${columnsOf(rows)} FROM policy_simulation WHERE tenant_id = $1 AND id = $2`,
      [tenantId, id],
    );
    return row ?? null;
  },
  list: (tenantId, versionId, limit) =>
    database.query<PolicySimulation>(
      `SELECT ${columnsOf(rows)} FROM policy_simulation
       WHERE tenant_id = $1 AND ($2::uuid IS NULL OR version_id = $2) ORDER BY at DESC, id DESC LIMIT $3`,
      [tenantId, versionId, limit],
    ),
  async countRunning(tx, tenantId) {
    const [row] = await tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM policy_simulation WHERE tenant_id = $1 AND state = 'RUNNING'`,
      [tenantId],
    );
    return row?.count ?? 0;
  },
  async advance(tx, { id, tenantId, seen, state, result, error }) {
    const [row] = await tx.query<PolicySimulation>(
      `UPDATE policy_simulation SET seen = $3, state = $4::policy_simulation_state, result = $5::jsonb, error = $6,
              ended_at = CASE WHEN $4 = 'RUNNING' THEN NULL ELSE clock_timestamp() END
       WHERE id = $1 AND tenant_id = $2 AND state = 'RUNNING' RETURNING ${columnsOf(rows)}`,
      [id, tenantId, seen, state, JSON.stringify(result), error],
    );
    return row ?? null;
  },
});
