import { environments, risks, taskStatuses } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusal, refused, type Outcome } from '../../../domain/errors.ts';
import { orchestratorTaskWord, riskWord } from '../../../domain/legacy-statuses.ts';
import type { Task } from '../../../domain/task.ts';
import { id, optional } from '../../../modules/inputs.ts';
import { decideOnce, type Decision } from '../decide-once.ts';
import { noSuchTask } from '../find-task-route.ts';
import { ownInput } from '../own-input.ts';
import { queryParameters } from '../query-parameters.ts';
import type { RestDeps } from '../rest-deps.ts';
import type { RestCall, RestRoute } from '../rest-route.ts';
import { createTellTask, type TellTask } from './tell-task.ts';
import { environmentWords, listedTask, orchestratedTask, listedTaskJson } from './task-json.ts';

export const taskId = id.describe('The task, by its UUID.');
export const taskAt = { in: 'path', name: 'id', field: 'id', schema: taskId } as const;

const taskList = z
  .strictObject({
    tasks: z.array(listedTask).describe('Newest first.'),
    total: z.int().describe('How many match.'),
    after: z.string().nullable().describe('Give it as `after` for those that follow; null where none do.'),
  })
  .meta({ id: 'OrchestratedTasks', description: 'A page of tasks.' });

const words = [...new Set(Object.values(orchestratorTaskWord))];

export const orchestratorTaskRoutes = (deps: RestDeps): readonly RestRoute[] => {
  const tell = createTellTask(deps);
  return [listRoute(deps), findRoute(deps, tell), ...decisionRoutes(deps, tell)];
};

const listRoute = ({ operations: { tasks }, views }: RestDeps): RestRoute => {
  const { first, after } = tasks.input.shape;
  const input = z.strictObject({
    status: optional(z.enum(words)).describe('In this status.'),
    environment: optional(z.enum(environmentWords)).describe('In this environment.'),
    risk_level: optional(z.enum(risks.map(riskWord))).describe('Of this risk.'),
    search: optional(z.string().max(200)).describe('Text in the goal, whatever the case.'),
    limit: first,
    after,
  });
  const { read, faultsOf } = ownInput(input);
  return {
    method: 'GET',
    path: '/api/v1/ai/tasks',
    id: 'listIntents',
    description: tasks.description,
    parameters: queryParameters(input),
    answers: { 200: { description: 'Tasks.', schema: taskList } },
    faultsOf,
    async answer(call, given) {
      const wanted = read(given);
      if (!wanted.ok) return wanted;
      const { status, environment, risk_level: risk, search, limit, after: from } = wanted.value;
      const filter = {
        status: status && taskStatuses.filter((each) => orchestratorTaskWord[each] === status),
        environment: environment && environments.filter((each) => each.toLowerCase() === environment),
        risk: risk && risks.filter((each) => riskWord(each) === risk),
        search,
      };
      const found = await tasks.execute(call, { filter, first: limit, after: from });
      if (!found.ok) return found;
      const { nodes, hasNextPage, cursorOf, count } = found.value;
      const last = nodes.at(-1);
      const planned = nodes.flatMap(({ id: own, agent }) => (agent === null ? [] : [own]));
      const plannings = new Map(
        (await views.plannings.find(call.viewer, planned)).map((planning) => [planning.id, planning]),
      );
      const body: z.output<typeof taskList> = {
        tasks: nodes.map((node) => listedTaskJson(node, plannings.get(node.id) ?? null)),
        total: (await count?.()) ?? nodes.length,
        after: hasNextPage && last ? cursorOf(last) : null,
      };
      return accepted({ status: 200, body });
    },
  };
};

const findRoute = ({ operations: { task: findTask } }: RestDeps, tell: TellTask): RestRoute => ({
  method: 'GET',
  path: '/api/v1/ai/tasks/{id}',
  id: 'findIntent',
  description: findTask.description,
  parameters: [taskAt],
  answers: { 200: { description: 'The task.', schema: orchestratedTask } },
  faultsOf: () => [],
  async answer(call, { id: given }) {
    const found = await findTask.execute(call, { id: given });
    if (!found.ok) return found;
    if (!found.value) return noSuchTask;
    const told = await tell(call, found.value);
    return told.ok ? accepted({ status: 200, body: told.value }) : told;
  },
});

const seen = {
  revision: z
    .int()
    .min(1)
    .nullish()
    .describe('The revision that you saw; needed once there is more than one.'),
  plan_hash: z.string().nullish().describe('With `revision`: the hash of the plan that you saw.'),
};
const approval = z
  .strictObject({ reason: z.string().max(4_000).nullish().describe('For the record.'), ...seen })
  .meta({ id: 'IntentApproval', description: 'Your approval.' });
const rejection = z
  .strictObject({
    reason: z.string().max(4_000).describe('Why, in at least ten characters of words.'),
    ...seen,
  })
  .meta({ id: 'IntentRejection', description: 'Your rejection.' });

type Seen = { readonly [Key in keyof z.output<typeof approval>]: z.output<typeof approval>[Key] };

/** Who names no plan can only have seen the first; where there is another by now, nobody knows which they saw. */
const decisionOn = (task: Task, { revision, plan_hash: planHash }: Seen): Outcome<Decision['on']> => {
  if (typeof revision === 'number' && typeof planHash === 'string') return accepted({ revision, planHash });
  if (task.revision <= 1) return accepted({ revision: task.revision, planHash: task.planHash ?? '' });
  return refused(
    refusal('CONFLICT', 'Its plan was made anew: say with revision and plan_hash which one you saw.', {
      details: { kind: 'CURRENT_PLAN', currentRevision: task.revision, currentPlanHash: task.planHash },
    }),
  );
};

const decisionRoutes = (deps: RestDeps, tell: TellTask): RestRoute[] => {
  const { task: findTask, approveTask, rejectTask } = deps.operations;
  const decide = async (call: RestCall, taskIdGiven: string, given: Seen, verdict: Decision['verdict']) => {
    const found = await findTask.execute(call, { id: taskIdGiven });
    if (!found.ok) return found;
    if (!found.value) return noSuchTask;
    const on = decisionOn(found.value, given);
    if (!on.ok) return on;
    const words = given.reason ?? null;
    const decided = await decideOnce(deps, call, found.value.id, { verdict, on: on.value, words });
    if (!decided.ok) return decided;
    const told = await tell(call, decided.value.task);
    return told.ok ? accepted({ status: 200, body: told.value }) : told;
  };
  const line = (
    word: 'approve' | 'reject',
    verdict: Decision['verdict'],
    body: typeof approval | typeof rejection,
    description: string,
  ): RestRoute => {
    const { read, faultsOf } = ownInput(body.extend({ id: taskId }));
    return {
      method: 'POST',
      path: `/api/v1/ai/tasks/{id}/${word}`,
      id: `${word}Intent`,
      description,
      parameters: [taskAt],
      body,
      answers: { 200: { description: 'The task after it.', schema: orchestratedTask } },
      faultsOf,
      async answer(call, input) {
        const given = read(input);
        return given.ok ? decide(call, given.value.id, given.value, verdict) : given;
      },
    };
  };
  return [
    line('approve', 'APPROVE', approval, approveTask.description),
    line('reject', 'REJECT', rejection, rejectTask.description),
  ];
};
