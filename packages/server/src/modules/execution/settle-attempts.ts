import type { AttemptResult, Step } from '../../domain/run.ts';
import { asksPlan } from '../../domain/settle.ts';
import type { NewId } from '../../infra/ids.ts';
import type { Journal } from '../../record/journal.ts';
import type { AskForPlan } from '../../record/save-revisions.ts';
import type { TaskStore } from '../../record/task-store.ts';
import { applyResult, loadContexts, saveContexts, type RunContext } from './run-context.ts';
import type { PlanStore } from '../../record/plan-store.ts';
import type { RunStore } from '../../record/run-store.ts';
import { loadUndoPlans } from './undo-plan.ts';

export interface FinishedAttempt {
  readonly stepId: string;
  /** The fence that the claim gave; an attempt with an older one changes nothing. */
  readonly fence: number;
  /** Who claimed it: after a restore, another process may have the same step under the same fence. Null where nobody wrote it down. */
  readonly worker: string | null;
  readonly result: AttemptResult;
}

export interface SettleDependencies {
  readonly journal: Journal;
  readonly tasks: TaskStore;
  readonly runs: RunStore;
  readonly plans: PlanStore;
  readonly askForPlan: AskForPlan;
  readonly newId: NewId;
  /** When the installation was restored, the last time; null where it never was. */
  readonly restoredAt: Date | null;
}

/** Commits outcomes in one transaction. False where the step was no longer this attempt's. */
export const settleAttempts = (
  deps: SettleDependencies,
  attempts: readonly FinishedAttempt[],
): Promise<boolean[]> =>
  deps.journal.transaction(async (tx) => {
    const contexts = await loadContexts(
      deps,
      tx,
      attempts.map(({ stepId }) => stepId),
    );
    await loadUndoPlans(deps, tx, asking(contexts, attempts));
    const settled = attempts.map((attempt) => {
      const { stepId, result } = attempt;
      const context = contexts.get(stepId);
      const step = context?.steps.find(({ id }) => id === stepId);
      if (!context || !step || !isOf(deps, attempt, step)) return false;
      if (context.run.revision !== context.task.revision) return false;
      applyResult(tx, context, stepId, result);
      return true;
    });
    saveContexts(deps, tx, contexts.values());
    return settled;
  });

const isOf = ({ restoredAt }: SettleDependencies, { fence, worker }: FinishedAttempt, step: Step): boolean =>
  step.state === 'RUNNING' &&
  step.fence === fence &&
  (worker === null ? restoredAt === null : step.worker === worker);

/** Most outcomes follow from the steps alone, and no plan is read for them. */
const asking = (
  contexts: ReadonlyMap<string, RunContext>,
  attempts: readonly FinishedAttempt[],
): RunContext[] => {
  const found = new Set<RunContext>();
  for (const { stepId, result } of attempts) {
    const context = contexts.get(stepId);
    const step = context?.steps.find(({ id }) => id === stepId);
    if (context && step && asksPlan(context.run, context.steps, step, result)) found.add(context);
  }
  return [...found];
};
