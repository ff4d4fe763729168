// Written by prisma/generate.ts from prisma/models.
import { changeable, column, defineTable, type Document } from '../infra/rows.ts';

type PrincipalType = 'HUMAN' | 'AGENT' | 'SERVICE';
type Role = 'VIEWER' | 'SUBMITTER' | 'APPROVER' | 'OPERATOR' | 'ADMIN';
type ApprovalStatus = 'PENDING' | 'APPROVED' | 'REJECTED' | 'EXPIRED' | 'CANCELLED' | 'SUPERSEDED';
type Verdict = 'APPROVE' | 'REJECT' | 'WITHDRAW';
type RunStatus =
  'QUEUED' | 'RUNNING' | 'PAUSED' | 'SUCCEEDED' | 'FAILED' | 'ROLLED_BACK' | 'NEEDS_ATTENTION' | 'CANCELLED';
type StepState =
  | 'BLOCKED'
  | 'READY'
  | 'RUNNING'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'NEEDS_ATTENTION'
  | 'CANCELLED'
  | 'UNDONE'
  | 'REPLACED'
  | 'SKIPPED';
type StepKind = 'ACTION' | 'GATE' | 'UNDO';
type EffectState = 'INTENDED' | 'SUCCEEDED' | 'FAILED' | 'UNKNOWN';
type ExecutorMode = 'OPEN' | 'DRAIN' | 'CLOSE';
type DecisionOutcome = 'ALLOW' | 'REQUIRE_APPROVAL' | 'DENY';
type TaskStatus =
  | 'PLANNING'
  | 'AWAITING_APPROVAL'
  | 'HELD'
  | 'QUEUED'
  | 'RUNNING'
  | 'PAUSED'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'ROLLED_BACK'
  | 'NEEDS_ATTENTION'
  | 'DENIED'
  | 'REJECTED'
  | 'EXPIRED'
  | 'CANCELLED';
type TaskMode = 'NOOP' | 'PLAN' | 'APPLY';
type Priority = 'CRITICAL' | 'HIGH' | 'NORMAL' | 'LOW';
type Environment = 'DEVELOPMENT' | 'STAGING' | 'PRODUCTION';
type Risk = 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';

