import { locksOf } from '../../domain/claims.ts';
import type { Hold } from '../../domain/hold.ts';
import type { JournalTransaction } from '../../record/journal.ts';
import type { Blocker, LockRequest, LockStore } from '../../record/lock-store.ts';
import { admissionOf, type Assessment } from './assess-plans.ts';
import { stepOf, type RunContext } from './run-context.ts';

/**
 * Before the first effect of a run all that its plan changes is its own, and stays so until it ends; whoever cannot
 * have all of it has none of it, so that nobody who waits keeps anybody waiting. Where no plan claims anything, nobody
 * is asked. By run id, what keeps the others.
 */
export const takeLocks = (
  locks: LockStore,
  tx: JournalTransaction,
  contexts: ReadonlyMap<string, RunContext>,
  assessments: ReadonlyMap<string, Assessment>,
  requests: readonly { readonly stepId: string }[],
): Promise<ReadonlyMap<string, Blocker>> => {
  const wanted = new Map<string, LockRequest>();
  for (const { stepId } of requests) {
    const context = contexts.get(stepId);
    const assessment = context && assessments.get(context.task.id);
    if (!context || !assessment?.read || wanted.has(context.run.id)) continue;
    const names = locksOf(assessment.read.document);
    if (names.length === 0 || !admissionOf(context, assessment, stepOf(context, stepId)).isAdmitted) continue;
    const { id: runId, taskId, tenantId } = context.run;
    wanted.set(runId, { runId, taskId, tenantId, names });
  }
  return wanted.size === 0 ? nobody : locks.take(tx, [...wanted.values()]);
};

const nobody = Promise.resolve(new Map<string, Blocker>());

/** In words that whoever sees the waiting task may read; which task it is, only those learn who see that one too. */
export const lockedBy = ({ name, taskId, tenantId }: Blocker, { task }: RunContext): Hold => ({
  rule: 'lock',
  reason:
    tenantId === task.tenantId
      ? `Another task has ${name} for itself until it ends, or asked for it before.`
      : 'Another task has what this one changes for itself until it ends, or asked for it before.',
  until: null,
  ...(tenantId === task.tenantId ? { taskId } : {}),
});
