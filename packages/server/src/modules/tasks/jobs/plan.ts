import { z } from 'zod';
import { defineJob } from '../../../infra/queue/job.ts';
import type { JournalTransaction } from '../../../record/journal.ts';
import { sendJob, withdrawJob } from '../../../record/job-store.ts';
import type { AskForPlan } from '../../../record/save-revisions.ts';
import { planTask, type PlanTaskDependencies } from '../plan-task.ts';

/** Makes the next plan of a task in PLANNING: its first, or one for a target that has changed. */
export const planJob = defineJob({
  name: 'plan',
  schema: z.strictObject({ taskId: z.uuid() }),
  run: (deps: PlanTaskDependencies, { taskId }, { signal }) => planTask(deps, taskId, signal),
});

export interface PlanRequests {
  readonly askForPlan: AskForPlan;
  readonly withdrawPlan: (tx: JournalTransaction, taskId: string) => void;
}

/** How others ask, in a transaction, that a task be planned, or not any more. */
export const planRequests: PlanRequests = {
  askForPlan: (tx, { id, submittedById }) => {
    sendJob(tx, planJob, { key: id, submitterId: submittedById }, { taskId: id });
  },
  withdrawPlan: (tx, taskId) => {
    withdrawJob(tx, planJob, taskId);
  },
};
