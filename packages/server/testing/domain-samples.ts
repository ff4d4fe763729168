import type { ApprovalRequest, CountedReview } from '../src/domain/approval-request.ts';
import type { Decision } from '../src/domain/decision.ts';
import type { PlanDocument, PlanDocumentStep, PlannedStep } from '../src/domain/plan.ts';
import type { Caller } from '../src/domain/principal.ts';
import { defaultRetryPolicy } from '../src/domain/retry.ts';
import type { Effect, Run, Step } from '../src/domain/run.ts';
import type { PlannedTask } from '../src/domain/task.ts';
import { ofTheMachine, signedIn } from './signed-in.ts';

/** Milliseconds after the moment at which all samples begin. */
export const at = (ms: number): Date => new Date(Date.UTC(2026, 0, 1) + ms);

export const aPerson = (id: string, parts: Partial<Caller> = {}): Caller => ({
  ...signedIn({ ...ofTheMachine, id, tenantId: 'tenant', type: 'HUMAN', name: id, roles: ['APPROVER'] }),
  ...parts,
});

export const anAgent = (parts: Partial<Caller> = {}): Caller =>
  aPerson('agent', { type: 'AGENT', roles: ['SUBMITTER'], ownerId: 'owner', ...parts });

export const aTask = (parts: Partial<PlannedTask> = {}): PlannedTask => ({
  id: 'task',
  tenantId: 'tenant',
  submittedById: 'agent',
  handIds: [],
  idempotencyKey: 'key',
  requestHash: 'request-hash',
  goal: 'Try it',
  actions: [],
  mode: 'APPLY',
  priority: 'NORMAL',
  environment: 'DEVELOPMENT',
  justification: null,
  requiresApproval: false,
  correlationId: null,
  source: null,
  tags: [],
  timeoutMs: null,
  retry: defaultRetryPolicy,
  transactional: false,
  parentTaskId: null,
  sources: [],
  agent: null,
  context: null,
  applyKey: null,
  status: 'PLANNING',
  revision: 1,
  planHash: 'plan-hash',
  risk: 'LOW',
  error: null,
  traceparent: null,
  createdAt: at(0),
  updatedAt: at(0),
  startedAt: null,
  finishedAt: null,
  ...parts,
});

export const aPlannedStep = (parts: Partial<PlannedStep> = {}): PlannedStep => ({
  name: 'step-1',
  ordinal: 0,
  phase: 1,
  actionType: 'http.request@1',
  params: {},
  dependsOn: [],
  version: 1,
  platform: 'http',
  category: 'WRITE',
  idempotency: 'NATIVE_KEY',
  reversible: true,
  budget: { timeMs: 1_000, network: 'INTERNET' },
  summary: 'Send one request',
  targets: [{ kind: 'url', name: 'https://example.com/' }],
  precondition: null,
  diffs: [],
  findings: [],
  ...parts,
});

export const aDocumentStep = (parts: Partial<PlanDocumentStep> = {}): PlanDocumentStep => ({
  name: 'step-1',
  ordinal: 0,
  phase: 1,
  action: 'http.request@1',
  platform: 'http',
  params: {},
  dependsOn: [],
  targets: [],
  precondition: null,
  timeMs: 1_000,
  shown: 'shown-hash',
  ...parts,
});

export const aDocument = (parts: Partial<PlanDocument> = {}): PlanDocument => ({
  format: 'countersign.plan/1',
  tenantId: 'tenant',
  taskId: 'task',
  revision: 1,
  requester: { id: 'agent', type: 'AGENT' },
  environment: 'DEVELOPMENT',
  mode: 'APPLY',
  risk: 'LOW',
  policyBundle: 'bundle-hash',
  retry: defaultRetryPolicy,
  timeoutMs: null,
  shown: 'overview-hash',
  steps: [aDocumentStep()],
  ...parts,
});

