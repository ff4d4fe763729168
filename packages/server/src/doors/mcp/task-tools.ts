import { z } from 'zod';
import { taskFilter } from '../../modules/tasks/index.ts';
import type { Operations } from '../../operations.ts';
import { feedbackJson } from '../shared/feedback-json.ts';
import { askedStatus, asStatuses, taskJson } from '../shared/task-json.ts';
import { reads, type McpTool, type ToolArguments, type ToolAnswer, type ToolCall } from './mcp-tool.ts';
import { noSuchTask, waitAndTell, waitSeconds, type SubmitToolDeps } from './submit-tools.ts';
import { asData, refusedAnswer, answerOf } from './tool-answer.ts';
import { readArguments, toolSchema } from './tool-schema.ts';

export interface TaskToolDeps extends Omit<SubmitToolDeps, 'operations'> {
  readonly operations: Operations;
  readonly originOf: () => string;
}

export const taskTools = (deps: TaskToolDeps): readonly McpTool[] => [
  getTask(deps),
  waitForTask(deps),
  listTasks(deps),
  cancelTask(deps),
  answerQuestion(deps),
  recordFeedback(deps),
  listActionTypes(deps),
];

const getTask = ({ operations: { task }, tellTask }: TaskToolDeps): McpTool => ({
  name: 'get_task',
  title: 'Read a task',
  description: `${task.description} Says where it stands, why, what it put out and what to do next.`,
  right: task.right,
  inputSchema: toolSchema(task.input),
  annotations: reads,
  answer: async (call, input) => {
    const found = await task.execute(call, input);
    if (!found.ok) return refusedAnswer(found.refusal);
    return found.value ? tellTask(call, found.value) : noSuchTask;
  },
});

const waitForTask = (deps: TaskToolDeps): McpTool => {
  const { task } = deps.operations;
  const input = task.input.extend({ waitSeconds });
  return {
    name: 'wait_for_task',
    title: 'Wait for a task',
    description:
      'Waits for the end of a task, also for the person who has to decide on it. Where the time is over first, the answer says where it stands: call it again. A task that waits is never approved by waiting.',
    right: task.right,
    inputSchema: toolSchema(input),
    annotations: reads,
    async answer(call, given) {
      const read = readArguments(input, given);
      if (!read.ok) return refusedAnswer(read.refusal);
      return waitAndTell(deps, call, read.value.id, read.value.waitSeconds ?? 20);
    },
  };
};

const listTasks = ({ operations: { tasks }, originOf }: TaskToolDeps): McpTool => ({
  name: 'list_tasks',
  title: 'List tasks',
  description: tasks.description,
  right: tasks.right,
  inputSchema: toolSchema(
    z.strictObject({ ...taskFilter.shape, status: askedStatus, ...pick(tasks.input.shape) }),
  ),
  annotations: reads,
  async answer(call, { first = 20, after, status, ...given }) {
    const filter = { ...given, status: asStatuses(status) };
    return answerOf(
      await tasks.execute(call, { filter, first, after }),
      ({ nodes, hasNextPage, cursorOf }) => {
        const last = nodes.at(-1);
        return {
          words:
            nodes.length === 0
              ? 'No tasks.'
              : nodes.map(({ id, status, goal }) => `${id} ${status} ${goal.slice(0, 200)}`).join('\n'),
          data: asData({
            tasks: nodes.map((node) => taskJson(node, originOf())),
            after: hasNextPage && last ? cursorOf(last) : null,
          }),
          isError: false,
        };
      },
    );
  },
});

const pick = ({ first, after }: Operations['tasks']['input']['shape']) => ({ first, after });

const cancelTask = ({ operations: { cancelTask: cancel }, tellTask }: TaskToolDeps): McpTool => ({
  name: 'cancel_task',
  title: 'Cancel a task',
  description: cancel.description,
  right: cancel.right,
  inputSchema: toolSchema(cancel.input),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  async answer(call, input) {
    const outcome = await cancel.execute(call, input);
    if (!outcome.ok) return refusedAnswer(outcome.refusal);
    return { ...(await tellTask(call, outcome.value)), isError: false };
  },
});

const answerQuestion = ({ operations }: TaskToolDeps): McpTool => {
  const { answerQuestion: answer } = operations;
  return {
    name: 'answer_question',
    title: 'Answer a reviewer',
    description: answer.description,
    right: answer.right,
    inputSchema: toolSchema(answer.input),
    annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    answer: async (call, input) =>
      answerOf(await answer.execute(call, input), () => ({
        words: 'Your answer stands on the request. Call wait_for_task to hear what they decide.',
        data: { answered: true },
        isError: false,
      })),
  };
};

const recordFeedback = ({ operations: { recordFeedback: record } }: TaskToolDeps): McpTool => ({
  name: 'record_feedback',
  title: 'Say how it went',
  description: record.description,
  right: record.right,
  inputSchema: toolSchema(record.input),
  annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
  answer: async (call, input) =>
    answerOf(await record.execute(call, input), (feedback) => ({
      words: `It is on record that it was ${feedback.outcome}, ${feedback.executionQuality} of 5.`,
      data: asData(feedbackJson(feedback)),
      isError: false,
    })),
});

const listActionTypes = ({ operations: { actionTypes } }: TaskToolDeps): McpTool => {
  const input = z.strictObject({
    name: z
      .string()
      .max(128)
      .nullish()
      .describe('Only those whose name holds this; with the schema of their params where it is one alone.'),
  });
  return {
    name: 'list_action_types',
    title: 'List action types',
    description: actionTypes.description,
    right: actionTypes.right,
    inputSchema: toolSchema(input),
    annotations: reads,
    answer: (call, given) => tellActionTypes(actionTypes, call, given, input),
  };
};

const tellActionTypes = async (
  actionTypes: Operations['actionTypes'],
  call: ToolCall,
  given: ToolArguments,
  input: z.ZodObject<{ name: z.ZodOptional<z.ZodNullable<z.ZodString>> }>,
): Promise<ToolAnswer> => {
  const read = readArguments(input, given);
  if (!read.ok) return refusedAnswer(read.refusal);
  const wanted = read.value.name ?? '';
  return answerOf(await actionTypes.execute(call, {}), (all) => {
    const found = all.filter(({ name }) => name.includes(wanted));
    return {
      words: found.map(({ name, version, description }) => `${name}@${version}: ${description}`).join('\n'),
      data: asData({
        actionTypes: found.map(({ inputSchema, ...type }) =>
          found.length === 1 ? { ...type, inputSchema } : type,
        ),
      }),
      isError: false,
    };
  });
};
