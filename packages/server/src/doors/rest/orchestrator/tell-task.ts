import type { z } from 'zod';
import { accepted, type Outcome } from '../../../domain/errors.ts';
import type { Task } from '../../../domain/task.ts';
import { createFindPlan } from '../held-plans.ts';
import type { RestDeps } from '../rest-deps.ts';
import type { RestCall } from '../rest-route.ts';
import { taskJson } from '../../shared/task-json.ts';
import { orchestratedTaskJson, type orchestratedTask } from './task-json.ts';

/** A task with its plan, its score and who planned it. */
export type TellTask = (call: RestCall, task: Task) => Promise<Outcome<z.output<typeof orchestratedTask>>>;

export const createTellTask = ({ views, findPrincipals, originOf }: RestDeps): TellTask => {
  const findPlan = createFindPlan(views);
  return async (call, task) => {
    const { viewer } = call;
    const key = { taskId: task.id, revision: task.revision };
    const [plan, [decision], [submitter], [planning]] = await Promise.all([
      task.planHash === null ? accepted(null) : findPlan(call, key),
      views.findDecisions(viewer, [key]),
      findPrincipals(viewer.tenantId, [task.submittedById]),
      task.agent === null && task.actions.length > 0 ? [] : views.plannings.find(viewer, [task.id]),
    ]);
    if (!plan.ok) return plan;
    const told = taskJson(task, originOf());
    const submitterName = submitter?.name ?? task.submittedById;
    return accepted(
      orchestratedTaskJson(task, {
        told,
        plan: plan.value,
        decision,
        planning: planning ?? null,
        submitterName,
      }),
    );
  };
};
