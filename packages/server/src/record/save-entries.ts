import type { Entry } from '../domain/entry.ts';
import type { NewEvent } from '../domain/events.ts';
import type { Plan } from '../domain/plan.ts';
import type { Task } from '../domain/task.ts';
import type { ApprovalStore } from './approval-store.ts';
import type { Journal, JournalTransaction } from './journal.ts';
import type { RunStore } from './run-store.ts';
import type { PlanStore } from './plan-store.ts';
import type { DecisionStore, RecordedDecision } from './decision-store.ts';
import type { TaskStore } from './task-store.ts';

/** A planned and decided task on its way in, with everything that is written for it. */
export interface Entrance {
  readonly entry: Entry;
  readonly plan: Plan;
  readonly decision: RecordedDecision;
  /** Facts up to the decision; the entry's own follow. */
  readonly facts: readonly NewEvent[];
}

/** A task on its way in whose plan is still to be made. */
export interface Unplanned {
  readonly task: Task;
  readonly facts: readonly NewEvent[];
}

/** Asks, in the transaction, that a task be planned. */
export type AskForPlan = (tx: JournalTransaction, taskId: string) => void;

export interface EntryStores {
  readonly tasks: TaskStore;
  readonly plans: PlanStore;
  readonly decisions: DecisionStore;
  readonly approvals: ApprovalStore;
  readonly runs: RunStore;
}

/** What belongs to a task's new revision, whether the task itself is new or not. */
export const saveRevisions = (
  { plans, decisions, approvals, runs }: EntryStores,
  tx: JournalTransaction,
  entrances: readonly Entrance[],
): void => {
  const started = entrances.flatMap(({ entry }) => entry.started ?? []);
  plans.insert(
    tx,
    entrances.map(({ plan }) => plan),
  );
  decisions.insert(
    tx,
    entrances.map(({ decision }) => decision),
  );
  approvals.insert(
    tx,
    entrances.flatMap(({ entry }) => entry.approval ?? []),
  );
  runs.start(tx, started);
  entrances.forEach(({ facts, entry }) => {
    facts.forEach((fact) => {
      tx.record(fact);
    });
    entry.events.forEach((fact) => {
      tx.record(fact);
    });
  });
  if (started.length > 0) tx.wake('outbox');
};

/** What became of an entrance; nothing of it is stored but where it was saved. */
export type Saved = 'SAVED' | 'KEY_TAKEN' | 'NO_ROOM';

/** Saves new tasks in one transaction, of each submitter no more than may wait for people at once. */
export const saveEntrances = (
  journal: Journal,
  stores: EntryStores,
  openEach: number,
  entrances: readonly Entrance[],
): Promise<Saved[]> =>
  journal.transaction(async (tx) => {
    const withRoom = await findRoom(tx, stores.tasks, openEach, entrances);
    const isNew = await stores.tasks.insertNew(
      tx,
      withRoom.map(({ entry }) => entry.task),
    );
    saveRevisions(
      stores,
      tx,
      withRoom.filter(({ entry }) => isNew.has(entry.task.id)),
    );
    const tried = new Set(withRoom);
    return entrances.map((entrance) => {
      if (!tried.has(entrance)) return 'NO_ROOM';
      return isNew.has(entrance.entry.task.id) ? 'SAVED' : 'KEY_TAKEN';
    });
  });

/** Saves tasks without a plan in one transaction, and asks for their plans. */
export const saveUnplanned = (
  journal: Journal,
  tasks: TaskStore,
  askForPlan: AskForPlan,
  arrivals: readonly Unplanned[],
): Promise<Saved[]> =>
  journal.transaction(async (tx) => {
    const isNew = await tasks.insertNew(
      tx,
      arrivals.map(({ task }) => task),
    );
    return arrivals.map(({ task, facts }) => {
      if (!isNew.has(task.id)) return 'KEY_TAKEN';
      facts.forEach((fact) => {
        tx.record(fact);
      });
      askForPlan(tx, task.id);
      return 'SAVED';
    });
  });

/** Each process has two under way. */
const atTheSameMoment = 64;

/** Those that ask nobody, and of the others as many as their submitter has room for: one fills no inbox. */
export const findRoom = async (
  tx: JournalTransaction,
  tasks: TaskStore,
  openEach: number,
  entrances: readonly Entrance[],
): Promise<readonly Entrance[]> => {
  const asking = entrances.flatMap(({ entry: { approval, task } }) => (approval ? [task.submittedById] : []));
  if (asking.length === 0) return entrances;
  const submitters = [...new Set(asking)];
  const open = new Map(await tasks.countAwaiting(tx, submitters, openEach));
  // Nobody waits for anybody where even so many transactions that each ask for as much leave room.
  const isNear = submitters.filter((id) => (open.get(id) ?? 0) + atTheSameMoment * asking.length > openEach);
  if (isNear.length > 0) {
    tasks.lockAwaiting(tx, isNear);
    (await tasks.countAwaiting(tx, isNear, openEach)).forEach((count, id) => open.set(id, count));
  }
  return entrances.filter(({ entry: { approval, task } }) => {
    if (!approval) return true;
    const count = (open.get(task.submittedById) ?? 0) + 1;
    open.set(task.submittedById, count);
    return count <= openEach;
  });
};
