import {
  environments,
  priorities,
  risks,
  taskModes,
  taskStatuses,
  type TaskStatus,
} from '@countersign/shared';
import { z } from 'zod';
import { errorCodes } from '../../domain/error-catalogue.ts';
import { accepted, isRetriable, refusal, refused, reworded, type Refusal } from '../../domain/errors.ts';
import type { Event } from '../../domain/events.ts';
import { recordedCode } from '../../domain/legacy-codes.ts';
import type { Task } from '../../domain/task.ts';
import { mayBeHeld } from '../../modules/execution/index.ts';
import type { RecordedDecision } from '../../modules/policy/index.ts';
import type { Operations, Views } from '../../operations.ts';
import { faultShape, shownFaults } from './problem.ts';
import type { RestRoute } from './rest-route.ts';
import { submissionBody, wholeSubmission } from './submission-body.ts';

const moment = z.string().meta({ format: 'date-time' });

/** As this door writes it: `awaiting_approval`. */
type StatusWord = Lowercase<TaskStatus>;
const wordOf = (status: TaskStatus): StatusWord => status.toLowerCase() as StatusWord;

const taskShape = {
  task_id: z.string().describe('UUID; later tasks have greater ids.'),
  status: z
    .enum(taskStatuses.map(wordOf))
    .describe("Where it stands: GraphQL's TaskStatus, which says what each means, in lower case."),
  goal: z.string().describe("What it is for, in the caller's words."),
  mode: z.enum(taskModes).describe('How far it goes.'),
  priority: z.enum(priorities).describe('Its lane.'),
  environment: z.enum(environments).describe('Where the change lands.'),
  correlationId: z.string().nullable().describe("The caller's own id for what belongs together."),
  tags: z.array(z.string()).describe("The caller's own labels."),
  parentTaskId: z.string().nullable().describe('The task that it is a part of.'),
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
    code: z
      .literal('HITL_REQUIRED')
      .nullable()
      .describe('HITL_REQUIRED where people must decide first, at approval_link; otherwise null.'),
    replayed: z
      .boolean()
      .describe('True where this key had been submitted before: the task is as it is now.'),
  })
  .meta({ id: 'SubmittedTask', description: 'The task that a submission became.' });

const taskWithEvents = z
  .strictObject({
    ...taskShape,
    hold: z
      .strictObject({
        rule: z.string().describe('Who says so: a rule of policy, the kill switch, or a guard.'),
        reason: z.string().describe('A sentence for an operator.'),
        until: moment.nullable().describe('When it ends; null until somebody or something lifts it.'),
      })
      .nullable()
      .describe('Why it waits although it may run, which costs no attempt; null where nothing holds it.'),
    events: z.array(event).describe('What happened to it, oldest first: 200 at most.'),
    moreEventsAfter: z
      .string()
      .nullable()
      .describe('Give it as `after` for those that follow; null where none do.'),
  })
  .meta({ id: 'TaskWithEvents', description: 'A task and what happened to it.' });

type TaskViews = Pick<Views, 'findDecisions' | 'runs'>;

/** `originOf` gives where people reach the console. */
export const taskRoutes = (
  operations: Operations,
  views: TaskViews,
  originOf: () => string,
): readonly RestRoute[] => [
  submitRoute(operations, views, originOf),
  findRoute(operations, views, originOf),
  answerRoute(operations, originOf),
];

const answered = z
  .strictObject(taskShape)
  .meta({ id: 'AnsweredTask', description: 'The task that the answer is about.' });

/** What people ask about a task comes as events of the type approval.asked. */
const answerRoute = ({ answerQuestion }: Operations, originOf: () => string): RestRoute => ({
  method: 'POST',
  path: '/tasks/{id}/answer',
  operation: answerQuestion,
  parameters: [{ in: 'path', name: 'id', field: 'taskId', schema: answerQuestion.input.shape.taskId }],
  body: answerQuestion.input.omit({ taskId: true }).meta({ id: 'Answer' }),
  answers: { 200: { description: 'The task as it is now.', schema: answered } },
  faultsOf: answerQuestion.faultsOf,
  async answer(call, input) {
    const outcome = await answerQuestion.execute(call, input);
    return outcome.ok ? accepted({ status: 200, body: bodyOf(outcome.value.task, originOf()) }) : outcome;
  },
});

