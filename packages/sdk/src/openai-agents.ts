import type { Countersign } from './client.ts';
import { createGuard, demandGuarded, type ActionsOf } from './guard.ts';
import {
  isObject,
  refusedAnswer,
  type Tool,
  type ToolAnswer,
  type ToolCall,
  type ToolOptions,
} from './tools.ts';
import type { JsonObject } from './types.ts';

/** What OpenAI Agents (`@openai/agents`) hands to a tool besides its input. */
export interface OpenAiCall {
  readonly toolCall?: { readonly callId: string };
  readonly signal?: AbortSignal;
}

/** A function tool of OpenAI Agents. */
export interface OpenAiTool {
  readonly type: 'function';
  readonly name: string;
  readonly description: string;
  /** Ours have optional properties. */
  readonly strict: false;
  readonly parameters: {
    type: 'object';
    properties: Record<string, JsonObject>;
    required: string[];
    additionalProperties: true;
  };
  invoke(context: unknown, input: string, details?: OpenAiCall): Promise<string>;
  /** What a framework lets through approves nothing: people decide at the server. */
  needsApproval(): Promise<boolean>;
  isEnabled(): Promise<boolean>;
}

type Answer = (input: JsonObject, call: ToolCall) => Promise<ToolAnswer>;

const invoked =
  (answer: Answer): OpenAiTool['invoke'] =>
  async (_context, input, details) => {
    const toolCallId = details?.toolCall?.callId;
    // Without it a call that is made again would be another task.
    if (toolCallId === undefined) throw new TypeError('The framework names no tool call.');
    const given = objectIn(input);
    return JSON.stringify(given ? await answer(given, { toolCallId, signal: details?.signal }) : noObject);
  };

const noObject = refusedAnswer({
  code: 'SCHEMA_VALIDATION_FAILED',
  message: 'The input is no JSON object.',
  retriable: false,
  faults: [],
  taskId: null,
});

const objectIn = (text: string): JsonObject | null => {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
};

/** For `new Agent({ tools })` of OpenAI Agents. */
export const toOpenAiAgents = (tools: readonly Tool[]): OpenAiTool[] =>
  tools.map(({ name, description, inputSchema, execute }) => ({
    type: 'function',
    name,
    description,
    strict: false,
    parameters: {
      ...inputSchema,
      type: 'object',
      properties: (inputSchema['properties'] ?? {}) as Record<string, JsonObject>,
      required: [...((inputSchema['required'] ?? []) as readonly string[])],
      additionalProperties: true,
    },
    invoke: invoked(execute),
    needsApproval: () => Promise.resolve(false),
    isEnabled: () => Promise.resolve(true),
  }));

/** What a tool says of its own code: an answer of ours has another shape, and may wait for people. */
type OfOwnCode = 'outputSchema' | 'timeoutMs';

/**
 * Function tools of yours that act through Countersign alone: their own `invoke` is never called.
 *
 * @throws where a tool would act past policy: no action is given for it, or it is none that the agent runs as a function.
 */
export const guardOpenAiAgents = <Kept extends { readonly name: string }>(
  countersign: Countersign,
  tools: readonly Kept[],
  actions: ActionsOf,
  options: ToolOptions,
): (Omit<Kept, 'invoke' | OfOwnCode> & Pick<OpenAiTool, 'invoke'>)[] => {
  const named = tools.map((tool) => ({ name: tool.name, isRunHere: 'invoke' in tool }));
  demandGuarded(named, actions);
  const guard = createGuard(countersign, actions, options);
  return tools.map((tool) => ({
    ...tool,
    ...{ outputSchema: undefined, timeoutMs: undefined },
    invoke: invoked((input, call) => guard(tool.name, input, call)),
  }));
};
