import type { Entry } from '../domain/entry.ts';
import type { NewEvent } from '../domain/events.ts';
import type { Plan } from '../domain/plan.ts';
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

/** Saves new tasks in one transaction; false where the idempotency key was taken meanwhile. */
export const saveEntrances = (
  journal: Journal,
  stores: EntryStores,
  entrances: readonly Entrance[],
): Promise<boolean[]> =>
  journal.transaction(async (tx) => {
    const isNew = await stores.tasks.insertNew(
      tx,
      entrances.map(({ entry }) => entry.task),
    );
    saveRevisions(
      stores,
      tx,
      entrances.filter(({ entry }) => isNew.has(entry.task.id)),
    );
    return entrances.map(({ entry }) => isNew.has(entry.task.id));
  });
