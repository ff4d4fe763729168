import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, isStepCount, jsonSchema, tool, type StepResult, type ToolSet } from 'ai';
import type { GuardedFetch } from '../guarded-fetch.ts';
import type { Redactor } from '../redaction.ts';

/** A model and where it is asked. */
export interface ModelSettings {
  readonly provider: 'anthropic' | 'openai-compatible';
  readonly model: string;
  /** Needed for what is compatible; otherwise the provider's own. */
  readonly baseUrl: string | null;
  readonly apiKey: string | null;
  readonly maxOutputTokens: number;
  /** Dollars for a million tokens; null where nobody said. */
  readonly price: { readonly input: number; readonly output: number } | null;
}

/** What a model may call. `run` never rejects: what it gives goes to the model. */
export interface ModelTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: object;
  readonly run: (input: unknown) => Promise<unknown>;
}

/** One request to a model, and what came back. */
export interface ModelStep {
  readonly durationMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Millionths of a dollar. */
  readonly costMicros: number | null;
  readonly prompt: unknown;
  readonly answer: unknown;
  readonly failure: string | null;
}

export interface Conversation {
  readonly instructions: string;
  readonly prompt: string;
  readonly tools: readonly ModelTool[];
  readonly maxSteps: number;
  readonly signal: AbortSignal;
  /** After each request; false ends the conversation. */
  readonly onStep: (step: ModelStep) => Promise<boolean>;
  /** Whether what was wanted is there. */
  readonly isDone: () => boolean;
}

/** Why a model could not be asked, or to the end. */
export interface ModelFailure {
  readonly message: string;
  /** Whether the same may go well later. */
  readonly isPassing: boolean;
  readonly retryAfterMs: number | null;
}

export interface LanguageModel {
  /** `anthropic/claude-sonnet-4-20250514` */
  readonly name: string;
  /** Null where it came to its end. @throws where the signal aborted */
  converse(conversation: Conversation): Promise<ModelFailure | null>;
}

/** The same answers for the same question, as far as the provider keeps that. */
const deterministic = {
  anthropic: { temperature: 0 },
  'openai-compatible': { temperature: 0, seed: 1 },
};

export const createLanguageModel = (
  settings: ModelSettings,
  fetchOut: GuardedFetch,
  redactor: Pick<Redactor, 'text'>,
): LanguageModel => {
  const model = modelOf(settings, fetchOut);
  const name = `${settings.provider}/${settings.model}`;
  return {
    name,
    async converse({ instructions, prompt, tools, maxSteps, signal, onStep, isDone }) {
      let goesOn = true;
      let begun = performance.now();
      let lastResults: unknown = { instructions, prompt };
      const record = async (step: Omit<ModelStep, 'durationMs' | 'prompt'>): Promise<void> => {
        const durationMs = Math.round(performance.now() - begun);
        goesOn = (await onStep({ ...step, durationMs, prompt: lastResults })) && !isDone();
        begun = performance.now();
      };
      try {
        await generateText({
          model,
          instructions,
          prompt,
          tools: toolsOf(tools),
          toolCallConcurrency: 1,
          stopWhen: [isStepCount(maxSteps), () => !goesOn],
          maxOutputTokens: settings.maxOutputTokens,
          ...deterministic[settings.provider],
          // The job tries again, and remembers across restarts.
          maxRetries: 0,
          abortSignal: signal,
          telemetry: { isEnabled: false, recordInputs: false, recordOutputs: false },
          onStepEnd: async (step) => {
            await record(stepOf(step, settings.price));
            lastResults = step.toolResults.map(({ toolName, output }) => ({
              toolName,
              output: output as unknown,
            }));
          },
        });
        return null;
      } catch (error) {
        signal.throwIfAborted();
        const failure = failureOf(name, error, redactor);
        await record({ ...nothing, answer: null, failure: failure.message });
        return failure;
      }
    },
  };
};

const nothing = { inputTokens: 0, outputTokens: 0, costMicros: null };

const modelOf = ({ provider, model, baseUrl, apiKey }: ModelSettings, fetchOut: GuardedFetch) => {
  const fetch: typeof globalThis.fetch = (input, init) =>
    fetchOut(input instanceof Request ? input.url : String(input), init ?? {});
  const key = apiKey === null ? {} : { apiKey };
  if (provider === 'anthropic')
    return createAnthropic({ ...key, ...(baseUrl === null ? {} : { baseURL: baseUrl }), fetch })(model);
  return createOpenAICompatible({ name: provider, baseURL: baseUrl ?? '', ...key, fetch })(model);
};

const toolsOf = (tools: readonly ModelTool[]): ToolSet =>
  Object.fromEntries(
    tools.map(({ name, description, inputSchema, run }) => [
      name,
      tool({ description, inputSchema: jsonSchema(inputSchema), execute: run }),
    ]),
  );

const stepOf = (
  { usage, text, toolCalls }: StepResult<ToolSet>,
  price: ModelSettings['price'],
): Omit<ModelStep, 'durationMs' | 'prompt'> => {
  const { inputTokens = 0, outputTokens = 0 } = usage;
  return {
    inputTokens,
    outputTokens,
    // Dollars for a million tokens are millionths of a dollar for one.
    costMicros: price && Math.ceil(inputTokens * price.input + outputTokens * price.output),
    answer: {
      text,
      toolCalls: toolCalls.map(({ toolName, input }) => ({ toolName, input: input as unknown })),
    },
    failure: null,
  };
};

const longestMessage = 300;
/** Farther in nobody looks; what is cut there is not told. */
const longestRead = 20_000;

const failureOf = (name: string, error: unknown, redactor: Pick<Redactor, 'text'>): ModelFailure => {
  /** A provider may say anything, also what it was called with: no secret, whole or cut, and nothing that no store takes. */
  const toMessage = (text: string): string =>
    redactor
      .text(text.slice(0, longestRead))
      .slice(0, longestMessage)
      .toWellFormed()
      .replaceAll('\0', '\ufffd');

  if (!APICallError.isInstance(error)) {
    const words = error instanceof Error ? error.message : 'it gave no answer';
    return { message: toMessage(`${name}: ${words}`), isPassing: true, retryAfterMs: null };
  }
  const { statusCode, responseHeaders, message } = error;
  const after = Number(responseHeaders?.['retry-after']);
  return {
    message: toMessage(`${name} answers ${statusCode ?? 'nothing'}: ${message}`),
    isPassing:
      statusCode === undefined ||
      statusCode === 408 ||
      statusCode === 429 ||
      statusCode >= 500 ||
      statusCode < 400,
    retryAfterMs: Number.isFinite(after) ? after * 1_000 : null,
  };
};