const submitRoute = (
  { executeTask }: Operations,
  { findDecisions }: TaskViews,
  originOf: () => string,
): RestRoute => {
  const { idempotencyKey } = executeTask.input.shape;
  return {
    method: 'POST',
    path: '/tasks',
    operation: executeTask,
    parameters: [{ in: 'header', name: 'Idempotency-Key', field: 'idempotencyKey', schema: idempotencyKey }],
    body: submissionBody(executeTask.input),
    answers: { 202: { description: 'The task.', schema: submitted } },
    faultsOf: (input) => {
      const { whole, inWordsOf } = wholeSubmission(input);
      return executeTask.faultsOf(whole).map(inWordsOf);
    },
    async answer(call, input) {
      const { whole, inWordsOf } = wholeSubmission(input);
      const outcome = await executeTask.execute(call, whole);
      if (!outcome.ok) return refused(reworded(outcome.refusal, inWordsOf));
      const { task, isReplay } = outcome.value;
      if (task.status === 'DENIED') {
        const [decision] = await findDecisions(call.viewer, [{ taskId: task.id, revision: task.revision }]);
        return refused(denialOf(task, decision));
      }
      const isAsked = task.status === 'AWAITING_APPROVAL';
      return accepted({
        status: 202,
        headers: { location: `/tasks/${task.id}` },
        body: {
          ...bodyOf(task, originOf()),
          code: isAsked ? 'HITL_REQUIRED' : null,
          replayed: isReplay,
        } satisfies z.output<typeof submitted>,
      });
    },
  };
};

/** What policy said against it. */
const denialOf = ({ id: taskId, error }: Task, decision: RecordedDecision | undefined): Refusal => {
  const reasons = decision?.reasons.filter(({ outcome }) => outcome === 'DENY') ?? [];
  const message = error?.message ?? reasons.map((reason) => reason.message).join(' ');
  return refusal(error ? recordedCode(error.code) : 'POLICY_DENIED', message || 'Policy does not allow it.', {
    details: { kind: 'EXISTING_TASK', taskId },
  });
};

const findRoute = (
  { task: findTask, taskEvents }: Operations,
  { runs }: TaskViews,
  originOf: () => string,
): RestRoute => ({
  method: 'GET',
  path: '/tasks/{id}',
  operation: findTask,
  parameters: [
    { in: 'path', name: 'id', schema: findTask.input.shape.id },
    { in: 'query', name: 'after', schema: taskEvents.input.shape.after },
  ],
  answers: { 200: { description: 'The task and its events.', schema: taskWithEvents } },
  faultsOf: ({ id, after }) => taskEvents.faultsOf({ taskId: id, after }),
  async answer(call, { id, after }) {
    const found = await findTask.execute(call, { id });
    if (!found.ok) return found;
    if (!found.value) return refused(refusal('RESOURCE_NOT_FOUND', 'There is no such task.'));
    const page = await taskEvents.execute(call, { taskId: id, after, first: 200 });
    if (!page.ok) return page;
    const { nodes, hasNextPage, cursorOf } = page.value;
    const last = nodes.at(-1);
    const key = { taskId: found.value.id, revision: found.value.revision };
    const [held] = mayBeHeld(found.value) ? await runs.findHolds(call.viewer, [key]) : [];
    return accepted({
      status: 200,
      body: {
        ...bodyOf(found.value, originOf()),
        hold: held?.hold ?? null,
        events: nodes.map((node) => eventOf(node, cursorOf(node))),
        moreEventsAfter: hasNextPage && last ? cursorOf(last) : null,
      } satisfies z.output<typeof taskWithEvents>,
    });
  },
});

const bodyOf = (task: Task, origin: string) => ({
  task_id: task.id,
  status: wordOf(task.status),
  goal: task.goal,
  mode: task.mode,
  priority: task.priority,
  environment: task.environment,
  correlationId: task.correlationId,
  tags: [...task.tags],
  parentTaskId: task.parentTaskId,
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
