import type { ApprovalRequest, Review } from '../domain/approval-request.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, updateRows, type Table } from '../infra/rows.ts';
import { createApprovalPages, type ApprovalPages } from './approval-pages.ts';
import { tables } from './tables.ts';

export interface ApprovalStore extends ApprovalPages {
  insert(tx: Transaction, requests: readonly ApprovalRequest[]): void;
  update(tx: Transaction, requests: readonly ApprovalRequest[]): void;
  insertReviews(tx: Transaction, reviews: readonly Review[]): void;
  /** The request of one revision of each task. */
  find(
    tx: StatementRunner,
    keys: readonly { taskId: string; revision: number }[],
  ): Promise<ApprovalRequest[]>;
  findById(tenantId: string, id: string): Promise<ApprovalRequest | null>;
  findReviews(tx: StatementRunner, approvalIds: readonly string[]): Promise<Review[]>;
  /** Tasks whose open request ran out of time. */
  findExpired(limit: number): Promise<string[]>;
  /** Tasks whose undo window is over. */
  findEffective(limit: number): Promise<string[]>;
  /** Milliseconds until the next of both by the database's clock, or null. */
  nextDueMs(): Promise<number | null>;
}

const requests: Table<ApprovalRequest> = tables.approvalRequest;
const reviews: Table<Review> = tables.review;

export const createApprovalStore = (database: Database): ApprovalStore => ({
  insert: (tx, made) => insertRows(tx, requests, made),
  update: (tx, changed) => updateRows(tx, requests, changed),
  insertReviews: (tx, made) => insertRows(tx, reviews, made),

  find: (tx, keys) =>
    tx.query<ApprovalRequest>(
      `SELECT ${columnsOf(requests, 'a')} FROM approval_request a
       JOIN unnest($1::uuid[], $2::int[]) AS k(task_id, revision)
       ON a.task_id = k.task_id AND a.revision = k.revision`,
      [keys.map((key) => key.taskId), keys.map((key) => key.revision)],
    ),

  async findById(tenantId, id) {
    const rows = await database.query<ApprovalRequest>(
      `SELECT ${columnsOf(requests)} FROM approval_request WHERE tenant_id = $1 AND id = $2`,
      [tenantId, id],
    );
    return rows[0] ?? null;
  },

  findReviews: (tx, approvalIds) =>
    tx.query<Review>(
      `SELECT ${columnsOf(reviews)} FROM review WHERE approval_id = ANY($1::uuid[]) ORDER BY at, id`,
      [approvalIds],
    ),
  ...createApprovalPages(database),
  ...createApprovalReads(database),
});

/** What the clock asks of approvals. */
const createApprovalReads = (
  database: Database,
): Pick<ApprovalStore, 'findExpired' | 'findEffective' | 'nextDueMs'> => ({
  async findExpired(limit) {
    const rows = await database.query<{ task_id: string }>(
      `SELECT t.id AS task_id FROM approval_request a JOIN task t ON t.id = a.task_id AND t.revision = a.revision
       WHERE a.status = 'PENDING' AND a.expires_at <= now() AND t.status = 'AWAITING_APPROVAL' LIMIT $1`,
      [limit],
    );
    return rows.map((row) => row.task_id);
  },

  async findEffective(limit) {
    const rows = await database.query<{ id: string }>(
      `SELECT t.id FROM task t JOIN approval_request a ON a.task_id = t.id AND a.revision = t.revision
       WHERE t.status = 'HELD' AND a.status = 'APPROVED' AND a.effective_at <= now() ORDER BY t.id LIMIT $1`,
      [limit],
    );
    return rows.map((row) => row.id);
  },

  async nextDueMs() {
    const [row] = await database.query<{ due_ms: number | null }>(
      `SELECT (extract(epoch FROM min(due) - clock_timestamp()) * 1000)::float8 AS due_ms FROM (
         SELECT min(expires_at) AS due FROM approval_request WHERE status = 'PENDING'
         UNION ALL
         SELECT min(a.effective_at) FROM task t JOIN approval_request a
           ON a.task_id = t.id AND a.revision = t.revision
         WHERE t.status = 'HELD' AND a.status = 'APPROVED') AS next`,
    );
    return row?.due_ms ?? null;
  },
});
