import type { Countersign } from './client.ts';
import { createSubmitCall, type Tool, type ToolAnswer, type ToolOptions, type ToolSchema } from './tools.ts';
import type { Action, JsonObject } from './types.ts';

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

/** What a tool of yours does, as an action of the catalogue. */
export type ActionOf = (input: JsonObject) => Action;

/** A tool of yours as it is described; what it would have done is an action now. */
export type Guarded<Kept> = Omit<Kept, 'execute'> & Pick<AiSdkTool, 'execute'>;

/**
 * Tools of yours that act through Countersign alone: their own `execute` is never called.
 *
 * @throws where no action is given for a tool: it would act past policy.
 */
export const guardAiSdk = <Tools extends Record<string, object>>(
  countersign: Countersign,
  tools: Tools,
  actions: Readonly<Record<keyof Tools & string, ActionOf>>,
  options: ToolOptions,
): { [Name in keyof Tools]: Guarded<Tools[Name]> } => {
  const submit = createSubmitCall(countersign, options);
  const guarded = Object.entries(tools).map(([name, tool]) => {
    const actionOf = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (!actionOf) throw new TypeError(`No action is given for ${name}.`);
    const execute: AiSdkTool['execute'] = (input, { toolCallId, abortSignal }) =>
      submit(actionOf(input), { toolCallId, signal: abortSignal }, name);
    return [name, { ...tool, execute }];
  });
  return Object.fromEntries(guarded) as { [Name in keyof Tools]: Guarded<Tools[Name]> };
};
