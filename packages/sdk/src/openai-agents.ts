import type { Tool } from './tools.ts';
import type { JsonObject } from './types.ts';

/** What `tool()` of OpenAI Agents (`@openai/agents`) takes, without strict schemas: ours have optional properties. */
export interface OpenAiToolOptions {
  readonly name: string;
  readonly description: string;
  readonly strict: false;
  readonly parameters: {
    readonly type: 'object';
    readonly properties: Record<string, JsonObject>;
    readonly required: string[];
    readonly additionalProperties: true;
  };
  execute(
    input: unknown,
    context?: unknown,
    details?: {
      readonly toolCall?: { readonly callId: string } | undefined;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<string>;
}

/** `tools.map(openAiTool).map(tool)` with the `tool` of `@openai/agents`. */
export const openAiTool = ({ name, description, inputSchema, execute }: Tool): OpenAiToolOptions => ({
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
  async execute(input, _context, details) {
    const toolCallId = details?.toolCall?.callId;
    // Without it a call that is made again would be another task.
    if (toolCallId === undefined) throw new TypeError('The framework names no tool call.');
    const given = typeof input === 'object' && input !== null ? (input as JsonObject) : {};
    return JSON.stringify(await execute(given, { toolCallId, signal: details?.signal }));
  },
});
