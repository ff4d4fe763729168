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
import { isRetriable } from '../../domain/errors.ts';
import type { Event } from '../../domain/events.ts';
import { recordedCode } from '../../domain/legacy-codes.ts';
import type { Task } from '../../domain/task.ts';
import { traceIdOf } from '../../infra/tracing.ts';
import { approvalToken } from './approval-token.ts';
import { faultShape, shownFaults } from './fault-json.ts';

export const moment = z.string().meta({ format: 'date-time' });

/** As doors of JSON write it: `awaiting_approval`. */
type StatusWord = Lowercase<TaskStatus>;
export const wordOf = (status: TaskStatus): StatusWord => status.toLowerCase() as StatusWord;
export const statusWords = taskStatuses.map(wordOf);

/** The filter of tasks by status: in the words of our answers, and in GraphQL's. */
export const askedStatus = z
  .array(z.enum([...statusWords, ...taskStatuses]))
  .nullish()
  .describe('In one of these statuses, in lower case or in capitals.');

/** What is no status stays as it is, for the operation to refuse. */
export const asStatuses = (given: unknown): unknown =>
  Array.isArray(given)
    ? given.map((each: unknown) => (typeof each === 'string' ? each.toUpperCase() : each))
    : given;

/** A task as doors of JSON tell it. */
export const taskShape = {
  task_id: z.string().describe('UUID; later tasks have greater ids.'),
  status: z
    .enum(statusWords)
    .describe("Where it stands: GraphQL's TaskStatus, which says what each means, in lower case."),
  goal: z.string().describe("What it is for, in the caller's words."),
  mode: z.enum(taskModes).describe('How far it goes.'),
  priority: z.enum(priorities).describe('Its lane.'),
  environment: z.enum(environments).describe('Where the change lands.'),
  correlationId: z.string().nullable().describe("The caller's own id for what belongs together."),
  source: z.string().nullable().describe('Where the submission came from, by its own word.'),
  tags: z.array(z.string()).describe("The caller's own labels."),
  parentTaskId: z.string().nullable().describe('The task that it is a part of.'),
  submittedById: z.string().describe('The principal that submitted it, by its UUID.'),
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
  approval_token: z
    .string()
    .nullable()
    .describe(
      'Names revision and plan in one word, for POST /approvals/{task_id}; null where nobody need decide. It is no credential: who decides is known by their own key.',
    ),
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
  trace_id: z
    .string()
    .nullable()
    .describe('The trace that all of its work belongs to; null where nobody traces.'),
  createdAt: moment.describe('When it was submitted.'),
  updatedAt: moment.describe('When it last changed.'),
  startedAt: moment.nullable().describe('When its first step started.'),
  finishedAt: moment.nullable().describe('When it ended.'),
};

export const taskSchema = z.strictObject(taskShape).meta({ id: 'Task', description: 'A task as it is now.' });

export const taskJson = (task: Task, origin: string): z.output<typeof taskSchema> => {
  const isAsked = task.status === 'AWAITING_APPROVAL';
  return {
    task_id: task.id,
    status: wordOf(task.status),
    goal: task.goal,
    mode: task.mode,
    priority: task.priority,
    environment: task.environment,
    correlationId: task.correlationId,
    source: task.source,
    tags: [...task.tags],
    parentTaskId: task.parentTaskId,
    submittedById: task.submittedById,
    revision: task.revision,
    planHash: task.planHash,
    risk: task.risk,
    approval_link: isAsked ? `${origin}/tasks/${task.id}` : null,
    approval_token: isAsked ? approvalToken.write(task) : null,
    error: task.error && {
      code: recordedCode(task.error.code),
      message: task.error.message,
      retriable: isRetriable({ ...task.error, code: recordedCode(task.error.code) }),
      stepName: task.error.stepName ?? null,
      faults: shownFaults(task.error.faults ?? []),
    },
    trace_id: traceIdOf(task.traceparent),
    createdAt: task.createdAt.toISOString(),
    updatedAt: task.updatedAt.toISOString(),
    startedAt: task.startedAt?.toISOString() ?? null,
    finishedAt: task.finishedAt?.toISOString() ?? null,
  };
};

export const eventSchema = z
  .strictObject({
    seq: z.string().describe('Its place in the log: a whole number as text.'),
    type: z.string().describe('What kind of event: task.submitted, approval.resolved …'),
    at: moment.describe('When it became true.'),
    summary: z.string().describe('One sentence for people.'),
    data: z.unknown().describe('What belongs to it; docs/reference/events.md says what for each type.'),
  })
  .meta({ id: 'Event', description: 'One event of a task.' });

export const eventJson = ({ type, at, summary, data }: Event, seq: string): z.output<typeof eventSchema> => ({
  seq,
  type,
  at: at.toISOString(),
  summary,
  data,
});
