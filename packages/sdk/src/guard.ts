import type { Countersign } from './client.ts';
import {
  createSubmitCall,
  isObject,
  refusedAnswer,
  type ToolAnswer,
  type ToolCall,
  type ToolOptions,
} from './tools.ts';
import type { Action, JsonObject } from './types.ts';

/** What a tool of yours does, as an action of the catalogue. */
export type ActionOf = (input: JsonObject) => Action;

/** By the names of your tools. */
export type ActionsOf<Name extends string = string> = Readonly<Record<Name, ActionOf>>;

/** Acts in place of a tool. One that has no action does nothing: the answer says so. */
export type Guard = (toolName: string, input: unknown, call: ToolCall) => Promise<ToolAnswer>;

export const createGuard = (countersign: Countersign, actions: ActionsOf, options: ToolOptions): Guard => {
  const submit = createSubmitCall(countersign, options);
  return async (toolName, input, call) => {
    const actionOf = Object.hasOwn(actions, toolName) ? actions[toolName] : undefined;
    return actionOf
      ? submit(actionOf(isObject(input) ? input : {}), call, toolName)
      : refusedAnswer({
          code: 'AUTHORIZATION_FAILED',
          message: `${toolName} has no action of Countersign, so it would act past policy: nothing ran.`,
          retriable: false,
          faults: [],
          taskId: null,
        });
  };
};

/** @throws where a tool would act past policy: no action is given for it, or something else than the agent runs it. */
export const demandGuarded = (
  tools: readonly { readonly name: string; readonly isRunHere: boolean }[],
  actions: ActionsOf,
): void => {
  for (const { name, isRunHere } of tools) {
    if (!Object.hasOwn(actions, name)) throw new TypeError(`No action is given for ${name}.`);
    if (!isRunHere)
      throw new TypeError(`${name} is not run by the agent itself, so Countersign cannot act in its place.`);
  }
};

/** By the names that an agent calls them by. What the provider of a model runs itself never comes to the agent. */
export const namedTools = (
  tools: Readonly<Record<string, object>>,
): readonly { readonly name: string; readonly tool: object; readonly isRunHere: boolean }[] =>
  Object.entries(tools).map(([name, tool]) => ({ name, tool, isRunHere: !isRunByProvider(tool) }));

const isRunByProvider = (tool: {
  readonly type?: unknown;
  readonly isProviderExecuted?: unknown;
  readonly execute?: unknown;
}): boolean =>
  tool.isProviderExecuted === true ||
  (typeof tool.type === 'string' && tool.type.startsWith('provider') && typeof tool.execute !== 'function');
