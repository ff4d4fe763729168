import { environments, priorities, risks, taskModes, taskStatuses } from '@countersign/shared';
import { z } from 'zod';
import { isRetriable } from '../../domain/errors.ts';
import { errorCodes } from '../../domain/error-catalogue.ts';
import { accepted, refusal, refused } from '../../domain/errors.ts';
import type { Event } from '../../domain/events.ts';
import { recordedCode } from '../../domain/legacy-codes.ts';
import type { Task } from '../../domain/task.ts';
import type { Operations } from '../../operations.ts';
import { faultShape, shownFaults } from './problem.ts';
import type { RestRoute } from './rest-route.ts';

const moment = z.string().meta({ format: 'date-time' });

const taskShape = {
  id: z.string().describe('UUID; later tasks have greater ids.'),
  status: z.enum(taskStatuses).describe('Where it stands.'),
  goal: z.string().describe("What it is for, in the caller's words."),
  mode: z.enum(taskModes).describe('How far it goes.'),
  priority: z.enum(priorities).describe('Its lane.'),
  environment: z.enum(environments).describe('Where the change lands.'),
  correlationId: z.string().nullable().describe("The caller's own id for what belongs together."),
  tags: z.array(z.string()).describe("The caller's own labels."),
  revision: z
    .int()
    .describe('The current revision of its plan: 1 for the first, 0 while it is PLANNING its first.'),
  planHash: z
    .string()
    .nullable()
    .describe('SHA-256 (hex) of the plan: a decision names it. Null until there is a plan.'),
  risk: z.enum(risks).nullable().describe("The server's estimate; null until there is a plan."),
  approval_link: z
    .string()
    .nullable()
    .describe('Where people decide while they must; null where nobody need.'),
  error: z
    .strictObject({
      code: z.enum(errorCodes).describe('The reason, one of the catalogue.'),
      message: z.string().describe('What happened, for people.'),
      retriable: z.boolean().describe('Whether the same may be asked for again and may then succeed.'),
      stepName: z.string().nullable().describe('The step that failed.'),
      faults: z
        .array(faultShape)
        .describe('What is wrong with the submission, where it could not be planned; otherwise empty.'),
    })
    .nullable()
    .describe('Why it did not succeed.'),
  createdAt: moment.describe('When it was submitted.'),
  updatedAt: moment.describe('When it last changed.'),
  startedAt: moment.nullable().describe('When its first step started.'),
  finishedAt: moment.nullable().describe('When it ended.'),
};

const event = z
  .strictObject({
    seq: z.string().describe('Its place in the log: a whole number as text.'),
    type: z.string().describe('What kind of event: task.submitted, approval.resolved …'),
    at: moment.describe('When it became true.'),
    summary: z.string().describe('One sentence for people.'),
    data: z.unknown().describe('What belongs to it; docs/reference/events.md says what for each type.'),
  })
  .meta({ id: 'Event', description: 'One event of a task.' });

const submitted = z
  .strictObject({
    ...taskShape,
    replayed: z
      .boolean()
      .describe('True where this key had been submitted before: the task is as it is now.'),
  })
  .meta({ id: 'SubmittedTask', description: 'The task that a submission became.' });

const taskWithEvents = z
  .strictObject({
    ...taskShape,
    events: z.array(event).describe('What happened to it, oldest first: 200 at most.'),
    moreEventsAfter: z
      .string()
      .nullable()
      .describe('Give it as `after` for those that follow; null where none do.'),
  })
  .meta({ id: 'TaskWithEvents', description: 'A task and what happened to it.' });

/** `originOf` gives where people reach the console. */
export const taskRoutes = (operations: Operations, originOf: () => string): readonly RestRoute[] => {
  const { executeTask, task: findTask, taskEvents } = operations;
  const { idempotencyKey } = executeTask.input.shape;
  const submit: RestRoute = {
    method: 'POST',
    path: '/tasks',
    operation: executeTask,
    parameters: [{ in: 'header', name: 'Idempotency-Key', field: 'idempotencyKey', schema: idempotencyKey }],
    body: executeTask.input
      .omit({ idempotencyKey: true })
      .meta({ id: 'Submission', description: 'A submission.' }),
    answers: {
      200: { description: 'The key had been submitted before: its task, as it is now.', schema: submitted },
      201: { description: 'The task.', schema: submitted },
    },
    async answer(call, input) {
      const outcome = await executeTask.execute(call, input);
      if (!outcome.ok) return outcome;
      const { task, isReplay } = outcome.value;
      return accepted({
        status: isReplay ? 200 : 201,
        headers: { location: `/tasks/${task.id}` },
        body: { ...bodyOf(task, originOf()), replayed: isReplay } satisfies z.output<typeof submitted>,
      });
    },
  };
  const find: RestRoute = {
    method: 'GET',
    path: '/tasks/{id}',
    operation: findTask,
    parameters: [
      { in: 'path', name: 'id', schema: findTask.input.shape.id },
      { in: 'query', name: 'after', schema: taskEvents.input.shape.after },
    ],
    answers: { 200: { description: 'The task and its events.', schema: taskWithEvents } },
    async answer(call, { id, after }) {
      const found = await findTask.execute(call, { id });
      if (!found.ok) return found;
      if (!found.value) return refused(refusal('RESOURCE_NOT_FOUND', 'There is no such task.'));
      const page = await taskEvents.execute(call, { taskId: id, after, first: 200 });
      if (!page.ok) return page;
      const { nodes, hasNextPage, cursorOf } = page.value;
      const last = nodes.at(-1);
      return accepted({
        status: 200,
        body: {
          ...bodyOf(found.value, originOf()),
          events: nodes.map((node) => eventOf(node, cursorOf(node))),
          moreEventsAfter: hasNextPage && last ? cursorOf(last) : null,
        } satisfies z.output<typeof taskWithEvents>,
      });
    },
  };
  return [submit, find];
};

const bodyOf = (task: Task, origin: string) => ({
  id: task.id,
  status: task.status,
  goal: task.goal,
  mode: task.mode,
  priority: task.priority,
  environment: task.environment,
  correlationId: task.correlationId,
  tags: [...task.tags],
  revision: task.revision,
  planHash: task.planHash,
  risk: task.risk,
  approval_link: task.status === 'AWAITING_APPROVAL' ? `${origin}/tasks/${task.id}` : null,
  error: task.error && {
    code: recordedCode(task.error.code),
    message: task.error.message,
    retriable: isRetriable({ ...task.error, code: recordedCode(task.error.code) }),
    stepName: task.error.stepName ?? null,
    faults: shownFaults(task.error.faults ?? []),
  },
  createdAt: task.createdAt.toISOString(),
  updatedAt: task.updatedAt.toISOString(),
  startedAt: task.startedAt?.toISOString() ?? null,
  finishedAt: task.finishedAt?.toISOString() ?? null,
});

const eventOf = ({ type, at, summary, data }: Event, seq: string): z.output<typeof event> => ({
  seq,
  type,
  at: at.toISOString(),
  summary,
  data,
});
