import {
  ProtocolError,
  ProtocolErrorCode,
  type McpServer,
  type Result,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { isFinalStatus } from '@countersign/shared';
import { z } from 'zod';
import type { Refusal } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { hasRight } from '../../domain/principal.ts';
import type { Task } from '../../domain/task.ts';
import type { Operations } from '../../operations.ts';
import { needTasks } from './mcp-capabilities.ts';
import type { ToolAnswer, ToolCall } from './mcp-tool.ts';
import type { createTellTask } from './task-answer.ts';
import { asData, resultOf } from './tool-answer.ts';

export interface TaskExtensionDeps {
  readonly operations: Pick<Operations, 'task' | 'cancelTask'>;
  readonly tellTask: ReturnType<typeof createTellTask>;
}

/** How long a client leaves us alone between two looks. */
const pollIntervalMs = { decided: 1_000, undecided: 5_000 };

/** A task as the extension writes it. A person who is asked is still work: no answer of the client's can end it. */
export const taskFields = (task: Task, statusMessage: string) => ({
  taskId: task.id,
  status: statusOf(task),
  statusMessage,
  createdAt: task.createdAt.toISOString(),
  lastUpdatedAt: task.updatedAt.toISOString(),
  // It is kept for as long as the record is.
  ttlMs: null,
  pollIntervalMs: task.status === 'AWAITING_APPROVAL' ? pollIntervalMs.undecided : pollIntervalMs.decided,
});

const statusOf = ({ status }: Task): 'working' | 'completed' | 'cancelled' => {
  if (!isFinalStatus(status)) return 'working';
  // A denial or a failure is an answer of the tool, and the protocol's `failed` is not for those.
  return status === 'CANCELLED' ? 'cancelled' : 'completed';
};

/** The answer to a call that goes on as a task. */
export const createdTask = (task: Task, { data }: ToolAnswer): JsonObject => ({
  ...taskFields(task, wordsOf(data)),
  resultType: 'task',
});

const wordsOf = ({ next }: JsonObject): string => (typeof next === 'string' ? next : '');

const taskId = z.string().max(64);
const named = z.object({ taskId });
const answered = z.object({ taskId, inputResponses: z.record(z.string(), z.unknown()) });
/** Made once: a server is made for each request. */
const anything = { params: z.looseObject({}) };

/** `tasks/get`, `tasks/update` and `tasks/cancel`: reads and a command of ours, for clients that know the extension. */
export const addTaskExtension = (
  server: McpServer['server'],
  { operations: { task, cancelTask }, tellTask }: TaskExtensionDeps,
  callOf: (context: ServerContext) => ToolCall,
): void => {
  const find = async (call: ToolCall, id: string): Promise<Task> => {
    const found = hasRight(call.viewer, task.right) ? await task.execute(call, { id }) : null;
    if (found && !found.ok) throw protocolError(found.refusal);
    if (!found?.value) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is no such task.');
    return found.value;
  };
  /** Who does not know tasks is told that first, whatever else is wrong. */
  const handle = <Params extends { readonly taskId: string }>(
    method: string,
    shape: z.ZodType<Params>,
    answer: (params: Params, context: ServerContext) => Promise<Result>,
  ): void => {
    server.setRequestHandler(method, anything, (given, context) => {
      needTasks(context);
      const read = shape.safeParse(given);
      if (!read.success)
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, z.prettifyError(read.error));
      needName(context, read.data.taskId);
      return answer(read.data, context);
    });
  };
  handle('tasks/get', named, async (params, context) => {
    const call = callOf(context);
    const found = await find(call, params.taskId);
    const answer = await tellTask(call, found);
    const fields = taskFields(found, wordsOf(answer.data));
    return asData({ ...fields, ...(fields.status === 'completed' && { result: resultOf(answer) }) });
  });
  // Nothing that a client says decides, so there is nothing to take: only that it named a task that there is.
  handle('tasks/update', answered, async (params, context) => {
    await find(callOf(context), params.taskId);
    return {};
  });
  handle('tasks/cancel', named, async (params, context) => {
    const call = callOf(context);
    const found = await find(call, params.taskId);
    if (isFinalStatus(found.status)) return {};
    const outcome = await cancelTask.execute(call, { taskId: found.id });
    if (!outcome.ok) throw protocolError(outcome.refusal);
    return {};
  });
};

const headerMismatch = -32_020;

/** What routes by the header must have been told the same as we. */
const needName = ({ http }: ServerContext, id: string): void => {
  const name = http?.req?.headers.get('mcp-name');
  if (typeof name !== 'string' || name === id) return;
  throw new ProtocolError(headerMismatch, 'The header Mcp-Name names another task than the message.');
};

const protocolError = ({ code, message }: Refusal): ProtocolError =>
  new ProtocolError(
    code === 'INTERNAL_ERROR' ? ProtocolErrorCode.InternalError : ProtocolErrorCode.InvalidParams,
    message,
    { code },
  );
