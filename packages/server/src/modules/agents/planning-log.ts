import { eventOf, type NewEvent } from '../../domain/events.ts';
import type { Outcome, Refusal } from '../../domain/errors.ts';
import { toCarriable, toShortText, type JsonObject } from '../../domain/json.ts';
import type { CalledTool, Planning, PlanningBudget, Specialist, TaskSpec } from '../../domain/specialist.ts';
import type { Task } from '../../domain/task.ts';
import type { Clock } from '../../infra/clock.ts';
import type { NewId } from '../../infra/ids.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import type { PlanningStore } from '../../record/planning-store.ts';
import type { ToolAnswered } from './goal-tools.ts';
import { nextAfter, withCall, withinBudget, type ComingCall } from './planning-budget.ts';
import type { ModelUse, Proposal } from './planner-port.ts';

export interface PlanningLogDependencies {
  readonly journal: Journal;
  readonly plannings: PlanningStore;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Takes out of prompts and answers what must not be kept. */
  readonly redact: <Value>(value: Value) => Promise<Value>;
}

export interface ToolReport {
  readonly tool: string;
  readonly input: JsonObject;
  readonly durationMs: number;
  readonly outcome: Outcome<ToolAnswered>;
}

/** The record of one try, as it grows: every step is an event that people see at once. */
export interface PlanningLog {
  /** What the tries before it took of the budget. */
  readonly before: Pick<Planning, 'toolCalls' | 'spentMs'>;
  called(report: ToolReport): Promise<void>;
  /** Refused: a budget is used up already, or a call of so much would pass it. */
  mayAsk(budget: PlanningBudget, tokensPerDay: number, coming: ComingCall): Promise<Outcome<void>>;
  /** Refused: a budget is used up by it, or would be by the next one, which says again all that this one said. */
  charge(use: ModelUse, budget: PlanningBudget, tokensPerDay: number): Promise<Outcome<void>>;
  refuse(no: Refusal): Promise<void>;
  finish(
    tx: JournalTransaction,
    now: Date,
    proposal: Omit<Proposal, 'actions'> & { readonly actions: number },
  ): void;
}

const longestText = 500;
const mostCalls = 100;

interface Begun {
  readonly planner: string;
  readonly specialist: Specialist;
  readonly spec: TaskSpec;
}

/** Begins a try, and its record. */
export const openPlanning = async (
  deps: PlanningLogDependencies,
  task: Task,
  { planner, specialist, spec }: Begun,
): Promise<PlanningLog> => {
  const { name: agent } = specialist;
  const planning = await deps.journal.transaction(async (tx) => {
    const now = deps.clock.now();
    const before = await deps.plannings.find(tx, task.id);
    const begun = begin(before, { task, planner, agent, spec, now });
    if (before) deps.plannings.update(tx, begun);
    else deps.plannings.insert(tx, begun);
    const data = { agent, planner, taskType: spec.taskType, tries: begun.tries };
    tx.record(
      eventOf(task, now)('planning.started', `${specialist.title} agent plans it (${planner})`, data),
    );
    return begun;
  });
  return logOf(deps, task, planning);
};

/** A planning as it is by now. */
interface Kept {
  readonly planning: () => Planning;
  /** One after the other: what is called side by side may end in the same moment, and each change builds on the last. */
  readonly update: (
    change: (before: Planning) => Partial<Planning>,
    tell: (tx: JournalTransaction, now: Date) => void,
  ) => Promise<void>;
}

const keep = (
  { journal, plannings, clock }: Pick<PlanningLogDependencies, 'journal' | 'plannings' | 'clock'>,
  begun: Planning,
): Kept => {
  const since = performance.now();
  let planning = begun;
  let settled: Promise<void> = Promise.resolve();
  const soFar = (): Planning => ({
    ...planning,
    spentMs: begun.spentMs + Math.round(performance.now() - since),
  });
  return {
    planning: soFar,
    update(change, tell) {
      const changing = settled.then(async () => {
        planning = await journal.transaction((tx) => {
          const next = { ...soFar(), ...change(planning) };
          plannings.update(tx, next);
          tell(tx, clock.now());
          return Promise.resolve(next);
        });
      });
      settled = changing.catch(() => undefined);
      return changing;
    },
  };
};

