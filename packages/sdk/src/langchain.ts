import type { Countersign } from './client.ts';
import { createGuard, type ActionsOf } from './guard.ts';
import type { Tool, ToolOptions } from './tools.ts';
import type { JsonObject } from './types.ts';

/** What LangChain (`langchain`) hands to a tool besides its input. */
export interface LangChainCall {
  readonly toolCall?: { readonly id?: string };
  readonly signal?: AbortSignal;
}

export interface LangChainFields {
  readonly name: string;
  readonly description: string;
  readonly schema: Record<string, unknown> & { readonly type: 'object' };
}

/** What `tool()` of LangChain takes: `tools.map((each) => tool(...toLangChain(each)))`. */
export const toLangChain = ({
  name,
  description,
  inputSchema,
  execute,
}: Tool): [(input: unknown, call: LangChainCall) => Promise<string>, LangChainFields] => [
  async (input, { toolCall, signal }) =>
    JSON.stringify(await execute(input as JsonObject, { toolCallId: idOf(toolCall), signal })),
  { name, description, schema: { ...inputSchema, type: 'object' } },
];

const idOf = (toolCall: LangChainCall['toolCall']): string => {
  // Without it a call that is made again would be another task.
  if (toolCall?.id === undefined) throw new TypeError('The framework names no tool call.');
  return toolCall.id;
};

/** What `new ToolMessage()` of LangChain takes. */
export interface LangChainMessage {
  readonly tool_call_id: string;
  readonly name: string;
  readonly content: string;
  readonly status: 'success' | 'error';
}

/**
 * For the hook `wrapToolCall` of a middleware: tools act through Countersign alone. One that has no action does nothing,
 * and the answer says so.
 */
export const guardLangChain = (
  countersign: Countersign,
  actions: ActionsOf,
  options: ToolOptions,
): ((request: {
  readonly toolCall: { readonly id?: string; readonly name: string; readonly args: unknown };
  readonly runtime?: { readonly signal?: AbortSignal };
}) => Promise<LangChainMessage>) => {
  const guard = createGuard(countersign, actions, options);
  return async ({ toolCall, runtime }) => {
    const { name, args } = toolCall;
    const toolCallId = idOf(toolCall);
    const answer = await guard(name, args, { toolCallId, signal: runtime?.signal });
    const status = answer.status === 'succeeded' || answer.status === 'pending' ? 'success' : 'error';
    return { tool_call_id: toolCallId, name, content: JSON.stringify(answer), status };
  };
};
