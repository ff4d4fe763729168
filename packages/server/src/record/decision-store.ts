import type { DecisionOutcome } from '@countersign/shared';
import type { Decision } from '../domain/decision.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { insertRows } from '../infra/rows.ts';

/** A decision as it was recorded, with the input that gave it. */
export interface RecordedDecision {
  readonly id: string;
  readonly tenantId: string;
  readonly taskId: string;
  readonly revision: number;
  readonly planHash: string;
  readonly outcome: DecisionOutcome;
  readonly reasons: Decision['reasons'];
  readonly bundleHash: string;
  readonly input: JsonObject;
  readonly inputHash: string;
  readonly decidedAt: Date;
}

export interface DecisionStore {
  insert(tx: Transaction, decisions: readonly RecordedDecision[]): void;
  find(
    tx: StatementRunner,
    keys: readonly { taskId: string; revision: number }[],
  ): Promise<RecordedDecision[]>;
  findMany(
    tenantId: string,
    keys: readonly { taskId: string; revision: number }[],
  ): Promise<RecordedDecision[]>;
}

interface DecisionRow {
  id: string;
  tenant_id: string;
  task_id: string;
  revision: number;
  plan_hash: string;
  outcome: DecisionOutcome;
  reasons: Decision['reasons'];
  bundle_hash: string;
  input: JsonObject;
  input_hash: string;
  decided_at: Date;
}

export const createDecisionStore = (database: Database): DecisionStore => {
  const find: DecisionStore['find'] = async (tx, keys) => {
    const rows = await tx.query<DecisionRow>(
      `SELECT d.* FROM policy_decision d JOIN unnest($1::uuid[], $2::int[]) AS k(task_id, revision)
       ON d.task_id = k.task_id AND d.revision = k.revision`,
      [keys.map((key) => key.taskId), keys.map((key) => key.revision)],
    );
    return rows.map((row) => ({
      id: row.id,
      tenantId: row.tenant_id,
      taskId: row.task_id,
      revision: row.revision,
      planHash: row.plan_hash,
      outcome: row.outcome,
      reasons: row.reasons,
      bundleHash: row.bundle_hash,
      input: row.input,
      inputHash: row.input_hash,
      decidedAt: row.decided_at,
    }));
  };
  return {
    insert: (tx, decisions) =>
      insertRows(
        tx,
        'policy_decision',
        decisions.map((decision) => ({
          id: decision.id,
          tenant_id: decision.tenantId,
          task_id: decision.taskId,
          revision: decision.revision,
          plan_hash: decision.planHash,
          outcome: decision.outcome,
          reasons: decision.reasons,
          bundle_hash: decision.bundleHash,
          input: decision.input,
          input_hash: decision.inputHash,
          decided_at: decision.decidedAt,
        })),
      ),
    find,
    findMany: async (tenantId, keys) =>
      (await find(database, keys)).filter((decision) => decision.tenantId === tenantId),
  };
};
