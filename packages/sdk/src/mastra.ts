import type { Countersign } from './client.ts';
import { createGuard, demandGuarded, namedTools, type ActionsOf } from './guard.ts';
import type { Tool, ToolAnswer, ToolCall, ToolOptions, ToolSchema } from './tools.ts';
import type { JsonObject } from './types.ts';

/** What Mastra (`@mastra/core`) hands to a tool besides its input: where the call's id stands is by the kind of tool. */
export interface MastraCall {
  readonly toolCallId?: string;
  readonly agent?: { readonly toolCallId: string };
  readonly abortSignal?: AbortSignal;
}

export interface MastraTool {
  readonly id: string;
  readonly description: string;
  readonly inputSchema: ToolSchema;
  execute(input: JsonObject, call: MastraCall): Promise<ToolAnswer>;
}

const callOf = ({ agent, abortSignal, toolCallId = agent?.toolCallId }: MastraCall): ToolCall => {
  // Without it a call that is made again would be another task.
  if (toolCallId === undefined) throw new TypeError('The framework names no tool call.');
  return { toolCallId, signal: abortSignal };
};

/** For `new Agent({ tools })` of Mastra. */
export const toMastra = (tools: readonly Tool[]): Record<string, MastraTool> =>
  Object.fromEntries(
    tools.map(({ name, description, schema, execute }) => [
      name,
      {
        id: name,
        description,
        inputSchema: schema,
        execute: async (input: JsonObject, call: MastraCall) => execute(input, callOf(call)),
      },
    ]),
  );

/**
 * Tools of yours that act through Countersign alone: their own `execute` is never called.
 *
 * @throws where a tool would act past policy: no action is given for it, or the model's provider runs it.
 */
export const guardMastra = <Tools extends Record<string, { readonly id: string }>>(
  countersign: Countersign,
  tools: Tools,
  actions: ActionsOf<keyof Tools & string>,
  options: ToolOptions,
): Record<keyof Tools & string, MastraTool> => {
  const named = namedTools(tools);
  demandGuarded(named, actions);
  const guard = createGuard(countersign, actions, options);
  const guarded = named.map(({ name, tool }) => {
    const execute = async (input: JsonObject, call: MastraCall) => guard(name, input, callOf(call));
    return [name, { ...tool, execute, outputSchema: undefined, toModelOutput: undefined }];
  });
  return Object.fromEntries(guarded) as Record<keyof Tools & string, MastraTool>;
};
