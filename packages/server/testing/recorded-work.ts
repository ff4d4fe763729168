import { urgencyRank } from '@countersign/shared';
import { startRun } from '../src/domain/intake.ts';
import type { ApprovalRequest } from '../src/domain/approval-request.ts';
import type { PlanDocument } from '../src/domain/plan.ts';
import type { Step } from '../src/domain/run.ts';
import { asPlanned, type Task, type PlannedTask } from '../src/domain/task.ts';
import type { Database } from '../src/infra/database.ts';
import { newId } from '../src/infra/ids.ts';
import { createApprovalStore } from '../src/record/approval-store.ts';
import { createRunStore } from '../src/record/run-store.ts';
import { createTaskStore } from '../src/record/task-store.ts';
import { aDocument, aDocumentStep, anApproval, aTask } from './domain-samples.ts';

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
      const task = { ...waitingTask(tenantId), ...overrides };
      await database.transaction((tx) => tasks.insertNew(tx, [task]));
      return task;
    },

    async steps(task, overrides) {
      const started = startRun(
        asPlanned(task),
        documentOf(asPlanned(task), overrides.length),
        agoMs(0),
        newId,
      );
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
      const request = { ...openApproval(asPlanned(task)), ...overrides };
      await database.transaction((tx) => {
        approvals.insert(tx, [request]);
      });
      return request;
    },
  };
};

const waitingTask = (tenantId: string): Task => {
  const now = agoMs(0);
  return aTask({
    id: newId(),
    tenantId,
    submittedById: newId(),
    idempotencyKey: newId(),
    status: 'QUEUED',
    createdAt: now,
    updatedAt: now,
  });
};

const documentOf = (task: PlannedTask, count: number): PlanDocument =>
  aDocument({
    tenantId: task.tenantId,
    taskId: task.id,
    revision: task.revision,
    steps: Array.from({ length: count }, (_, ordinal) =>
      aDocumentStep({ name: `step-${ordinal}`, ordinal, phase: 0, action: 'noop.run@1', platform: 'noop' }),
    ),
  });

const openApproval = (task: PlannedTask): ApprovalRequest =>
  anApproval({
    id: newId(),
    tenantId: task.tenantId,
    taskId: task.id,
    revision: task.revision,
    planHash: task.planHash,
    undoWindowMs: 0,
    risk: task.risk,
    environment: task.environment,
    rank: urgencyRank(task.priority, task.risk),
    stages: [],
    vetoGroups: [],
    editedById: null,
    mayEditorApprove: false,
    excludedIds: [task.submittedById],
    createdAt: agoMs(0),
    expiresAt: agoMs(-3_600_000),
  });
