/** Countersign for programs that ask: submit, wait for people, follow what happens; and for agents, as their tools. */
export { createCountersign } from './client.ts';
export type { Countersign, CountersignSettings, EventsOptions } from './client.ts';
export { CountersignError } from './types.ts';
export type {
  Action,
  ActionType,
  CallOptions,
  Changed,
  Event,
  Feedback,
  Json,
  JsonObject,
  Refusal,
  Rollout,
  Submission,
  Submitted,
  Task,
  TaskClient,
  TaskDetail,
  TaskError,
  TaskSource,
  TaskStatus,
  WaitOptions,
} from './types.ts';
export type { Tool, ToolAnswer, ToolCall, ToolOptions, ToolSchema } from './tools.ts';
export type { ActionOf, ActionsOf } from './guard.ts';
export { guardAiSdk, toAiSdk } from './ai-sdk.ts';
export type { AiSdkCall, AiSdkTool, GuardedAiSdkTool } from './ai-sdk.ts';
export { guardOpenAiAgents, toOpenAiAgents } from './openai-agents.ts';
export type { OpenAiCall, OpenAiTool } from './openai-agents.ts';
export { guardLangChain, toLangChain } from './langchain.ts';
export type { LangChainCall, LangChainFields, LangChainMessage } from './langchain.ts';
export { guardMastra, toMastra } from './mastra.ts';
export type { MastraCall, MastraTool } from './mastra.ts';
export { toClaudeAgent } from './claude-agent.ts';
export type { ClaudeAgentHooks, ClaudeAgentOptions, ToolUseVerdict } from './claude-agent.ts';
