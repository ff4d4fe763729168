import { uncounted, type Decoy, type DecoyPair } from '../../domain/decoy.ts';
import type { Environment } from '@countersign/shared';
import { eventOf } from '../../domain/events.ts';
import type { TaskRequest } from '../../domain/task.ts';
import { isUniqueViolation } from '../../infra/database-errors.ts';
import type { FindPrincipal } from '../../record/access-store.ts';
import { decoyStore } from '../../record/decoy-store.ts';
import type { Journal } from '../../record/journal.ts';
import { saveRevisions, type NewRevision, type RevisionStores } from '../../record/save-revisions.ts';
import { checkSubmission } from './check-submission.ts';
import { makeRevision, type MadeRevision, type RevisionDependencies } from './make-revision.ts';

export interface DecoyDependencies extends RevisionDependencies {
  readonly journal: Journal;
  readonly stores: RevisionStores;
  readonly findPrincipal: FindPrincipal;
}

export interface WantedDecoy extends DecoyPair {
  readonly environment: Environment;
  readonly lot: number;
}

/** As long as planning has at most; nobody waits for it. */
const patienceMs = 60_000;

/**
 * Has people asked about a decoy: planned by its executors, which change nothing, and decided by policy like any other
 * submission. Nothing is stored where it cannot be planned now, or nobody would be asked about it. Gives whether
 * people are.
 */
export const makeDecoy = async (deps: DecoyDependencies, wanted: WantedDecoy): Promise<boolean> => {
  const revision = await planDecoy(deps, wanted);
  const task = revision?.intake.task;
  if (!revision || !task || revision.intake.approval === null || task.environment !== wanted.environment)
    return false;
  const decoy: Decoy = {
    id: deps.newId(),
    tenantId: task.tenantId,
    taskId: task.id,
    environment: task.environment,
    goalOfId: wanted.goalOf.taskId,
    changeOfId: wanted.changeOf.taskId,
    lot: wanted.lot,
    at: task.createdAt,
    result: null,
    decidedById: null,
    tookMs: null,
    endedAt: null,
  };
  try {
    await deps.journal.transaction(async (tx) => {
      await deps.stores.tasks.insertNew(tx, [task]);
      saveRevisions(deps.stores, tx, [quiet(revision)]);
      decoyStore.insert(tx, [decoy]);
    });
    return true;
  } catch (error) {
    // Another process came first: one at a time is open in a place.
    if (isUniqueViolation(error)) return false;
    throw error;
  }
};

const planDecoy = async (
  deps: DecoyDependencies,
  { goalOf, changeOf, environment }: WantedDecoy,
): Promise<MadeRevision | null> => {
  const requester = await deps.findPrincipal(goalOf.submittedById);
  if (!requester || requester.disabledAt !== null) return null;
  const { goal, justification, priority, source, tags, timeoutMs, retry, requiresApproval } = goalOf;
  const idempotencyKey = deps.newId();
  const read = checkSubmission(deps.prepareActions, {
    ...{ idempotencyKey, goal, justification, priority, source, tags, timeoutMs, retry, requiresApproval },
    environment,
    actions: changeOf.actions,
  });
  if (!read.ok) return null;
  const made = await makeRevision(deps, {
    frame: {
      id: deps.newId(),
      tenantId: requester.tenantId,
      submittedById: requester.id,
      handIds: goalOf.handIds,
      requestHash: read.value.requestHash,
      revision: 1,
      traceparent: null,
      applyKey: null,
      createdAt: deps.clock.now(),
      startedAt: null,
      finishedAt: null,
    },
    request: read.value.request satisfies TaskRequest,
    workflow: read.value.workflow,
    requester,
    signal: AbortSignal.timeout(patienceMs),
    firstEvents: (task) => [
      // By nobody: the record does not say of somebody what they did not do.
      eventOf(task, task.createdAt)('task.submitted', task.goal, {
        mode: task.mode,
        priority: task.priority,
        environment: task.environment,
        correlationId: task.correlationId,
        requestHash: task.requestHash,
      }),
    ],
  });
  return made.ok ? made.value : null;
};

const quiet = (revision: NewRevision): NewRevision => ({
  ...revision,
  events: revision.events.map(uncounted),
  intake: { ...revision.intake, events: revision.intake.events.map(uncounted) },
});
