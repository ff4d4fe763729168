import type { CallToolResult } from '@modelcontextprotocol/server';
import type { JsonObject } from '../../domain/json.ts';
import type { Right } from '../../domain/principal.ts';
import type { Task } from '../../domain/task.ts';
import type { OpenCall } from '../shared/follow-task.ts';

/** Who calls a tool, and how to tell them something before its answer. */
export interface ToolCall extends OpenCall {
  /** Tells a client that asked for progress how far a task is. */
  readonly tellProgress: (task: Task) => void;
  /** Whether a person at the client can be sent to a page. */
  readonly canOpenPages: boolean;
  /** Whether the client asks by itself how a task goes (the extension for tasks). */
  readonly takesTasks: boolean;
  /** Of the task whose page we sent their person to before, where this call comes back from there. */
  readonly goesOnWith: string | null;
}

export type ToolArguments = Readonly<Record<string, unknown>>;

/** What a tool answers: words for the model, and the same as data for programs. */
export interface ToolAnswer {
  readonly words: string;
  readonly data: JsonObject;
  readonly isError: boolean;
  /** Where a person has to go now. */
  readonly page?: { readonly url: string; readonly message: string; readonly taskId: string };
  /** The task that is told, where it has not ended. */
  readonly pending?: Task;
  /** What the tool of another server answered, to be handed on as it is. */
  readonly passedOn?: CallToolResult;
}

/** How careful a client should be, as the protocol writes it. */
export interface ToolAnnotations {
  readonly readOnlyHint: boolean;
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly openWorldHint: boolean;
}

/** Tools that may change while we serve. */
export interface ChangingTools {
  list(): Promise<readonly McpTool[]>;
  find(name: string): McpTool | undefined;
  readonly onChanged: (listener: () => void) => () => void;
}

export interface McpTool {
  /** Letters, digits, `_` and `-`, at most 64: what every client takes. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Shown to those alone who have it. */
  readonly right: Right;
  readonly inputSchema: JsonObject;
  readonly annotations: ToolAnnotations;
  /** Whether a call may go on as a task, for clients that take one. */
  readonly goesOn?: true;
  answer(call: ToolCall, input: ToolArguments): Promise<ToolAnswer>;
}

export const reads: ToolAnnotations = { readOnlyHint: true, openWorldHint: false };
