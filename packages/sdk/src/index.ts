/** Countersign for programs that ask: submit, wait for people, follow what happens. */
export { createCountersign } from './client.ts';
export type { Countersign, CountersignSettings, EventsOptions, WaitOptions } from './client.ts';
export { CountersignError } from './types.ts';
export type {
  Action,
  ActionType,
  Changed,
  Event,
  Json,
  JsonObject,
  Refusal,
  Submission,
  Submitted,
  Task,
  TaskDetail,
  TaskStatus,
} from './types.ts';
export { createTools } from './tools.ts';
export type { Tool, ToolAnswer, ToolCall, ToolOptions, ToolSchema } from './tools.ts';
export { guardAiSdk, toAiSdk } from './ai-sdk.ts';
export type { ActionOf, AiSdkCall, AiSdkTool, Guarded } from './ai-sdk.ts';
export { openAiTool } from './openai-agents.ts';
export type { OpenAiToolOptions } from './openai-agents.ts';
