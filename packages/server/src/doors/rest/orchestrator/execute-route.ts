import { environments } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusal, refused, reworded, type Outcome } from '../../../domain/errors.ts';
import type { Fault } from '../../../domain/refusal-details.ts';
import type { Task } from '../../../domain/task.ts';
import { newId } from '../../../infra/ids.ts';
import { optional } from '../../../modules/inputs.ts';
import { ownInput } from '../own-input.ts';
import { followTask, longestWaitSeconds } from '../../shared/follow-task.ts';
import type { RestDeps } from '../rest-deps.ts';
import type { RestCall, RestRoute } from '../rest-route.ts';
import { denialOf } from '../submit-route.ts';
import { createTellTask } from './tell-task.ts';
import { environmentWords, orchestratedTask } from './task-json.ts';

const contextOf = z
  .record(z.string().max(64), z.union([z.string().max(1_000), z.number(), z.boolean(), z.null()]))
  .refine((context) => Object.keys(context).length <= 50, 'must have at most 50 entries');

/** An agent's plan is worth a while: who asks in words wants it in the answer. */
const usualWaitSeconds = 25;
const wait = optional(z.int().min(0).max(longestWaitSeconds)).describe(
  `Seconds to wait while an agent plans, at most ${longestWaitSeconds}; ${usualWaitSeconds} by default. The answer comes as soon as there is a plan, or as the task is then.`,
);

/** The submission's names for what this address calls otherwise. */
const renamed = [
  ['goal', 'intent'],
  ['requiresApproval', 'requires_approval'],
] as const;
const inWordsOf = (fault: Fault): Fault => {
  const [long, short] = renamed.find(([name]) => fault.path === name) ?? [];
  if (long === undefined || short === undefined) return fault;
  return { ...fault, path: short, message: fault.message.replace(long, short) };
};

export const executeRoute = (deps: RestDeps): RestRoute => {
  const { executeTask } = deps.operations;
  const { shape } = executeTask.input;
  const body = z
    .strictObject({
      intent: shape.goal.describe('What you want, in your words: at most 4,000 characters.'),
      org_id: optional(z.string().max(200)).describe('Your tenant, by its UUID or name: that of your key.'),
      environment: optional(z.enum(environmentWords)).describe(
        'Where the change lands; development by default.',
      ),
      context: optional(contextOf).describe(
        'What the agent that plans may want to know: fleet_size, drift_score.',
      ),
      actions: shape.actions.describe('What to do, where you know it; left out, an agent plans it.'),
      priority: shape.priority,
      justification: shape.justification,
      requires_approval: shape.requiresApproval,
      tags: shape.tags,
    })
    .meta({ id: 'Intent', description: 'What somebody wants.' });
  const key = optional(shape.idempotencyKey).describe(
    'Your own key: the same key with the same body is the same task. Each call is a task of its own where left out.',
  );
  const { read, faultsOf } = ownInput(body.extend({ idempotencyKey: key, wait }));
  const tell = createTellTask(deps);

  const ofOwnTenant = async (
    { viewer: { tenantId } }: RestCall,
    given: string | undefined,
  ): Promise<Outcome<void>> => {
    if (given === undefined || given.toLowerCase() === tenantId) return accepted(undefined);
    return (await deps.findTenantName(tenantId)) === given
      ? accepted(undefined)
      : refused(
          refusal('AUTHORIZATION_FAILED', 'org_id names another tenant than the key that you call with.'),
        );
  };
  /** The task once it is planned. It is taken in: where it cannot be waited for or read, it is told as it is. */
  const planned = async (call: RestCall, task: Task, seconds: number): Promise<Task> => {
    if (task.status !== 'PLANNING' || seconds === 0) return task;
    using place = deps.waiting.enter(call.viewer);
    if (!place) return task;
    const waited = await followTask(deps.operations, call, task.id, {
      seconds,
      isEnough: ({ status }) => status !== 'PLANNING',
    });
    // What was taken in is told as it was by then, to whoever may ask no more.
    if (!waited.ok) return task;
    const found = await deps.operations.task.execute(call, { id: task.id });
    return found.ok ? (found.value ?? task) : task;
  };
  return {
    method: 'POST',
    path: '/api/v1/ai/execute',
    id: 'executeIntent',
    description:
      'Submits what somebody wants: it is planned, scored, decided by policy, and runs once that allows.',
    parameters: [
      { in: 'header', name: 'Idempotency-Key', field: 'idempotencyKey', schema: key },
      { in: 'query', name: 'wait', schema: wait },
    ],
    body,
    answers: { 202: { description: 'The task.', schema: orchestratedTask } },
    faultsOf,
    async answer(call, input) {
      const given = read(input);
      if (!given.ok) return given;
      const {
        intent,
        org_id: org,
        environment,
        context,
        requires_approval: requiresApproval,
        wait: seconds,
        ...rest
      } = given.value;
      const own = await ofOwnTenant(call, org);
      if (!own.ok) return own;
      const outcome = await executeTask.execute(call, {
        ...rest,
        goal: intent,
        // Where the actions are given, nobody plans who would read it.
        ...(rest.actions && rest.actions.length > 0 ? {} : { context }),
        idempotencyKey: rest.idempotencyKey ?? newId(),
        environment: environments.find((each) => each.toLowerCase() === environment),
        requiresApproval,
      });
      if (!outcome.ok) return refused(reworded(outcome.refusal, inWordsOf));
      const task = await planned(call, outcome.value.task, seconds ?? usualWaitSeconds);
      if (task.status === 'DENIED') {
        const [decision] = await deps.views.findDecisions(call.viewer, [
          { taskId: task.id, revision: task.revision },
        ]);
        return refused(denialOf(task, decision));
      }
      const told = await tell(call, task);
      return told.ok
        ? accepted({ status: 202, headers: { location: `/api/v1/ai/tasks/${task.id}` }, body: told.value })
        : told;
    },
  };
};
