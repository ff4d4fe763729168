import { z } from 'zod';
import { accepted, refusal, refused, type Outcome } from '../../../domain/errors.ts';
import type { Task } from '../../../domain/task.ts';
import { id } from '../../../modules/inputs.ts';
import { noSuchTask } from '../find-task-route.ts';
import { createFindPlan } from '../held-plans.ts';
import { ownInput } from '../own-input.ts';
import type { RestDeps } from '../rest-deps.ts';
import type { RestAnswer, RestCall, RestRoute } from '../rest-route.ts';
import { execution, listedExecution, executionJson, listedExecutionJson } from './execution-json.ts';
import { taskAt } from './task-routes.ts';

const runId = id.describe('The execution, by its UUID.');
const runAt = { in: 'path', name: 'id', field: 'id', schema: runId } as const;
const noSuchRun = refused(refusal('RESOURCE_NOT_FOUND', 'There is no such execution.'));

const executions = z
  .strictObject({ executions: z.array(listedExecution).describe('The latest first.') })
  .meta({ id: 'Executions', description: 'The executions of a task.' });

const control = z
  .strictObject({ reason: z.string().max(4_000).nullish().describe('Why, for the record.') })
  .meta({ id: 'ExecutionControl', description: 'Why.' });

type Control = (
  call: RestCall,
  input: { readonly taskId: string; readonly reason: string },
) => Promise<Outcome<Task>>;

export const executionRoutes = (deps: RestDeps): readonly RestRoute[] => {
  const { operations, views } = deps;
  const { run: findRun, pauseRun, resumeRun, cancelTask } = operations;
  const findPlan = createFindPlan(views);
  const tell = async (call: RestCall, runIdGiven: unknown): Promise<Outcome<RestAnswer>> => {
    const found = await findRun.execute(call, { id: runIdGiven });
    if (!found.ok) return found;
    if (!found.value) return noSuchRun;
    const { run, steps } = found.value;
    const plan = await findPlan(call, { taskId: run.taskId, revision: run.revision });
    if (!plan.ok) return plan;
    return accepted({ status: 200, body: executionJson(run, steps, plan.value?.document ?? null) });
  };
  const controlled = (word: 'pause' | 'resume' | 'cancel', description: string, act: Control): RestRoute => {
    const { read, faultsOf } = ownInput(control.extend({ id: runId }));
    return {
      method: 'POST',
      path: `/api/v1/ai/executions/{id}/${word}`,
      id: `${word}Execution`,
      description,
      parameters: [runAt],
      body: control,
      isBodyOptional: true,
      answers: { 200: { description: 'The execution after it.', schema: execution } },
      faultsOf,
      async answer(call, input) {
        const given = read(input);
        if (!given.ok) return given;
        const found = await findRun.execute(call, { id: given.value.id });
        if (!found.ok) return found;
        if (!found.value) return noSuchRun;
        const { taskId } = found.value.run;
        const done = await act(call, {
          taskId,
          reason: given.value.reason ?? `By ${word} of the execution.`,
        });
        return done.ok ? tell(call, given.value.id) : done;
      },
    };
  };
  return [
    runsRoute(deps),
    {
      method: 'GET',
      path: '/api/v1/ai/executions/{id}',
      id: 'findExecution',
      description: findRun.description,
      parameters: [runAt],
      answers: { 200: { description: 'The execution.', schema: execution } },
      faultsOf: () => [],
      answer: (call, { id: given }) => tell(call, given),
    },
    controlled('pause', pauseRun.description, pauseRun.execute),
    controlled('resume', resumeRun.description, resumeRun.execute),
    controlled('cancel', cancelTask.description, cancelTask.execute),
  ];
};

const runsRoute = ({ operations: { task: findTask, runsOfTask } }: RestDeps): RestRoute => ({
  method: 'GET',
  path: '/api/v1/ai/tasks/{id}/executions',
  id: 'listExecutions',
  description: runsOfTask.description,
  parameters: [taskAt],
  answers: { 200: { description: 'The executions.', schema: executions } },
  faultsOf: () => [],
  async answer(call, { id: given }) {
    const found = await findTask.execute(call, { id: given });
    if (!found.ok) return found;
    if (!found.value) return noSuchTask;
    const runs = await runsOfTask.execute(call, { taskId: given });
    if (!runs.ok) return runs;
    const body: z.output<typeof executions> = { executions: runs.value.map(listedExecutionJson) };
    return accepted({ status: 200, body });
  },
});
