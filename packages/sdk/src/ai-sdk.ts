import type { Countersign } from './client.ts';
import { createGuard, demandGuarded, namedTools, type ActionsOf } from './guard.ts';
import type { Tool, ToolAnswer, ToolOptions, ToolSchema } from './tools.ts';
import type { JsonObject } from './types.ts';

/** What the AI SDK (`ai`) hands to a tool besides its input. */
export interface AiSdkCall {
  readonly toolCallId: string;
  readonly abortSignal?: AbortSignal | undefined;
}

export interface AiSdkTool {
  readonly description: string;
  readonly inputSchema: ToolSchema;
  execute(input: JsonObject, call: AiSdkCall): Promise<ToolAnswer>;
}

/** For `generateText({ tools })` and the agents of the AI SDK. */
export const toAiSdk = (tools: readonly Tool[]): Record<string, AiSdkTool> =>
  Object.fromEntries(
    tools.map(({ name, description, schema, execute }) => [
      name,
      {
        description,
        inputSchema: schema,
        execute: (input: JsonObject, { toolCallId, abortSignal }: AiSdkCall) =>
          execute(input, { toolCallId, signal: abortSignal }),
      },
    ]),
  );

/** A tool of yours as it is described; what it would have done, and put out, is an action and its answer now. */
export type GuardedAiSdkTool<Kept> = Kept extends unknown
  ? Omit<Kept, 'execute' | 'outputSchema' | 'toModelOutput'> & Pick<AiSdkTool, 'execute'>
  : never;

/**
 * Tools of yours that act through Countersign alone: their own `execute` is never called.
 *
 * @throws where a tool would act past policy: no action is given for it, or the model's provider runs it.
 */
export const guardAiSdk = <Tools extends Record<string, object>>(
  countersign: Countersign,
  tools: Tools,
  actions: ActionsOf<keyof Tools & string>,
  options: ToolOptions,
): { [Name in keyof Tools]: GuardedAiSdkTool<Tools[Name]> } => {
  const named = namedTools(tools);
  demandGuarded(named, actions);
  const guard = createGuard(countersign, actions, options);
  const guarded = named.map(({ name, tool }) => {
    const execute: AiSdkTool['execute'] = (input, { toolCallId, abortSignal }) =>
      guard(name, input, { toolCallId, signal: abortSignal });
    return [name, { ...tool, execute, outputSchema: undefined, toModelOutput: undefined }];
  });
  return Object.fromEntries(guarded) as { [Name in keyof Tools]: GuardedAiSdkTool<Tools[Name]> };
};
