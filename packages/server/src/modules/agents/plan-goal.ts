import { accepted, refusal, refusalAt, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { routeGoal } from '../../domain/goal-routing.ts';
import type { TaskSource } from '../../domain/source.ts';
import { specOf, type Specialist } from '../../domain/specialist.ts';
import type { ActionRequest, Task } from '../../domain/task.ts';
import type { JournalTransaction } from '../../record/journal.ts';
import { openSession, type SessionDependencies } from './planning-session.ts';
import type { Planner } from './planner-port.ts';
import { openPlanning } from './planning-log.ts';
import type { ReadActions } from './proposal.ts';

export interface PlanGoalDependencies extends SessionDependencies {
  readonly specialists: readonly Specialist[];
  /** Who plans for a specialist, in the order in which they are tried. */
  readonly plannersOf: (specialist: Specialist) => readonly Planner[];
}

/** A goal's actions, and what they rest on. */
export interface PlannedGoal {
  readonly agent: string;
  readonly actions: readonly ActionRequest[];
  readonly sources: readonly TaskSource[];
  /** Its agent does nothing without a person, whatever policy would allow. */
  readonly asksAlways: boolean;
  /** Ends the record of its planning, in the transaction that gives the task its actions. */
  readonly finish: (tx: JournalTransaction, now: Date) => void;
}

export interface GoalAsked {
  readonly task: Task;
  readonly read: ReadActions;
  readonly signal: AbortSignal;
}

/**
 * Plans a goal that came without actions. Nothing of the task changes here: what is proposed goes the way of every
 * submission. Refused: nobody takes it, what is missing, a budget is used up; retriable where a model cannot be asked.
 * @throws where the signal aborted
 */
export const createPlanGoal =
  (deps: PlanGoalDependencies) =>
  async ({ task, read, signal }: GoalAsked): Promise<Outcome<PlannedGoal>> => {
    const specialist = chosen(deps.specialists, task);
    if (!specialist) return refused(nobodyTakes(deps.specialists));
    const planners = deps.plannersOf(specialist);
    let last: Refusal = nobodyPlans;
    for (const planner of planners) {
      const outcome = await planBy(deps, planner, specialist, { task, read, signal });
      if (outcome.ok) return outcome;
      last = outcome.refusal;
      // What a requester must mend is no better planned by another model.
      if (!last.retriable) return outcome;
    }
    return refused(last);
  };

const chosen = (specialists: readonly Specialist[], { agent, goal }: Task): Specialist | null =>
  agent === null ? routeGoal(goal, specialists) : (specialists.find(({ name }) => name === agent) ?? null);

const nobodyTakes = (specialists: readonly Specialist[]): Refusal =>
  refusalAt(
    'goal',
    'GOAL_WITHOUT_ACTIONS',
    `No agent takes this goal. Which of these is it for: ${specialists.map(({ title }) => title).join(', ')}? Name one in agent, or say which actions to take.`,
  );

const nobodyPlans = refusal('GOAL_WITHOUT_ACTIONS', 'No planner is configured for this agent.');

const planBy = async (
  deps: PlanGoalDependencies,
  planner: Planner,
  specialist: Specialist,
  { task, read, signal }: GoalAsked,
): Promise<Outcome<PlannedGoal>> => {
  const log = await openPlanning(deps, task, {
    planner: planner.name,
    specialist,
    spec: specOf(specialist, task),
  });
  const outcome = await inTime(specialist, log.before.spentMs, signal, async (ofTry) => {
    const opened = await openSession(deps, { task, specialist, read, log, signal: ofTry });
    if (!opened.ok) return opened;
    const { session, sources } = opened.value;
    const proposed = await planner.plan(session);
    return proposed.ok ? accepted({ ...proposed.value, sources: sources() }) : proposed;
  });
  signal.throwIfAborted();
  if (!outcome.ok) {
    await log.refuse(outcome.refusal);
    return outcome;
  }
  const { actions, sources, ...told } = outcome.value;
  return accepted({
    agent: specialist.name,
    actions,
    sources,
    asksAlways: specialist.autonomyLevel === 0,
    finish: (tx, now) => {
      log.finish(tx, now, { ...told, actions: actions.length });
    },
  });
};

/** Aborts with the caller's signal, or once what is left of the budget's time is over. */
class PlanningTime implements Disposable {
  readonly #over = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly signal: AbortSignal;

  constructor(leftMs: number, signal: AbortSignal) {
    this.#timer = setTimeout(() => {
      this.#over.abort(new Error('The time for planning is over.'));
    }, leftMs);
    this.signal = AbortSignal.any([signal, this.#over.signal]);
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

/** Within what the tries before have left of the budget's time. */
const inTime = async <Value>(
  { budget: { timeMs } }: Specialist,
  spentMs: number,
  caller: AbortSignal,
  work: (signal: AbortSignal) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> => {
  const tooLong = refused(
    refusal('QUOTA_EXCEEDED', `Planning took longer than the ${timeMs / 1_000} s of its agent.`),
  );
  if (spentMs >= timeMs) return tooLong;
  using time = new PlanningTime(timeMs - spentMs, caller);
  try {
    return await work(time.signal);
  } catch (error) {
    if (caller.aborted || !time.isOver) throw error;
    return tooLong;
  }
};
