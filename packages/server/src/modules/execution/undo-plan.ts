import type { Plan } from '../../domain/plan.ts';
import { undoingsOf, type UndoPlan } from '../../domain/rollback.ts';
import type { Transaction } from '../../infra/database.ts';
import type { NewId } from '../../infra/ids.ts';
import { planReader } from '../../record/plan-reader.ts';
import type { PlanStore } from '../../record/plan-store.ts';
import type { RunContext } from './run-context.ts';

/** Null where what is stored of it is not what was planned: nothing is undone by it. */
export const undoPlanOf = (plan: Plan, newId: NewId): UndoPlan | null => {
  const document = planReader.readAsShown(plan);
  const categories = plan.presentation.steps.map(({ category }) => category);
  return document && { ...undoingsOf(document, categories), newId };
};

/** Reads the plans of runs of which something depends on what they say. */
export const loadUndoPlans = async (
  { plans, newId }: { readonly plans: PlanStore; readonly newId: NewId },
  tx: Transaction,
  contexts: readonly RunContext[],
): Promise<void> => {
  if (contexts.length === 0) return;
  const keys = contexts.map(({ run: { taskId, revision } }) => ({ taskId, revision }));
  for (const plan of await plans.find(tx, keys)) {
    const context = contexts.find(({ run }) => run.taskId === plan.taskId && run.revision === plan.revision);
    if (context) context.plan = undoPlanOf(plan, newId);
  }
};
