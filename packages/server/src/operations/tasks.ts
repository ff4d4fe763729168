import {
  createDeadLetterQueries,
  createActionQueries,
  createLockQueries,
  createRunCommands,
  createRunQueries,
  createRunViews,
} from '../modules/execution/index.ts';
import { createTaskCommands, createTaskQueries } from '../modules/tasks/index.ts';
import { createActionStore } from '../record/action-store.ts';
import type { Services } from '../services.ts';

/** Tasks and their runs, and what holds them up. */
export const taskOperations = ({ access, approvals, database, runControl, stores, tasks }: Services) => ({
  ...createTaskCommands(tasks, (viewer, request, signal) =>
    tasks.approvePart(
      viewer,
      request,
      (reviewer, taskId, on, comment) =>
        approvals.decide({ reviewer, taskId, verdict: 'APPROVE', on, comment }),
      signal,
    ),
  ),
  ...createTaskQueries(stores.tasks, access.findPrincipals),
  ...createRunCommands(runControl),
  ...createRunQueries(createRunViews(database, stores.runs, stores.locks)),
  ...createActionQueries(createActionStore(database), ({ tenantId }, ids) =>
    access.findPrincipals(tenantId, ids),
  ),
  ...createDeadLetterQueries(stores.deadLetters),
  ...createLockQueries(stores.locks),
});
