import { z } from 'zod';
import { refusal, refusalAt, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { faultsOf } from '../../domain/refusal-details.ts';
import { toShortText, type JsonObject } from '../../domain/json.ts';
import type { LanguageModel, ModelTool } from '../../infra/models/language-model.ts';
import type { Planner, PlanningSession, Proposal } from './planner-port.ts';
import { proposalSchema } from './proposal.ts';

/** Beside its tools, a model needs to hand in and to mend what was wrong with that. */
const stepsBesideTools = 6;
const longestQuestion = 500;
/** More than any tokenizer puts into one on average: what is reckoned so is no more than what it takes. */
const charactersOfToken = 6;

const questionSchema = z.strictObject({
  question: z.string().describe('What the requester must say first.'),
});

/** Has a language model plan: it reads by tools, and ends by handing in a plan or a question. */
export const createModelPlanner = (model: LanguageModel): Planner => ({
  name: model.name,
  async plan(session) {
    const prompt = promptOf(session);
    const room = await session.mayAsk(
      Math.ceil((prompt.length + session.specialist.prompt.length) / charactersOfToken),
    );
    if (!room.ok) return room;
    const end: { outcome: Outcome<Proposal> | null; stop: Refusal | null } = { outcome: null, stop: null };
    const failure = await model.converse({
      instructions: session.specialist.prompt,
      prompt,
      tools: [
        ...session.tools.map((offer) => readingTool(session, offer)),
        submitTool(session, (outcome) => {
          end.outcome = outcome;
        }),
        askTool((outcome) => {
          end.outcome = outcome;
        }),
      ],
      maxSteps: session.specialist.budget.toolCalls + stepsBesideTools,
      signal: session.signal,
      async onStep(step) {
        const charged = await session.charge({ model: model.name, ...step });
        if (!charged.ok) end.stop = charged.refusal;
        return charged.ok;
      },
      isDone: () => end.outcome !== null,
    });
    if (end.outcome) return end.outcome;
    if (end.stop) return refused(end.stop);
    if (!failure)
      return refused(refusalAt('goal', 'GOAL_WITHOUT_ACTIONS', `${model.name} ended without a plan.`));
    const { message, isPassing: retriable, retryAfterMs } = failure;
    return refused(
      refusal('DEPENDENCY_FAILED', message, {
        retriable,
        ...(retryAfterMs === null ? {} : { retryAfterMs }),
      }),
    );
  },
});

const promptOf = ({ spec, justification, context, actionTypes, scope, citations }: PlanningSession): string =>
  [
    `Goal: ${spec.goal}`,
    `Environment: ${spec.environment}`,
    ...(justification === null ? [] : [`Why: ${justification}`]),
    ...(context === null ? [] : [`Context of the requester: ${JSON.stringify(context)}`]),
    `Things that the goal names or its words find: ${JSON.stringify(scope.rows).slice(0, 30_000)}`,
    ...citations.map((citation) => `They are from: ${citation}`),
    `Places without a choice: ${JSON.stringify(scope.places)}`,
    'Action types that you may propose, with JSON Schemas of their params:',
    ...actionTypes.map((one) => JSON.stringify(one)),
  ].join('\n');

const readingTool = (
  session: PlanningSession,
  { name, description, inputSchema }: PlanningSession['tools'][number],
): ModelTool => ({
  name,
  description,
  inputSchema,
  async run(input) {
    const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
    const said = await session.call(name, isObject ? (input as JsonObject) : {});
    return said.ok
      ? {
          output: said.value.output,
          citation: said.value.citation.text,
          isFromOutside: said.value.source.isOutside,
        }
      : { error: said.refusal.message };
  },
});

const submitTool = (session: PlanningSession, take: (outcome: Outcome<Proposal>) => void): ModelTool => ({
  name: 'submit_plan',
  description:
    'Hands in the plan and ends. Where something is wrong with it, says what: mend that and hand in again.',
  inputSchema: z.toJSONSchema(proposalSchema, { io: 'input' }),
  run(input) {
    const outcome = session.handIn(input);
    if (outcome.ok) {
      take(outcome);
      return Promise.resolve({ accepted: true });
    }
    return Promise.resolve({
      accepted: false,
      error: outcome.refusal.message,
      faults: faultsOf(outcome.refusal.details),
    });
  },
});

const askTool = (take: (outcome: Outcome<Proposal>) => void): ModelTool => ({
  name: 'ask_requester',
  description: 'Ends without a plan: asks the requester for what is missing.',
  inputSchema: z.toJSONSchema(questionSchema),
  run(input) {
    const { data } = questionSchema.safeParse(input);
    const words = data ? toShortText(data.question, longestQuestion) : 'Say more of what you want.';
    take(refused(refusalAt('goal', 'GOAL_WITHOUT_ACTIONS', words)));
    return Promise.resolve({ asked: true });
  },
});
