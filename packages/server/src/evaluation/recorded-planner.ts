import { refusal, refused } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { LanguageModel, ModelTool } from '../infra/models/language-model.ts';
import { createModelPlanner, type Planner } from '../modules/agents/index.ts';
import type { EvaluationCase, RecordedAnswer } from './evaluation-set.ts';

/** Dollars for a million tokens, as of a middling model of today: recorded answers cost nothing. */
const price = { input: 3, output: 15 };

/** Plans each goal with the answers that were recorded for it, as a model would that gives them. */
export const createRecordedPlanner = (cases: readonly EvaluationCase[]): Planner => {
  const answersOf = new Map(cases.map(({ goal, answers }) => [goal, answers]));
  return {
    name: 'recorded',
    async plan(session) {
      const answers = answersOf.get(session.spec.goal);
      return answers
        ? createModelPlanner(replaying(answers)).plan(session)
        : refused(refusal('GOAL_WITHOUT_ACTIONS', 'No answers are recorded for this goal.'));
    },
  };
};

const replaying = (answers: readonly RecordedAnswer[]): LanguageModel => ({
  name: 'recorded',
  async converse({ instructions, prompt, tools, signal, onStep, isDone }) {
    const citations: string[] = [];
    let said: unknown = { instructions, prompt };
    for (const { inputTokens, outputTokens, toolCalls } of answers) {
      signal.throwIfAborted();
      const heard: unknown[] = [];
      for (const { toolName, input } of toolCalls) {
        const output = await call(tools, toolName, withCitations(input, citations) as JsonObject);
        citations.push(...citationIn(output));
        heard.push({ toolName, output });
      }
      const costMicros = Math.ceil(inputTokens * price.input + outputTokens * price.output);
      const answer = { text: '', toolCalls };
      const step = {
        durationMs: 0,
        inputTokens,
        outputTokens,
        costMicros,
        prompt: said,
        answer,
        failure: null,
      };
      if (!(await onStep(step)) || isDone()) return null;
      said = heard;
    }
    return null;
  },
});

const call = (tools: readonly ModelTool[], toolName: string, input: JsonObject): Promise<unknown> =>
  tools.find(({ name }) => name === toolName)?.run(input) ??
  Promise.resolve({ error: `There is no tool ${toolName}.` });

const citationIn = (output: unknown): readonly string[] =>
  typeof output === 'object' && output !== null && 'citation' in output && typeof output.citation === 'string'
    ? [output.citation]
    : [];

const withCitations = (value: Json, citations: readonly string[]): Json => {
  if (typeof value === 'string')
    return value.replaceAll(/\{\{(\d+)\}\}/g, (_, at: string) => citations[Number(at) - 1] ?? 'nothing');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((each) => withCitations(each, citations));
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, each]) => [key, withCitations(each, citations)]),
  );
};
