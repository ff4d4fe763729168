import type { Task } from '../../domain/task.ts';
import { feedbackAnswer } from './feedback-answer.ts';
import { findTaskRoute } from './find-task-route.ts';
import { listTasksRoute } from './list-tasks-route.ts';
import { operationRoute, type Answer } from './operation-route.ts';
import { planRoute } from './plan-route.ts';
import type { RestDeps } from './rest-deps.ts';
import type { RestRoute } from './rest-route.ts';
import { submitRoute } from './submit-route.ts';
import { taskEventsRoute } from './task-events-route.ts';
import { taskSchema, taskJson } from '../shared/task-json.ts';

/** What can be done with a task: an operation is a line here. */
export const taskRoutes = (deps: RestDeps): readonly RestRoute[] => {
  const { operations: all, originOf } = deps;
  const asIs: Answer<Task> = {
    status: 200,
    description: 'The task as it is now.',
    schema: taskSchema,
    tell: (task) => taskJson(task, originOf()),
  };
  const ofIts = <Value extends { readonly task: Task }>(): Answer<Value> => ({
    ...asIs,
    tell: ({ task }) => taskJson(task, originOf()),
  });
  const on = (path: string) =>
    ({ method: 'POST', path: `/tasks/{id}/${path}`, names: { id: 'taskId' } }) as const;
  return [
    submitRoute(deps),
    listTasksRoute(deps),
    findTaskRoute(deps),
    planRoute(deps),
    taskEventsRoute(deps),
    operationRoute(all.cancelTask, on('cancel'), asIs),
    operationRoute(all.applyPlan, on('apply'), ofIts()),
    operationRoute(all.editTask, on('edit'), ofIts()),
    operationRoute(all.approvePart, on('approve-part'), ofIts()),
    operationRoute(all.askRequester, on('ask'), ofIts()),
    operationRoute(all.answerQuestion, on('answer'), ofIts()),
    operationRoute(all.requestChanges, on('request-changes'), ofIts()),
    operationRoute(all.withdrawApproval, on('withdraw'), ofIts()),
    operationRoute(all.pauseRun, on('pause'), asIs),
    operationRoute(all.resumeRun, on('resume'), asIs),
    operationRoute(all.rollbackRun, on('rollback'), asIs),
    operationRoute(all.retryStep, on('steps/{step}/retry'), asIs),
    operationRoute(all.resolveStep, on('steps/{step}/resolve'), asIs),
    operationRoute(all.recordFeedback, on('feedback'), feedbackAnswer),
  ];
};
