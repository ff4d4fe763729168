import type { ApprovalStatus, Environment, Risk, Verdict } from '@countersign/shared';
import type { ApprovalRequest, Review } from '../../domain/approval.ts';
import type { Database, StatementRunner, Transaction } from '../../infra/database.ts';
import { insertRows, updateRows, type Row } from '../../infra/rows.ts';

export interface ApprovalFilter {
  /** For `viewerId`: open requests they may decide and have not yet approved. */
  readonly view: 'MINE' | 'ALL' | 'DECIDED';
  readonly viewerId: string;
  readonly environment?: readonly Environment[] | undefined;
  readonly risk?: readonly Risk[] | undefined;
  readonly taskId?: string | undefined;
}

export interface ApprovalStore {
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
  page(
    tenantId: string,
    filter: ApprovalFilter,
    first: number,
    after: string | null,
  ): Promise<ApprovalRequest[]>;
  count(tenantId: string, filter: ApprovalFilter): Promise<number>;
  /** Tasks whose open request ran out of time. */
  findExpired(limit: number): Promise<string[]>;
  /** Tasks whose undo window is over. */
  findEffective(limit: number): Promise<string[]>;
  /** Milliseconds until the next of both by the database's clock, or null. */
  nextDueMs(): Promise<number | null>;
}

interface ApprovalRow {
  id: string;
  tenant_id: string;
  task_id: string;
  revision: number;
  plan_hash: string;
  status: ApprovalStatus;
  required: number;
  undo_window_ms: number;
  start_within_ms: number;
  risk: Risk;
  environment: Environment;
  excluded_ids: string[];
  created_at: Date;
  expires_at: Date;
  effective_at: Date | null;
  resolved_at: Date | null;
}

interface ReviewRow {
  id: string;
  tenant_id: string;
  approval_id: string;
  plan_hash: string;
  reviewer_id: string;
  verdict: Verdict;
  comment: string | null;
  at: Date;
}

const toApproval = (row: ApprovalRow): ApprovalRequest => ({
  id: row.id,
  tenantId: row.tenant_id,
  taskId: row.task_id,
  revision: row.revision,
  planHash: row.plan_hash,
  status: row.status,
  required: row.required,
  undoWindowMs: row.undo_window_ms,
  startWithinMs: row.start_within_ms,
  risk: row.risk,
  environment: row.environment,
  excludedIds: row.excluded_ids,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  effectiveAt: row.effective_at,
  resolvedAt: row.resolved_at,
});

const toReview = (row: ReviewRow): Review => ({
  id: row.id,
  tenantId: row.tenant_id,
  approvalId: row.approval_id,
  planHash: row.plan_hash,
  reviewerId: row.reviewer_id,
  verdict: row.verdict,
  comment: row.comment,
  at: row.at,
});

const changeable = (request: ApprovalRequest): Row => ({
  id: request.id,
  status: request.status,
  effective_at: request.effectiveAt,
  resolved_at: request.resolvedAt,
});

const fromApproval = (request: ApprovalRequest): Row => ({
  ...changeable(request),
  tenant_id: request.tenantId,
  task_id: request.taskId,
  revision: request.revision,
  plan_hash: request.planHash,
  required: request.required,
  undo_window_ms: request.undoWindowMs,
  start_within_ms: request.startWithinMs,
  risk: request.risk,
  environment: request.environment,
  excluded_ids: request.excludedIds,
  created_at: request.createdAt,
  expires_at: request.expiresAt,
});

/** $1 tenant, $2 view, $3 viewer, $4 environments, $5 risks, $6 task. */
const matches = `a.tenant_id = $1
  AND CASE $2 WHEN 'DECIDED' THEN a.status <> 'PENDING' ELSE a.status = 'PENDING' AND a.expires_at > now() END
  AND ($2 <> 'MINE' OR (NOT $3::uuid = ANY(a.excluded_ids) AND NOT EXISTS (
    SELECT 1 FROM review r WHERE r.approval_id = a.id AND r.reviewer_id = $3::uuid AND r.verdict = 'APPROVE'
      AND NOT EXISTS (SELECT 1 FROM review w WHERE w.approval_id = a.id AND w.reviewer_id = $3::uuid
        AND w.verdict = 'WITHDRAW' AND (w.at, w.id) > (r.at, r.id)))))
  AND ($4::text[] IS NULL OR a.environment::text = ANY($4)) AND ($5::text[] IS NULL OR a.risk::text = ANY($5))
  AND ($6::uuid IS NULL OR a.task_id = $6)`;

const filterValues = (tenantId: string, filter: ApprovalFilter): unknown[] => [
  tenantId,
  filter.view,
  filter.viewerId,
  filter.environment ?? null,
  filter.risk ?? null,
  filter.taskId ?? null,
];

export const createApprovalStore = (database: Database): ApprovalStore => ({
  insert: (tx, requests) => insertRows(tx, 'approval_request', requests.map(fromApproval)),
  update: (tx, requests) => updateRows(tx, 'approval_request', requests.map(changeable)),

  insertReviews: (tx, reviews) =>
    insertRows(
      tx,
      'review',
      reviews.map((review) => ({
        id: review.id,
        tenant_id: review.tenantId,
        approval_id: review.approvalId,
        plan_hash: review.planHash,
        reviewer_id: review.reviewerId,
        verdict: review.verdict,
        comment: review.comment,
        at: review.at,
      })),
    ),

  async find(tx, keys) {
    const rows = await tx.query<ApprovalRow>(
      `SELECT a.* FROM approval_request a JOIN unnest($1::uuid[], $2::int[]) AS k(task_id, revision)
       ON a.task_id = k.task_id AND a.revision = k.revision`,
      [keys.map((key) => key.taskId), keys.map((key) => key.revision)],
    );
    return rows.map(toApproval);
  },

  async findById(tenantId, id) {
    const rows = await database.query<ApprovalRow>(
      'SELECT * FROM approval_request WHERE tenant_id = $1 AND id = $2',
      [tenantId, id],
    );
    return rows[0] ? toApproval(rows[0]) : null;
  },

  async findReviews(tx, approvalIds) {
    const rows = await tx.query<ReviewRow>(
      'SELECT * FROM review WHERE approval_id = ANY($1::uuid[]) ORDER BY at, id',
      [approvalIds],
    );
    return rows.map(toReview);
  },
  ...createApprovalReads(database),
});

/** Lists, and what the clock asks of approvals. */
const createApprovalReads = (
  database: Database,
): Pick<ApprovalStore, 'page' | 'count' | 'findExpired' | 'findEffective' | 'nextDueMs'> => ({
  async page(tenantId, filter, first, after) {
    const rows = await database.query<ApprovalRow>(
      `SELECT a.* FROM approval_request a WHERE ${matches} AND ($7::uuid IS NULL OR a.id < $7)
       ORDER BY a.id DESC LIMIT $8`,
      [...filterValues(tenantId, filter), after, first],
    );
    return rows.map(toApproval);
  },

  async count(tenantId, filter) {
    const rows = await database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM approval_request a WHERE ${matches}`,
      filterValues(tenantId, filter),
    );
    return rows[0]?.count ?? 0;
  },

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