export const aDecision = (outcome: Decision['outcome'], parts: Partial<Decision> = {}): Decision => ({
  outcome,
  reasons: [{ layer: 'RULE', rule: 'a.rule', message: `${outcome} it is.`, outcome }],
  ...(outcome === 'REQUIRE_APPROVAL'
    ? {
        approval: {
          required: 1,
          stages: [],
          vetoGroups: [],
          mayEditorApprove: false,
          rememberRejectionMs: 0,
          expiresInMs: 3_600_000,
          undoWindowMs: 10_000,
          startWithinMs: 900_000,
          remindAfterMs: [],
          escalation: null,
        },
      }
    : {}),
  ...parts,
});

/** Open for an hour, wants one person, and lets an approval be taken back for ten seconds. */
export const anApproval = (parts: Partial<ApprovalRequest> = {}): ApprovalRequest => ({
  id: 'approval',
  tenantId: 'tenant',
  taskId: 'task',
  revision: 1,
  planHash: 'plan-hash',
  status: 'PENDING',
  required: 1,
  stages: [],
  vetoGroups: [],
  editedById: null,
  mayEditorApprove: false,
  stepUp: 'OFF',
  undoWindowMs: 10_000,
  startWithinMs: 900_000,
  risk: 'LOW',
  environment: 'DEVELOPMENT',
  rank: 11,
  excludedIds: ['agent', 'owner'],
  createdAt: at(0),
  expiresAt: at(3_600_000),
  remindAfterMs: [],
  remindersSent: 0,
  escalateAfterMs: null,
  escalateTo: null,
  escalatedAt: null,
  nextTurnAt: null,
  effectiveAt: null,
  resolvedAt: null,
  staleSince: null,
  staleReason: null,
  ...parts,
});

export const aReview = (reviewerId: string, parts: Partial<CountedReview> = {}): CountedReview => ({
  id: `review of ${reviewerId}`,
  approvalId: 'approval',
  tenantId: 'tenant',
  planHash: 'plan-hash',
  reviewerId,
  handIds: [],
  makerIds: [],
  standsForIds: [],
  groups: [],
  verdict: 'APPROVE',
  stage: 1,
  comment: null,
  consideredMs: null,
  hasViewed: null,
  idempotencyKey: null,
  passkeyId: null,
  stepUpId: null,
  at: at(1_000),
  ...parts,
});

export const aRun = (parts: Partial<Run> = {}): Run => ({
  id: 'run',
  tenantId: 'tenant',
  taskId: 'task',
  revision: 1,
  planHash: 'plan-hash',
  status: 'RUNNING',
  createdAt: at(0),
  startedAt: at(0),
  finishedAt: null,
  deadlineAt: null,
  cancelRequestedAt: null,
  pause: null,
  rollback: null,
  ...parts,
});

export const aStep = (name: string, parts: Partial<Step> = {}): Step => ({
  id: `id of ${name}`,
  tenantId: 'tenant',
  runId: 'run',
  taskId: 'task',
  name,
  kind: 'ACTION',
  undoes: null,
  fallbackFor: null,
  ordinal: 0,
  phase: 1,
  actionType: 'http.request@1',
  platform: 'http',
  lane: 'NORMAL',
  dependsOn: [],
  state: 'RUNNING',
  attempt: 1,
  maxAttempts: 4,
  attemptsBefore: 0,
  looks: 0,
  fence: 1,
  leaseUntil: at(30_000),
  worker: 'worker',
  dispatchEpoch: 1,
  dispatchedAt: at(0),
  nextAttemptAt: at(0),
  readyAt: at(0),
  startedAt: at(0),
  finishedAt: null,
  output: null,
  error: null,
  hold: null,
  gate: null,
  resolution: null,
  standsOn: null,
  ...parts,
});

export const anEffect = (stepName: string, parts: Partial<Effect> = {}): Effect => ({
  id: `effect of ${stepName}`,
  tenantId: 'tenant',
  taskId: 'task',
  stepId: `id of ${stepName}`,
  number: 1,
  planHash: 'plan-hash',
  state: 'INTENDED',
  fence: 1,
  attempt: 1,
  idempotencyKey: 'effect-key',
  requestHash: 'effect-request-hash',
  error: null,
  intendedAt: at(0),
  settledAt: null,
  ...parts,
});
