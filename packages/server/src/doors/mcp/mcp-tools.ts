import type { Operations } from '../../operations.ts';
import type { Views } from '../../operations/views.ts';
import type { ActionTypeDescription, ConnectedServers } from '../../platforms/index.ts';
import type { Waiting } from '../shared/waiting.ts';
import type { ChangingTools, McpTool } from './mcp-tool.ts';
import { passedOnTools } from './passed-on-tools.ts';
import { submitTools } from './submit-tools.ts';
import { createTellTask } from './task-answer.ts';
import type { TaskExtensionDeps } from './task-extension.ts';
import { taskTools } from './task-tools.ts';

export interface McpToolDeps {
  readonly operations: Operations;
  readonly views: Views;
  readonly originOf: () => string;
  readonly waiting: Waiting;
  readonly actionTypes: readonly ActionTypeDescription[];
  readonly connected: ConnectedServers;
}

/** Every tool of the door, and the tasks that go on beside them. Deciding is none of them: people do that in the console. */
export const mcpTools = (
  deps: McpToolDeps,
): {
  readonly tools: readonly McpTool[];
  readonly passedOn: ChangingTools;
  readonly tasks: TaskExtensionDeps;
} => {
  const withAnswer = { ...deps, tellTask: createTellTask(deps) };
  return {
    tools: [...taskTools(withAnswer), ...submitTools(withAnswer)],
    passedOn: passedOnTools(withAnswer),
    tasks: withAnswer,
  };
};
