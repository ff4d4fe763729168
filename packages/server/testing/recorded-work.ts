import { urgencyRank } from '@countersign/shared';
import { startRun } from '../src/domain/entry.ts';
import type { ApprovalRequest } from '../src/domain/approval.ts';
import type { PlanDocument } from '../src/domain/plan.ts';
import { defaultRetryPolicy } from '../src/domain/retry.ts';
import type { Step } from '../src/domain/run.ts';
import type { Task } from '../src/domain/task.ts';
import type { Database } from '../src/infra/database.ts';
import { newId } from '../src/infra/ids.ts';
import { createApprovalStore } from '../src/record/approval-store.ts';
import { createRunStore } from '../src/record/run-store.ts';
import { createTaskStore } from '../src/record/task-store.ts';

/** Writes work of the past and of now through the product's own stores. */
export interface RecordedWork {
  /** A tenant's id. */
  tenant(): Promise<string>;
  task(tenantId: string, task?: Partial<Task>): Promise<Task>;
  /** A run of the task with one step per entry, in the task's lane; READY where nothing else is said. */
  steps(task: Task, steps: readonly Partial<Step>[]): Promise<Step[]>;
  /** Saves what a step became. */
  update(step: Step): Promise<void>;
  /** A request about the task, PENDING where nothing else is said. */
  approval(task: Task, request?: Partial<ApprovalRequest>): Promise<ApprovalRequest>;
}

export const agoMs = (ms: number): Date => new Date(Date.now() - ms);

export const createRecordedWork = (database: Database): RecordedWork => {
  const tasks = createTaskStore(database);
  const runs = createRunStore(database);
  const approvals = createApprovalStore(database);
  return {
    async tenant() {
      const id = newId();
      await database.query('INSERT INTO tenant (id, name) VALUES ($1, $2)', [id, `tenant-${id}`]);
      return id;
    },

    async task(tenantId, overrides = {}) {
      const task = { ...aTask(tenantId), ...overrides };
      await database.transaction((tx) => tasks.insertNew(tx, [task]));
      return task;
    },

    async steps(task, overrides) {
      const started = startRun(task, documentOf(task, overrides.length), agoMs(0), newId);
      const steps = started.steps.map((step, index) => ({ ...step, ...overrides[index] }));
      await database.transaction(async (tx) => {
        runs.start(tx, [{ run: started.run, steps }]);
        await tx.query('DELETE FROM outbox WHERE step_id = ANY($1::uuid[])', [steps.map(({ id }) => id)]);
      });
      return steps;
    },

    update: (step) =>
      database.transaction((tx) => {
        runs.updateSteps(tx, [step]);
      }),

    async approval(task, overrides = {}) {
      const request = { ...anApproval(task), ...overrides };
      await database.transaction((tx) => {
        approvals.insert(tx, [request]);
      });
      return request;
    },
  };
};

const aTask = (tenantId: string): Task => {
  const now = agoMs(0);
  return {
    id: newId(),
    tenantId,
    submittedById: newId(),
    handIds: [],
    requestHash: 'hash',
    idempotencyKey: newId(),
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
    status: 'QUEUED',
    revision: 1,
    planHash: 'hash',
    risk: 'LOW',
    error: null,
    traceparent: null,
    createdAt: now,
    updatedAt: now,
    startedAt: null,
    finishedAt: null,
  };
};

const documentOf = (task: Task, count: number): PlanDocument => ({
  format: 'countersign.plan/1',
  tenantId: task.tenantId,
  taskId: task.id,
  revision: task.revision,
  requester: { id: task.submittedById, type: 'AGENT' },
  environment: task.environment,
  mode: task.mode,
  risk: task.risk,
  policyBundle: 'hash',
  retry: task.retry,
  timeoutMs: null,
  shown: 'hash',
  steps: Array.from({ length: count }, (_, ordinal) => ({
    name: `step-${ordinal}`,
    ordinal,
    phase: 0,
    action: 'noop.run@1',
    platform: 'noop',
    params: {},
    dependsOn: [],
    targets: [],
    precondition: null,
    timeMs: 1_000,
    shown: 'hash',
  })),
});

const anApproval = (task: Task): ApprovalRequest => ({
  id: newId(),
  tenantId: task.tenantId,
  taskId: task.id,
  revision: task.revision,
  planHash: task.planHash,
  status: 'PENDING',
  required: 1,
  undoWindowMs: 0,
  startWithinMs: 900_000,
  risk: task.risk,
  environment: task.environment,
  rank: urgencyRank(task.priority, task.risk),
  excludedIds: [task.submittedById],
  createdAt: agoMs(0),
  expiresAt: agoMs(-3_600_000),
  effectiveAt: null,
  resolvedAt: null,
});
