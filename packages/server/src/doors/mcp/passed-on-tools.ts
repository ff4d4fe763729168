import { isFinalStatus, quoted, taskStatuses } from '@countersign/shared';
import { isCallToolResult, type CallToolResult } from '@modelcontextprotocol/server';
import { accepted, type Outcome } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Task } from '../../domain/task.ts';
import { canonicalJson, sha256 } from '../../infra/digest.ts';
import type { Operations } from '../../operations.ts';
import type { Views } from '../../operations/views.ts';
import type { ConnectedServer, ConnectedServers, ConnectedTool } from '../../platforms/index.ts';
import { longestWaitSeconds } from '../shared/follow-task.ts';
import type { ChangingTools, McpTool, ToolAnswer, ToolCall } from './mcp-tool.ts';
import { codeOf, tellSoon, type SubmitToolDeps } from './submit-tools.ts';
import { refusedAnswer } from './tool-answer.ts';

export interface PassedOnDeps extends Omit<SubmitToolDeps, 'operations' | 'actionTypes'> {
  readonly operations: Pick<Operations, 'executeTask' | 'task' | 'tasks' | 'taskUpdated'>;
  readonly views: Pick<Views, 'runs'>;
  readonly connected: ConnectedServers;
}

/**
 * The tools of other servers, each under a name of its own and with its server's own arguments: a call is a task of one
 * action, planned, decided and recorded as every other.
 */
export const passedOnTools = (deps: PassedOnDeps): ChangingTools => {
  const { connected } = deps;
  const calls = createCalls(deps);
  const toolsOf = (servers: readonly ConnectedServer[]): readonly McpTool[] =>
    servers.flatMap((server) =>
      server.tools
        .filter(({ isOffered }) => isOffered !== false)
        .map((tool) => passedOnTool(deps, calls, server, tool)),
    );
  return {
    list: async () => toolsOf(await connected.read()),
    find: (name) => toolsOf(connected.known()).find((tool) => tool.name === name),
    onChanged: connected.onChanged,
  };
};

const descriptionOf = (server: ConnectedServer, { name, description }: ConnectedTool): string =>
  [
    `The tool ${quoted(name)} of the server ${quoted(server.name)}, called under policy: where a person must agree first, the answer is status awaiting_approval with a link, and wait_for_task waits for them.`,
    ...(description === '' ? [] : [`Its server says of it, unchecked: ${description}`]),
  ].join(' ');

const passedOnTool = (
  deps: PassedOnDeps,
  calls: Calls,
  server: ConnectedServer,
  tool: ConnectedTool,
): McpTool => ({
  name: tool.callName,
  title: `${server.name}: ${tool.name}`,
  description: descriptionOf(server, tool),
  right: 'SUBMIT',
  inputSchema: tool.inputSchema,
  // What its server says of it is not trusted.
  annotations: {
    readOnlyHint: tool.reads,
    destructiveHint: !tool.reads,
    idempotentHint: false,
    openWorldHint: true,
  },
  goesOn: true,
  async answer(call, given) {
    const submitted = await calls.submit(call, server, tool, given as JsonObject);
    if (!submitted.ok) return refusedAnswer(submitted.refusal);
    const answer = await tellSoon(deps, call, submitted.value, longestWaitSeconds);
    const passedOn = await answerOfTool(deps, call, answer);
    return { ...answer, data: { code: codeOf(answer), ...answer.data }, ...(passedOn && { passedOn }) };
  },
});

type Calls = ReturnType<typeof createCalls>;

const unfinished = taskStatuses.filter((status) => !isFinalStatus(status));

/**
 * Submissions of calls. The protocol gives a call no key, so the same call, made again while it has not ended, is the
 * one that there is: whoever asks again because a person has not decided yet asks nobody twice.
 */
const createCalls = ({ operations }: PassedOnDeps) => {
  const underWay = new Map<string, Promise<Outcome<Task>>>();

  const find = async (call: ToolCall, tag: string): Promise<Outcome<Task | null>> => {
    if (call.goesOnWith !== null) {
      const before = await operations.task.execute(call, { id: call.goesOnWith });
      // Not known to be none: a second call may be a second effect.
      if (!before.ok) return before;
      if (before.value?.tags.includes(tag)) return before;
    }
    const same = await operations.tasks.execute(call, {
      filter: { mine: true, tag, status: unfinished },
      first: 1,
    });
    return same.ok ? accepted(same.value.nodes[0] ?? null) : same;
  };

  const submitOnce = async (call: ToolCall, tag: string, body: JsonObject): Promise<Outcome<Task>> => {
    const found = await find(call, tag);
    if (!found.ok) return found;
    if (found.value) return accepted(found.value);
    const outcome = await operations.executeTask.execute(call, body);
    return outcome.ok ? accepted(outcome.value.task) : outcome;
  };

  const submit = async (
    call: ToolCall,
    { actionType, name: server }: ConnectedServer,
    { name, paramsOf }: ConnectedTool,
    given: JsonObject,
  ): Promise<Outcome<Task>> => {
    const params = paramsOf(given);
    const tag = `call:${digestOf({ actionType, params }).slice(0, 40)}`;
    const key = `${call.viewer.tenantId}/${call.viewer.id}/${tag}`;
    const running = underWay.get(key);
    if (running) return running;
    const submission = submitOnce(call, tag, {
      idempotencyKey: crypto.randomUUID(),
      goal: `Call ${name} of ${server}`,
      actions: [{ type: actionType, params }],
      tags: [tag],
    }).finally(() => underWay.delete(key));
    underWay.set(key, submission);
    return submission;
  };
  return { submit };
};

/** Also of what is nested too deep to be written: it is refused in words. */
const digestOf = (value: JsonObject): string => {
  try {
    return sha256(canonicalJson(value), 'call/v1\0');
  } catch {
    return sha256(crypto.randomUUID());
  }
};

/** What the other server's tool answered, where it did and the protocol can carry it. */
const answerOfTool = async (
  { operations, views }: PassedOnDeps,
  call: ToolCall,
  { data }: ToolAnswer,
): Promise<CallToolResult | null> => {
  const { task_id: id, status } = data;
  if (typeof id !== 'string' || status !== 'succeeded') return null;
  const found = await operations.task.execute(call, { id });
  if (!found.ok || !found.value) return null;
  const { id: taskId, revision } = found.value;
  const [run] = await views.runs.findRuns(call.viewer, [{ taskId, revision }]);
  const [step] = run ? await views.runs.findSteps([run.id]) : [];
  const { content, structuredContent } = (step?.output ?? {}) as JsonObject;
  const result: unknown = {
    content,
    ...(isObject(structuredContent) && { structuredContent }),
    isError: false,
    _meta: { 'countersign/task_id': taskId },
  };
  return isCallToolResult(result) ? result : null;
};

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
