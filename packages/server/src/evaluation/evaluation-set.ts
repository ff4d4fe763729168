import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environments } from '@countersign/shared';
import { z } from 'zod';

const answerSchema = z.strictObject({
  inputTokens: z.int().min(0),
  outputTokens: z.int().min(0),
  /** In texts `{{2}}` stands for the citation of the second answer that a tool gave. */
  toolCalls: z.array(z.strictObject({ toolName: z.string(), input: z.record(z.string(), z.json()) })),
});

const expectedSchema = z.union([
  z.strictObject({
    /** Types of the actions, in their order. */
    actions: z.array(z.string()).min(1),
    targets: z.int().min(1).optional().describe('How many the first of them has.'),
    tools: z.array(z.string()).describe('That have to be asked before.'),
  }),
  z.strictObject({ question: z.string().describe('A part of what is asked of the requester.') }),
]);

const caseSchema = z.strictObject({
  goal: z.string(),
  environment: z.enum(environments),
  expects: expectedSchema,
  answers: z.array(answerSchema).min(1),
});

/** One goal, what a good agent makes of it, and the answers of a model that were recorded. */
export type EvaluationCase = z.output<typeof caseSchema>;
export type RecordedAnswer = z.output<typeof answerSchema>;

export interface EvaluationSet {
  readonly agent: string;
  readonly cases: readonly EvaluationCase[];
}

const agentsFolder = join(import.meta.dirname, '../agents');

/** The set of a specialist, from its folder. */
export const readEvaluationSet = (agent: string): EvaluationSet => {
  const file = join(agentsFolder, agent.replace(/_agent$/, ''), 'evaluation.json');
  return {
    agent,
    cases: z
      .array(caseSchema)
      .min(1)
      .parse(JSON.parse(readFileSync(file, 'utf8'))),
  };
};
