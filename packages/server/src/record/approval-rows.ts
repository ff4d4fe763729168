import type { ApprovalStatus, Environment, Risk, Verdict } from '@countersign/shared';
import type { ApprovalRequest, Review } from '../domain/approval.ts';
import type { Row } from '../infra/rows.ts';

export interface ApprovalRow {
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
  rank: number;
  excluded_ids: string[];
  created_at: Date;
  expires_at: Date;
  effective_at: Date | null;
  resolved_at: Date | null;
}

export interface ReviewRow {
  id: string;
  tenant_id: string;
  approval_id: string;
  plan_hash: string;
  reviewer_id: string;
  hand_ids: string[];
  maker_ids: string[];
  verdict: Verdict;
  comment: string | null;
  at: Date;
}

export const toApproval = (row: ApprovalRow): ApprovalRequest => ({
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
  rank: row.rank,
  excludedIds: row.excluded_ids,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  effectiveAt: row.effective_at,
  resolvedAt: row.resolved_at,
});

export const toReview = (row: ReviewRow): Review => ({
  id: row.id,
  tenantId: row.tenant_id,
  approvalId: row.approval_id,
  planHash: row.plan_hash,
  reviewerId: row.reviewer_id,
  handIds: row.hand_ids,
  makerIds: row.maker_ids,
  verdict: row.verdict,
  comment: row.comment,
  at: row.at,
});

export const changeable = (request: ApprovalRequest): Row => ({
  id: request.id,
  status: request.status,
  effective_at: request.effectiveAt,
  resolved_at: request.resolvedAt,
});

export const fromApproval = (request: ApprovalRequest): Row => ({
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
  rank: request.rank,
  excluded_ids: request.excludedIds,
  created_at: request.createdAt,
  expires_at: request.expiresAt,
});
