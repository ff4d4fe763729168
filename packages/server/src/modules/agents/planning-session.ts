import { accepted, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { toCarriable, toShortText, type JsonObject } from '../../domain/json.ts';
import { canonicalJson } from '../../infra/digest.ts';
import type { GoalScope } from '../../domain/goal-scope.ts';
import type { TaskSource } from '../../domain/source.ts';
import { specOf, type Specialist } from '../../domain/specialist.ts';
import type { Task } from '../../domain/task.ts';
import type { GoalTools } from './goal-tools.ts';
import type { PlanningSession } from './planner-port.ts';
import type { PlanningLog, PlanningLogDependencies } from './planning-log.ts';
import { readProposal, type ReadActions } from './proposal.ts';
import { settleScope } from './settle-scope.ts';

export interface SessionDependencies extends PlanningLogDependencies {
  readonly tools: GoalTools;
  readonly actionTypes: () => PlanningSession['actionTypes'];
  /** Places of the configuration that are the only one of their kind. */
  readonly places: () => GoalScope['places'];
  readonly tokensPerDay: () => number;
}

interface SessionWork {
  readonly task: Task;
  readonly specialist: Specialist;
  readonly read: ReadActions;
  readonly log: PlanningLog;
  readonly signal: AbortSignal;
}

export interface OpenSession {
  readonly session: PlanningSession;
  /** Sources of all that was read so far, for the task to rest on. */
  readonly sources: () => readonly TaskSource[];
}

/** Finds assets by the requester's words, before anybody plans. */
const assetTool = 'query_assets';

export const openSession = async (
  deps: SessionDependencies,
  work: SessionWork,
): Promise<Outcome<OpenSession>> => {
  const { task, specialist, read, log, signal } = work;
  const { call, sources, hasRefused } = createCalls(deps.tools, work);
  const allowed: PlanningSession['call'] = (tool, input) =>
    specialist.tools.includes(tool)
      ? call(tool, input)
      : Promise.resolve(
          refused(refusal('AUTHORIZATION_FAILED', `${toShortText(tool, 100)} is no tool of this agent.`)),
        );
  const citations: string[] = [];
  const scope = await settleScope(task, deps.places(), async (question) => {
    const found = await call(assetTool, question);
    if (!found.ok || found.value.source.isOutside) return null;
    const assets = assetsOf(found.value.output);
    if (assets.length > 0) citations.push(found.value.citation.text);
    return assets;
  });
  // What the goal names was not looked up: whoever plans would ask the requester for what they have said.
  if (hasRefused()) return refused(noMoreCalls(specialist));
  const proposable = new Set(specialist.actions.map(({ type }) => type));
  return accepted({
    session: {
      specialist,
      spec: specOf(specialist, task),
      justification: task.justification,
      context: task.context,
      scope,
      citations,
      tools: deps.tools.offers(specialist.tools),
      actionTypes: deps.actionTypes().filter(({ type }) => proposable.has(type)),
      call: allowed,
      handIn: (proposal) => readProposal(proposal, { read, specialist, scope }),
      mayAsk: (tokens) => log.mayAsk(specialist.budget, deps.tokensPerDay(), { tokens, costMicros: 0 }),
      charge: (use) => log.charge(use, specialist.budget, deps.tokensPerDay()),
      signal,
    },
    sources,
  });
};

/** Calls of tools within the budget that the tries before have left, on record and with their sources. */
const createCalls = (tools: GoalTools, { task, specialist, log, signal }: SessionWork) => {
  const sources = new Map<string, TaskSource>();
  const answerOf = createAnswers((tool, input) => callOnce(tools, task, tool, input, signal));
  let calls = log.before.toolCalls;
  let refusals = 0;
  const call: PlanningSession['call'] = async (tool, input) => {
    signal.throwIfAborted();
    if (calls >= specialist.budget.toolCalls) {
      refusals += 1;
      return refused(noMoreCalls(specialist));
    }
    calls += 1;
    const begun = performance.now();
    const outcome = await answerOf(tool, input);
    await log.called({
      tool,
      input: toCarriable(input),
      durationMs: Math.round(performance.now() - begun),
      outcome,
    });
    if (outcome.ok) {
      const { name, isOutside } = outcome.value.source;
      sources.set(`${name}\0${String(isOutside)}`, sourceOf(name, isOutside));
    }
    return outcome;
  };
  return { call, sources: () => [...sources.values()], hasRefused: () => refusals > 0 };
};

const noMoreCalls = ({ budget }: Specialist): Refusal =>
  refusal('QUOTA_EXCEEDED', `This agent may call ${budget.toolCalls} tools for a plan.`);

type Ask = (tool: string, input: JsonObject) => ReturnType<GoalTools['call']>;

/** A plan rests on one answer to a question, also where it is asked again or twice at once. What failed is asked anew. */
const createAnswers = (ask: Ask): Ask => {
  const answers = new Map<string, ReturnType<Ask>>();
  return async (tool, input) => {
    const question = canonicalJson([tool, toCarriable(input)]);
    const asked = answers.get(question) ?? ask(tool, input);
    answers.set(question, asked);
    const outcome = await asked;
    if (!outcome.ok) answers.delete(question);
    return outcome;
  };
};

const callOnce = (
  tools: GoalTools,
  { tenantId }: Task,
  tool: string,
  input: JsonObject,
  signal: AbortSignal,
): ReturnType<GoalTools['call']> => tools.call(tenantId, tool, input, signal);

const longestReference = 500;

const sourceOf = (name: string, isOutside: boolean): TaskSource => ({
  kind: 'TOOL',
  reference: toShortText(name, longestReference),
  trust: isOutside ? 'OUTSIDE' : 'INTERNAL',
  via: null,
});

const assetsOf = (output: unknown): readonly JsonObject[] => {
  const assets = typeof output === 'object' && output !== null && 'assets' in output ? output.assets : [];
  return Array.isArray(assets) ? (assets as readonly JsonObject[]) : [];
};