export const tables = {
  tenant: defineTable('tenant', {
    id: column<string>('id', 'uuid'),
    name: column<string>('name', 'text'),
    createdAt: column<Date>('created_at', 'timestamptz'),
  }),
  principal: defineTable('principal', {
    id: column<string>('id', 'uuid'),
    tenantId: column<string>('tenant_id', 'uuid'),
    type: column<PrincipalType>('type', 'principal_type'),
    name: column<string>('name', 'text'),
    roles: changeable<readonly Role[]>('roles', 'role[]'),
    groups: changeable<readonly string[]>('groups', 'text[]'),
    ownerId: column<string | null>('owner_id', 'uuid'),
    createdById: column<string | null>('created_by_id', 'uuid'),
    handIds: column<readonly string[]>('hand_ids', 'uuid[]'),
    createdAt: column<Date>('created_at', 'timestamptz'),
    disabledAt: changeable<Date | null>('disabled_at', 'timestamptz'),
  }),
  peopleGroup: defineTable('people_group', {
    id: column<string>('id', 'uuid'),
    tenantId: column<string>('tenant_id', 'uuid'),
    name: column<string>('name', 'text'),
    createdById: column<string | null>('created_by_id', 'uuid'),
    createdAt: column<Date>('created_at', 'timestamptz'),
  }),
  apiKey: defineTable('api_key', {
    id: column<string>('id', 'uuid'),
    tenantId: column<string>('tenant_id', 'uuid'),
    principalId: column<string>('principal_id', 'uuid'),
    name: column<string>('name', 'text'),
    prefix: column<string>('prefix', 'text'),
    decidesIn: column<readonly Environment[]>('decides_in', 'environment[]'),
    createdById: column<string | null>('created_by_id', 'uuid'),
    handIds: column<readonly string[]>('hand_ids', 'uuid[]'),
    hash: column<string>('hash', 'text'),
    createdAt: column<Date>('created_at', 'timestamptz'),
    expiresAt: column<Date | null>('expires_at', 'timestamptz'),
    lastUsedAt: changeable<Date | null>('last_used_at', 'timestamptz'),
    revokedAt: changeable<Date | null>('revoked_at', 'timestamptz'),
  }),
  signInLink: defineTable('sign_in_link', {
    id: column<string>('id', 'uuid'),
    principalId: column<string>('principal_id', 'uuid'),
    tokenHash: column<string>('token_hash', 'text'),
    expiresAt: column<Date>('expires_at', 'timestamptz'),
    usedAt: changeable<Date | null>('used_at', 'timestamptz'),
    createdById: column<string | null>('created_by_id', 'uuid'),
    handIds: column<readonly string[]>('hand_ids', 'uuid[]'),
  }),
  session: defineTable('session', {
    id: column<string>('id', 'uuid'),
    principalId: column<string>('principal_id', 'uuid'),
    tokenHash: column<string>('token_hash', 'text'),
    handIds: column<readonly string[]>('hand_ids', 'uuid[]'),
    createdAt: column<Date>('created_at', 'timestamptz'),
    expiresAt: column<Date>('expires_at', 'timestamptz'),
    revokedAt: changeable<Date | null>('revoked_at', 'timestamptz'),
  }),
  approvalRequest: defineTable('approval_request', {
    id: column<string>('id', 'uuid'),
    tenantId: column<string>('tenant_id', 'uuid'),
    taskId: column<string>('task_id', 'uuid'),
    revision: column<number>('revision', 'int4'),
    planHash: column<string>('plan_hash', 'text'),
    status: changeable<ApprovalStatus>('status', 'approval_status'),
    required: column<number>('required', 'int4'),
    stages: column<Document>('stages', 'jsonb'),
    vetoGroups: column<readonly string[]>('veto_groups', 'text[]'),
    undoWindowMs: column<number>('undo_window_ms', 'int4'),
    startWithinMs: column<number>('start_within_ms', 'int4'),
    risk: column<Risk>('risk', 'risk'),
    environment: column<Environment>('environment', 'environment'),
    rank: column<number>('rank', 'int2'),
    excludedIds: column<readonly string[]>('excluded_ids', 'uuid[]'),
    createdAt: column<Date>('created_at', 'timestamptz'),
    expiresAt: column<Date>('expires_at', 'timestamptz'),
    effectiveAt: changeable<Date | null>('effective_at', 'timestamptz'),
    resolvedAt: changeable<Date | null>('resolved_at', 'timestamptz'),
  }),
  review: defineTable('review', {
    id: column<string>('id', 'uuid'),
    tenantId: column<string>('tenant_id', 'uuid'),
    approvalId: column<string>('approval_id', 'uuid'),
    planHash: column<string>('plan_hash', 'text'),
    reviewerId: column<string>('reviewer_id', 'uuid'),
    handIds: column<readonly string[]>('hand_ids', 'uuid[]'),
    makerIds: column<readonly string[]>('maker_ids', 'uuid[]'),
    verdict: column<Verdict>('verdict', 'verdict'),
    stage: column<number>('stage', 'int2'),
    comment: column<string | null>('comment', 'text'),
    at: column<Date>('at', 'timestamptz'),
  }),
  event: defineTable('event', {
    seq: column<bigint>('seq', 'int8'),
    tenantId: column<string>('tenant_id', 'uuid'),
    type: column<string>('type', 'text'),
    at: column<Date>('at', 'timestamptz'),
    taskId: column<string | null>('task_id', 'uuid'),
    actorId: column<string | null>('actor_id', 'uuid'),
    summary: column<string>('summary', 'text'),
    data: column<Document>('data', 'jsonb'),
    digest: column<string>('digest', 'text'),
    traceparent: column<string | null>('traceparent', 'text'),
  }),
  logGeneration: defineTable('log_generation', {
    generation: column<bigint>('generation', 'int8'),
    afterSeq: column<bigint>('after_seq', 'int8'),
    cluster: column<string | null>('cluster', 'text'),
    place: column<string | null>('place', 'text'),
    beganAt: column<Date>('began_at', 'timestamptz'),
  }),
  run: defineTable('run', {
    id: column<string>('id', 'uuid'),
    tenantId: column<string>('tenant_id', 'uuid'),
    taskId: column<string>('task_id', 'uuid'),
    revision: column<number>('revision', 'int4'),
    planHash: column<string>('plan_hash', 'text'),
    status: changeable<RunStatus>('status', 'run_status'),
    createdAt: column<Date>('created_at', 'timestamptz'),
    startedAt: changeable<Date | null>('started_at', 'timestamptz'),
    finishedAt: changeable<Date | null>('finished_at', 'timestamptz'),
    deadlineAt: changeable<Date | null>('deadline_at', 'timestamptz'),
    cancelRequestedAt: changeable<Date | null>('cancel_requested_at', 'timestamptz'),
    pause: changeable<Document>('pause', 'jsonb'),
    rollback: changeable<Document>('rollback', 'jsonb'),
  }),
  step: defineTable('step', {
    id: column<string>('id', 'uuid'),
    tenantId: column<string>('tenant_id', 'uuid'),
    runId: column<string>('run_id', 'uuid'),
    taskId: column<string>('task_id', 'uuid'),
    name: column<string>('name', 'text'),
    kind: column<StepKind>('kind', 'step_kind'),
    undoes: column<string | null>('undoes', 'text'),
    fallbackFor: column<string | null>('fallback_for', 'text'),
    ordinal: column<number>('ordinal', 'int4'),
    phase: column<number>('phase', 'int4'),
    actionType: column<string>('action_type', 'text'),
    platform: column<string>('platform', 'text'),
    lane: column<Priority>('lane', 'priority'),
    dependsOn: column<readonly string[]>('depends_on', 'text[]'),
    state: changeable<StepState>('state', 'step_state'),
    attempt: changeable<number>('attempt', 'int4'),
    maxAttempts: changeable<number>('max_attempts', 'int4'),
    fence: changeable<number>('fence', 'int4'),
    leaseUntil: changeable<Date | null>('lease_until', 'timestamptz'),
    worker: changeable<string | null>('worker', 'text'),
    dispatchEpoch: changeable<number>('dispatch_epoch', 'int4'),
    dispatchedAt: changeable<Date | null>('dispatched_at', 'timestamptz'),
    nextAttemptAt: changeable<Date>('next_attempt_at', 'timestamptz'),
    readyAt: changeable<Date | null>('ready_at', 'timestamptz'),
    startedAt: changeable<Date | null>('started_at', 'timestamptz'),
    finishedAt: changeable<Date | null>('finished_at', 'timestamptz'),
    output: changeable<Document>('output', 'jsonb'),
    error: changeable<Document>('error', 'jsonb'),
    hold: changeable<Document>('hold', 'jsonb'),
    gate: changeable<Document>('gate', 'jsonb'),
    resolution: changeable<Document>('resolution', 'jsonb'),
  }),
  effect: defineTable('effect', {
    id: column<string>('id', 'uuid'),
    tenantId: column<string>('tenant_id', 'uuid'),
    taskId: column<string>('task_id', 'uuid'),
    stepId: column<string>('step_id', 'uuid'),
    number: column<number>('number', 'int4'),
    planHash: column<string>('plan_hash', 'text'),
    state: changeable<EffectState>('state', 'effect_state'),
    fence: changeable<number>('fence', 'int4'),
    attempt: changeable<number>('attempt', 'int4'),
    idempotencyKey: column<string>('idempotency_key', 'text'),
    requestHash: column<string>('request_hash', 'text'),
    error: changeable<Document>('error', 'jsonb'),
    intendedAt: column<Date>('intended_at', 'timestamptz'),
    settledAt: changeable<Date | null>('settled_at', 'timestamptz'),
  }),
  outbox: defineTable('outbox', {
    id: column<bigint>('id', 'int8'),
    stepId: column<string>('step_id', 'uuid'),
    epoch: column<number>('epoch', 'int4'),
    lane: column<Priority>('lane', 'priority'),
    platform: column<string>('platform', 'text'),
    isShelved: column<boolean>('is_shelved', 'bool'),
    dueAt: changeable<Date>('due_at', 'timestamptz'),
    traceparent: column<string | null>('traceparent', 'text'),
    tenantId: column<string>('tenant_id', 'uuid'),
    submitterId: column<string>('submitter_id', 'uuid'),
    since: column<Date>('since', 'timestamptz'),
  }),
  job: defineTable('job', {
    id: column<string>('id', 'uuid'),
    name: column<string>('name', 'text'),
    submitterId: column<string>('submitter_id', 'uuid'),
    key: column<string>('key', 'text'),
    payload: changeable<Document>('payload', 'jsonb'),
    epoch: changeable<number>('epoch', 'int4'),
    failures: changeable<number>('failures', 'int4'),
    error: changeable<string | null>('error', 'text'),
    dueAt: changeable<Date>('due_at', 'timestamptz'),
    queuedAt: changeable<Date | null>('queued_at', 'timestamptz'),
    worker: changeable<string | null>('worker', 'text'),
    createdAt: column<Date>('created_at', 'timestamptz'),
  }),
  resourceLock: defineTable('resource_lock', {
    runId: column<string>('run_id', 'uuid'),
    name: column<string>('name', 'text'),
    tenantId: column<string>('tenant_id', 'uuid'),
    taskId: column<string>('task_id', 'uuid'),
    since: column<Date>('since', 'timestamptz'),
    heldSince: changeable<Date | null>('held_since', 'timestamptz'),
    askedAt: changeable<Date>('asked_at', 'timestamptz'),
  }),
  executorControl: defineTable('executor_control', {
    tenantId: column<string>('tenant_id', 'uuid'),
    platform: column<string>('platform', 'text'),
    mode: changeable<ExecutorMode>('mode', 'executor_mode'),
    byId: changeable<string>('by_id', 'uuid'),
    reason: changeable<string>('reason', 'text'),
    at: changeable<Date>('at', 'timestamptz'),
  }),
  executorState: defineTable('executor_state', {
    platform: column<string>('platform', 'text'),
    status: changeable<string>('status', 'text'),
    breakerState: changeable<string>('breaker_state', 'text'),
  }),
  alert: defineTable('alert', {
    kind: column<string>('kind', 'text'),
    subject: column<string>('subject', 'text'),
    message: column<string>('message', 'text'),
    since: column<Date>('since', 'timestamptz'),
  }),
  processReport: defineTable('process_report', {
    name: column<string>('name', 'text'),
    role: column<string>('role', 'text'),
    version: column<string>('version', 'text'),
    startedAt: column<Date>('started_at', 'timestamptz'),
    reportedAt: changeable<Date>('reported_at', 'timestamptz'),
    expiresAt: changeable<Date>('expires_at', 'timestamptz'),
    report: changeable<Document>('report', 'jsonb'),
  }),
  plan: defineTable('plan', {
    id: column<string>('id', 'uuid'),
    tenantId: column<string>('tenant_id', 'uuid'),
    taskId: column<string>('task_id', 'uuid'),
    revision: column<number>('revision', 'int4'),
    hash: column<string>('hash', 'text'),
    document: column<string>('document', 'text'),
    presentation: column<Document>('presentation', 'jsonb'),
    summary: column<string>('summary', 'text'),
    risk: column<Risk>('risk', 'risk'),
    createdAt: column<Date>('created_at', 'timestamptz'),
  }),
  policyDecision: defineTable('policy_decision', {
    id: column<string>('id', 'uuid'),
    tenantId: column<string>('tenant_id', 'uuid'),
    taskId: column<string>('task_id', 'uuid'),
    revision: column<number>('revision', 'int4'),
    planHash: column<string>('plan_hash', 'text'),
    outcome: column<DecisionOutcome>('outcome', 'decision_outcome'),
    reasons: column<Document>('reasons', 'jsonb'),
    bundleHash: column<string>('bundle_hash', 'text'),
    input: column<Document>('input', 'jsonb'),
    inputHash: column<string>('input_hash', 'text'),
    decidedAt: column<Date>('decided_at', 'timestamptz'),
  }),
  task: defineTable('task', {
    id: column<string>('id', 'uuid'),
    tenantId: column<string>('tenant_id', 'uuid'),
    submittedById: column<string>('submitted_by_id', 'uuid'),
    handIds: column<readonly string[]>('hand_ids', 'uuid[]'),
    idempotencyKey: column<string>('idempotency_key', 'text'),
    requestHash: column<string>('request_hash', 'text'),
    goal: column<string>('goal', 'text'),
    actions: column<Document>('actions', 'jsonb'),
    mode: changeable<TaskMode>('mode', 'task_mode'),
    priority: column<Priority>('priority', 'priority'),
    environment: column<Environment>('environment', 'environment'),
    justification: column<string | null>('justification', 'text'),
    requiresApproval: column<boolean>('requires_approval', 'bool'),
    correlationId: column<string | null>('correlation_id', 'text'),
    source: column<string | null>('source', 'text'),
    tags: column<readonly string[]>('tags', 'text[]'),
    timeoutMs: column<number | null>('timeout_ms', 'int4'),
    retry: column<Document>('retry', 'jsonb'),
    transactional: column<boolean>('transactional', 'bool'),
    parentTaskId: column<string | null>('parent_task_id', 'uuid'),
    applyKey: changeable<string | null>('apply_key', 'text'),
    status: changeable<TaskStatus>('status', 'task_status'),
    revision: changeable<number>('revision', 'int4'),
    planHash: changeable<string | null>('plan_hash', 'text'),
    risk: changeable<Risk | null>('risk', 'risk'),
    error: changeable<Document>('error', 'jsonb'),
    traceparent: column<string | null>('traceparent', 'text'),
    createdAt: column<Date>('created_at', 'timestamptz'),
    updatedAt: changeable<Date>('updated_at', 'timestamptz'),
    startedAt: changeable<Date | null>('started_at', 'timestamptz'),
    finishedAt: changeable<Date | null>('finished_at', 'timestamptz'),
  }),
};
