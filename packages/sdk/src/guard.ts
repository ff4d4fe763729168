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

/** @throws where no action is given for a tool: it would act past policy. */
export const demandActions = (toolNames: readonly string[], actions: ActionsOf): void => {
  for (const name of toolNames)
    if (!Object.hasOwn(actions, name)) throw new TypeError(`No action is given for ${name}.`);
};