const logOf = (deps: PlanningLogDependencies, task: Task, begun: Planning): PlanningLog => {
  const { plannings, clock, newId, redact } = deps;
  const { agent, planner } = begun;
  const { planning, update } = keep(deps, begun);
  const mayAsk: PlanningLog['mayAsk'] = async (budget, tokensPerDay, coming) => {
    const { tokens } = await plannings.spentToday(task.tenantId);
    return withinBudget(withCall(planning(), coming), budget, tokens + coming.tokens, tokensPerDay);
  };
  return {
    before: begun,
    mayAsk,
    async called(report) {
      const call = await calledTool(report, clock.now(), redact);
      const change = ({ calls, toolCalls }: Planning) => ({
        calls: [...calls, call].slice(-mostCalls),
        toolCalls: toolCalls + 1,
      });
      await update(change, (tx, now) => {
        tx.record(calledEvent(task, call, now));
      });
    },
    async charge({ prompt, answer, ...use }, budget, tokensPerDay) {
      const kept = { prompt: await redact(toCarriable(prompt)), answer: await redact(toCarriable(answer)) };
      const change = (before: Planning) => charged(before, use);
      await update(change, (tx, now) => {
        const { id: taskId, tenantId } = task;
        plannings.insertCall(tx, { id: newId(), tenantId, taskId, agent, at: now, ...use, ...kept });
        tx.record(usedEvent(task, use, now));
      });
      return mayAsk(budget, tokensPerDay, nextAfter(use));
    },
    refuse({ code, message }) {
      const change = () => ({ question: message, finishedAt: clock.now() });
      return update(change, (tx, now) => {
        tx.record(eventOf(task, now)('planning.refused', message, { agent, code, message }));
      });
    },
    finish(tx, now, { actions, ...result }) {
      plannings.update(tx, { ...planning(), ...result, question: null, finishedAt: now });
      const { inputTokens, outputTokens, costMicros, toolCalls } = planning();
      const data = {
        agent,
        planner,
        actions,
        toolCalls,
        inputTokens,
        outputTokens,
        costMicros,
      };
      tx.record(eventOf(task, now)('planning.finished', result.summary, data));
    },
  };
};

const usedEvent = (
  task: Task,
  { durationMs: _ms, ...use }: Omit<ModelUse, 'prompt' | 'answer'>,
  now: Date,
): NewEvent => {
  const words = use.failure ?? `${use.inputTokens} tokens in, ${use.outputTokens} out`;
  return eventOf(task, now)('planning.model_called', toShortText(`${use.model}: ${words}`, longestText), use);
};

const charged = (planning: Planning, use: Pick<ModelUse, 'inputTokens' | 'outputTokens' | 'costMicros'>) => ({
  inputTokens: planning.inputTokens + use.inputTokens,
  outputTokens: planning.outputTokens + use.outputTokens,
  costMicros: use.costMicros === null ? planning.costMicros : (planning.costMicros ?? 0) + use.costMicros,
});

const calledEvent = (task: Task, { at: _at, citation, ...data }: CalledTool, now: Date): NewEvent => {
  const words = citation?.text ?? data.failure ?? 'no answer';
  return eventOf(task, now)('planning.tool_called', toShortText(`${data.tool}: ${words}`, longestText), {
    ...data,
    citation: citation?.text ?? null,
  });
};

/** A further try counts on what the ones before took. */
const begin = (
  before: Planning | null,
  {
    task,
    planner,
    agent,
    spec,
    now,
  }: {
    readonly task: Task;
    readonly planner: string;
    readonly agent: string;
    readonly spec: TaskSpec;
    readonly now: Date;
  },
): Planning => ({
  id: task.id,
  tenantId: task.tenantId,
  agent,
  planner,
  spec,
  tries: (before?.tries ?? 0) + 1,
  calls: [],
  inputTokens: before?.inputTokens ?? 0,
  outputTokens: before?.outputTokens ?? 0,
  costMicros: before?.costMicros ?? null,
  toolCalls: before?.toolCalls ?? 0,
  spentMs: before?.spentMs ?? 0,
  summary: null,
  report: null,
  assumptions: [],
  affectedAssets: null,
  question: null,
  startedAt: before?.startedAt ?? now,
  finishedAt: null,
});

const calledTool = async (
  { tool, input, durationMs, outcome }: ToolReport,
  now: Date,
  redact: PlanningLogDependencies['redact'],
): Promise<CalledTool> => {
  const answer = outcome.ok ? outcome.value : null;
  return {
    tool: toShortText(tool, 100),
    input: JSON.stringify(input).length > 2_000 ? {} : await redact(input),
    outputDigest: answer?.outputDigest ?? null,
    source: answer && { ...answer.source, asOf: answer.source.asOf?.toISOString() ?? null },
    citation: answer && { text: toShortText(answer.citation.text, longestText), rows: answer.citation.rows },
    durationMs,
    failure: outcome.ok ? null : toShortText(outcome.refusal.message, longestText),
    at: now.toISOString(),
  };
};
