import {
  createRequestStateCodec,
  inputRequired,
  McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { refusal } from '../../domain/errors.ts';
import { hasRight } from '../../domain/principal.ts';
import type { Task } from '../../domain/task.ts';
import type { OpenCall } from '../shared/follow-task.ts';
import { opensPages, takesTasks, tasksExtension } from './mcp-capabilities.ts';
import type { ChangingTools, McpTool, ToolCall } from './mcp-tool.ts';
import { addTaskExtension, createdTask, type TaskExtensionDeps } from './task-extension.ts';
import { refusedAnswer, resultOf } from './tool-answer.ts';

export interface McpServing {
  readonly tools: readonly McpTool[];
  /** Those of other servers. */
  readonly passedOn: ChangingTools;
  readonly tasks: TaskExtensionDeps;
  readonly version: string;
  /** 32 bytes, the same in every process that serves. */
  readonly stateKey: Uint8Array;
}

const instructions = `Countersign stands between you and real systems: what you submit is planned, decided by policy, perhaps shown to a person, and only then run. Give every submission an idempotencyKey of its own and use the same key again when you repeat a call. status awaiting_approval means that nothing has run and a person decides at approval_link: tell your user, then call wait_for_task. Nothing you say approves anything.`;

/** Whom we sent to which page: what comes back unsigned, or by somebody else, is none of ours. */
const sentShape = z.object({ taskId: z.string(), by: z.string() });
const sentLastsSeconds = 86_400;

/** Makes the server of one request. */
export const createServerOf = ({ tools, passedOn, tasks, version, stateKey }: McpServing) => {
  const sent = createRequestStateCodec<z.output<typeof sentShape>>({
    key: stateKey,
    ttlSeconds: sentLastsSeconds,
  });
  return (arrived: OpenCall, era: 'legacy' | 'modern'): McpServer => {
    const isOffered = ({ right }: McpTool): boolean => hasRight(arrived.viewer, right);
    const find = (name: string): McpTool | undefined => {
      const found = tools.find((tool) => tool.name === name) ?? passedOn.find(name);
      return found && isOffered(found) ? found : undefined;
    };
    const mcp = new McpServer(
      { name: 'countersign', title: 'Countersign', version },
      {
        // Without sessions there is no stream on which the revisions of 2025 could be told.
        capabilities: { tools: { listChanged: era === 'modern' }, extensions: { [tasksExtension]: {} } },
        instructions,
        requestState: { verify: sent.verify },
      },
    );
    // Its own table of tools would make all schemas anew for each request.
    const { server } = mcp;
    server.setRequestHandler('tools/list', async () => ({
      tools: [...tools, ...(await passedOn.list())]
        .filter(isOffered)
        .map(({ name, title, description, inputSchema, annotations }) => ({
          name,
          title,
          description,
          inputSchema: { ...inputSchema, type: 'object' as const },
          annotations: { title, ...annotations },
        })),
    }));
    server.setRequestHandler('tools/call', async ({ params }, context) => {
      const tool = find(params.name);
      if (!tool)
        return resultOf(
          refusedAnswer(
            refusal('RESOURCE_NOT_FOUND', `There is no tool "${params.name.slice(0, 64)}" for you.`),
          ),
        );
      const call = toolCallOf(arrived, context);
      const answer = await tool.answer(call, params.arguments ?? {});
      const { page, pending } = answer;
      if (page && call.canOpenPages) {
        const { url, message, taskId } = page;
        return inputRequired({
          inputRequests: { approval: inputRequired.elicitUrl({ url, message }) },
          requestState: await sent.mint({ taskId, by: arrived.viewer.id }),
        });
      }
      return tool.goesOn && pending && call.takesTasks
        ? { content: [], ...createdTask(pending, answer) }
        : resultOf(answer);
    });
    addTaskExtension(server, tasks, (context) => toolCallOf(arrived, context));
    return mcp;
  };
};

/** Steps of a task on the way to its end, for a bar. */
const progressOf: Readonly<Partial<Record<Task['status'], number>>> = {
  PLANNING: 0,
  AWAITING_APPROVAL: 1,
  HELD: 2,
  QUEUED: 2,
  RUNNING: 3,
};

const toolCallOf = (call: OpenCall, context: ServerContext): ToolCall => {
  const { mcpReq } = context;
  const token = mcpReq._meta?.progressToken;
  // Whoever has been sent to the page already waits from now on, whatever they say came of it there.
  const sent = sentShape.safeParse(mcpReq.requestState());
  const goesOnWith = sent.success && sent.data.by === call.viewer.id ? sent.data.taskId : null;
  return {
    ...call,
    goesOnWith,
    canOpenPages: goesOnWith === null && opensPages(context),
    takesTasks: takesTasks(context),
    tellProgress: ({ status }) => {
      if (token === undefined) return;
      const params = { progressToken: token, progress: progressOf[status] ?? 4, total: 4, message: status };
      // Who does not listen any more misses nothing.
      void mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined);
    },
  };
};
