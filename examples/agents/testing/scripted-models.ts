import { functionCall, ScriptedModel, assistantMessage, modelResponder } from '@openai/agents/testing';
import { simulateReadableStream } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { FakeToolCallingModel } from 'langchain';

/** The one call of a tool that a scripted model makes, before it says what it was answered. */
export interface ScriptedCall {
  readonly id: string;
  readonly tool: string;
  readonly input: Record<string, unknown>;
}

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};
type Prompt = MockLanguageModelV4['doGenerateCalls'][number]['prompt'];
type Content = Awaited<ReturnType<MockLanguageModelV4['doGenerate']>>['content'][number];
type Stream = Awaited<ReturnType<MockLanguageModelV4['doStream']>>['stream'];
type StreamPart = Stream extends ReadableStream<infer Part> ? Part : never;

const told = (prompt: Prompt): string | null => {
  const [result] = prompt.flatMap(({ role, content }) => (role === 'tool' ? content : []));
  return result ? JSON.stringify('output' in result ? result.output : result) : null;
};

const callOf = ({ id: toolCallId, tool: toolName, input }: ScriptedCall) =>
  ({ type: 'tool-call', toolCallId, toolName, input: JSON.stringify(input) }) as const;

/** For the AI SDK, and Mastra, which takes its models. */
export const aiSdkModel = (call: ScriptedCall): MockLanguageModelV4 =>
  new MockLanguageModelV4({
    doGenerate: ({ prompt }) => {
      const text = told(prompt);
      const content: Content[] = [text === null ? callOf(call) : { type: 'text', text }];
      return Promise.resolve({ content, finishReason: finishReason(text), usage, warnings: [] });
    },
    doStream: ({ prompt }) => {
      const text = told(prompt);
      const chunks: StreamPart[] = [
        { type: 'stream-start', warnings: [] },
        ...(text === null ? [callOf(call)] : textParts(text)),
        { type: 'finish', finishReason: finishReason(text), usage },
      ];
      return Promise.resolve({ stream: simulateReadableStream({ chunks }) });
    },
  });

const finishReason = (text: string | null) => ({
  unified: text === null ? ('tool-calls' as const) : ('stop' as const),
  raw: undefined,
});

const textParts = (delta: string): StreamPart[] => [
  { type: 'text-start', id: '1' },
  { type: 'text-delta', id: '1', delta },
  { type: 'text-end', id: '1' },
];

export const openAiModel = ({ id: callId, tool, input }: ScriptedCall): ScriptedModel =>
  new ScriptedModel([
    [functionCall(tool, input, { callId })],
    modelResponder(({ request: { input: items } }) => {
      const told =
        typeof items === 'string' ? [] : items.filter(({ type }) => type === 'function_call_result');
      return [assistantMessage(JSON.stringify(told[0]))];
    }),
  ]);

/** It says again all that was said. */
export const langChainModel = ({ id, tool: name, input: args }: ScriptedCall): FakeToolCallingModel =>
  new FakeToolCallingModel({ toolCalls: [[{ id, name, args, type: 'tool_call' }], []] });
