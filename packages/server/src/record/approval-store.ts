import type { ApprovalRequest, Review } from '../domain/approval-request.ts';
import type { MadeDecisionOf } from '../domain/habits.ts';
import type { Sight } from '../domain/sight.ts';
import type { Task } from '../domain/task.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, updateRows, type Table } from '../infra/rows.ts';
import { createApprovalPages, type ApprovalPages } from './approval-pages.ts';
import { andNumbered, isInSight, isTaskInSight } from './in-sight.ts';
import { tables } from './tables.ts';

export interface ApprovalStore extends ApprovalPages {
  insert(tx: Transaction, requests: readonly ApprovalRequest[]): void;
  update(tx: Transaction, requests: readonly ApprovalRequest[]): void;
  insertReviews(tx: Transaction, reviews: readonly Review[]): void;
  /** The request of one revision of each task; of those that are seen, where that is given. */
  find(
    tx: StatementRunner,
    keys: readonly { taskId: string; revision: number }[],
    sight?: Sight,
  ): Promise<ApprovalRequest[]>;
  findById(sight: Sight, id: string): Promise<ApprovalRequest | null>;
  /** Approvals and rejections of a tenant of the last days, the newest first. */
  findMade(tenantId: string, days: number, limit: number): Promise<MadeDecisionOf[]>;
  findReviews(tx: StatementRunner, approvalIds: readonly string[]): Promise<Review[]>;
  /** The decisions that these reviewers' keys stand for. */
  findByKeys(
    tx: StatementRunner,
    keys: readonly { readonly reviewerId: string; readonly key: string }[],
  ): Promise<Review[]>;
  /** Tasks whose open request has run out of time by then. */
  findExpired(now: Date, limit: number): Promise<string[]>;
  /** Tasks whose open request the clock is to look at by then, and nobody has been asked to. */
  findTurns(now: Date, job: string, limit: number): Promise<Pick<Task, 'id' | 'submittedById'>[]>;
  /** Tasks whose undo window is over. */
  findEffective(limit: number): Promise<string[]>;
  /** Milliseconds until the next of them by the database's clock, or null. */
  nextDueMs(): Promise<number | null>;
}

const requests: Table<ApprovalRequest> = tables.approvalRequest;
const reviews: Table<Review> = tables.review;

export const createApprovalStore = (database: Database): ApprovalStore => ({
  insert: (tx, made) => insertRows(tx, requests, made),
  update: (tx, changed) => updateRows(tx, requests, changed),
  insertReviews: (tx, made) => insertRows(tx, reviews, made),

  find(tx, keys, sight) {
    const [and, values] = andNumbered(isInSight(sight, 'a'), 2);
    return tx.query<ApprovalRequest>(
      `SELECT ${columnsOf(requests, 'a')} FROM approval_request a
       JOIN unnest($1::uuid[], $2::int[]) AS k(task_id, revision)
       ON a.task_id = k.task_id AND a.revision = k.revision${and}`,
      [keys.map((key) => key.taskId), keys.map((key) => key.revision), ...values],
    );
  },

  async findById(sight, id) {
    const [and, values] = andNumbered(isTaskInSight(sight, 'approval_request.task_id'), 2);
    const rows = await database.query<ApprovalRequest>(
      `SELECT ${columnsOf(requests)} FROM approval_request WHERE tenant_id = $1 AND id = $2${and}`,
      [sight.tenantId, id, ...values],
    );
    return rows[0] ?? null;
  },

  findReviews: (tx, approvalIds) =>
    tx.query<Review>(
      `SELECT ${columnsOf(reviews)} FROM review WHERE approval_id = ANY($1::uuid[]) ORDER BY at, id`,
      [approvalIds],
    ),
  async findByKeys(tx, keys) {
    if (keys.length === 0) return [];
    return tx.query<Review>(
      `SELECT ${columnsOf(reviews, 'r')} FROM review r
       JOIN unnest($1::uuid[], $2::text[]) AS k(reviewer_id, key)
         ON r.reviewer_id = k.reviewer_id AND r.idempotency_key = k.key`,
      [keys.map(({ reviewerId }) => reviewerId), keys.map(({ key }) => key)],
    );
  },
  findMade: (tenantId, days, limit) =>
    database.reports.query<MadeDecisionOf>(
      `SELECT r.reviewer_id AS "reviewerId", r.verdict, r.has_viewed AS "hasViewed",
         coalesce(r.considered_ms, extract(epoch FROM r.at - a.created_at) * 1000)::float8 AS "tookMs"
       FROM (SELECT * FROM review WHERE tenant_id = $1 AND at > now() - $2::int * interval '1 day'
               AND verdict IN ('APPROVE', 'REJECT') ORDER BY at DESC LIMIT $3) r
       JOIN approval_request a ON a.id = r.approval_id`,
      [tenantId, days, limit],
    ),
  ...createApprovalPages(database),
  ...createApprovalReads(database),
});

/** What the clock asks of approvals. */
const createApprovalReads = (
  database: Database,
): Pick<ApprovalStore, 'findExpired' | 'findTurns' | 'findEffective' | 'nextDueMs'> => ({
  async findExpired(now, limit) {
    const rows = await database.query<{ task_id: string }>(
      `SELECT t.id AS task_id FROM approval_request a JOIN task t ON t.id = a.task_id AND t.revision = a.revision
       WHERE a.status = 'PENDING' AND a.expires_at <= $2 AND t.status = 'AWAITING_APPROVAL' LIMIT $1`,
      [limit, now],
    );
    return rows.map((row) => row.task_id);
  },

  findTurns: (now, job, limit) =>
    database.query(
      `SELECT t.id, t.submitted_by_id AS "submittedById" FROM approval_request a
       JOIN task t ON t.id = a.task_id AND t.revision = a.revision
       WHERE a.status = 'PENDING' AND a.next_turn_at <= $1 AND t.status = 'AWAITING_APPROVAL'
         AND NOT EXISTS (SELECT FROM job j WHERE j.name = $2 AND j.key = t.id::text)
       ORDER BY a.next_turn_at LIMIT $3`,
      [now, job, limit],
    ),

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
         SELECT min(next_turn_at) FROM approval_request WHERE status = 'PENDING' AND next_turn_at > now()
         UNION ALL
         SELECT min(a.effective_at) FROM task t JOIN approval_request a
           ON a.task_id = t.id AND a.revision = t.revision
         WHERE t.status = 'HELD' AND a.status = 'APPROVED') AS next`,
    );
    return row?.due_ms ?? null;
  },
});
