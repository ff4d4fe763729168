import type { Intake } from '../domain/intake.ts';
import type { NewEvent } from '../domain/events.ts';
import type { Plan } from '../domain/plan.ts';
import type { Rejection } from '../domain/rejection.ts';
import type { Task } from '../domain/task.ts';
import type { ApprovalStore } from './approval-store.ts';
import type { Journal, JournalTransaction } from './journal.ts';
import type { RunStore } from './run-store.ts';
import type { PlanStore } from './plan-store.ts';
import type { DecisionStore, RecordedDecision } from './decision-store.ts';
import { rejectionStore, type Remembered } from './rejection-store.ts';
import type { TaskStore } from './task-store.ts';

/** A planned and decided task on its way in, with everything that is written for it. */
export interface NewRevision {
  readonly intake: Intake;
  readonly plan: Plan;
  readonly decision: RecordedDecision;
  /** Where people are asked: a no of before that would hold for it; null where none does. */
  readonly remembered: Remembered | null;
  /** Events up to the decision; the intake's own follow. */
  readonly events: readonly NewEvent[];
}

/** A task on its way in whose plan is still to be made. */
export interface Unplanned {
  readonly task: Task;
  readonly events: readonly NewEvent[];
}

/** Asks, in the transaction, that a task be planned. */
export type AskForPlan = (tx: JournalTransaction, task: Pick<Task, 'id' | 'submittedById'>) => void;

export interface RevisionStores {
  readonly tasks: TaskStore;
  readonly plans: PlanStore;
  readonly decisions: DecisionStore;
  readonly approvals: ApprovalStore;
  readonly runs: RunStore;
}

/** What belongs to a task's new revision, whether the task itself is new or not. */
export const saveRevisions = (
  { plans, decisions, approvals, runs }: RevisionStores,
  tx: JournalTransaction,
  revisions: readonly NewRevision[],
): void => {
  const started = revisions.flatMap(({ intake }) => intake.started ?? []);
  plans.insert(
    tx,
    revisions.map(({ plan }) => plan),
  );
  decisions.insert(
    tx,
    revisions.map(({ decision }) => decision),
  );
  approvals.insert(
    tx,
    revisions.flatMap(({ intake }) => intake.approval ?? []),
  );
  runs.start(tx, started);
  revisions.forEach(({ events, intake }) => {
    events.forEach((event) => {
      tx.record(event);
    });
    intake.events.forEach((event) => {
      tx.record(event);
    });
  });
  if (started.length > 0) tx.wake('outbox');
};

/** What became of an revision; nothing of it is stored but where it was saved. A rejection is the one that holds. */
export type Saved = 'SAVED' | 'KEY_TAKEN' | 'NO_ROOM' | Rejection;

/** Saves new tasks in one transaction, of each submitter no more than may wait for people at once. */
export const saveNewTasks = (
  journal: Journal,
  stores: RevisionStores,
  openEach: number,
  revisions: readonly NewRevision[],
): Promise<Saved[]> =>
  journal.transaction(async (tx) => {
    const rejected = await findRejected(tx, revisions);
    const withRoom = await findRoom(
      tx,
      stores.tasks,
      openEach,
      revisions.filter((revision) => !rejected.has(revision)),
    );
    const isNew = await stores.tasks.insertNew(
      tx,
      withRoom.map(({ intake }) => intake.task),
    );
    saveRevisions(
      stores,
      tx,
      withRoom.filter(({ intake }) => isNew.has(intake.task.id)),
    );
    const tried = new Set(withRoom);
    return revisions.map((revision) => {
      const rejection = rejected.get(revision);
      if (rejection) return rejection;
      if (!tried.has(revision)) return 'NO_ROOM';
      return isNew.has(revision.intake.task.id) ? 'SAVED' : 'KEY_TAKEN';
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
    return arrivals.map(({ task, events }) => {
      if (!isNew.has(task.id)) return 'KEY_TAKEN';
      events.forEach((event) => {
        tx.record(event);
      });
      askForPlan(tx, task);
      return 'SAVED';
    });
  });

/** Those that ask for what people said no to a short while ago, with that no. */
export const findRejected = async (
  tx: JournalTransaction,
  revisions: readonly NewRevision[],
): Promise<ReadonlyMap<NewRevision, Rejection>> => {
  const wanted = revisions.flatMap(({ remembered }) => remembered ?? []);
  if (wanted.length === 0) return new Map();
  const found = await rejectionStore.find(tx, wanted);
  return new Map(
    revisions.flatMap((revision) => {
      const { remembered } = revision;
      const said = found.find(
        ({ tenantId, digest }) => tenantId === remembered?.tenantId && digest === remembered.digest,
      );
      return said ? [[revision, said]] : [];
    }),
  );
};

/** Each process has two under way. */
const atTheSameMoment = 64;

/** Those that ask nobody, and of the others as many as their submitter has room for: one fills no inbox. */
export const findRoom = async (
  tx: JournalTransaction,
  tasks: TaskStore,
  openEach: number,
  revisions: readonly NewRevision[],
): Promise<readonly NewRevision[]> => {
  const asking = revisions.flatMap(({ intake: { approval, task } }) =>
    approval ? [task.submittedById] : [],
  );
  if (asking.length === 0) return revisions;
  const submitters = [...new Set(asking)];
  const open = new Map(await tasks.countAwaiting(tx, submitters, openEach));
  // Nobody waits for anybody where even so many transactions that each ask for as much leave room.
  const isNear = submitters.filter((id) => (open.get(id) ?? 0) + atTheSameMoment * asking.length > openEach);
  if (isNear.length > 0) {
    tasks.lockAwaiting(tx, isNear);
    (await tasks.countAwaiting(tx, isNear, openEach)).forEach((count, id) => open.set(id, count));
  }
  return revisions.filter(({ intake: { approval, task } }) => {
    if (!approval) return true;
    const count = (open.get(task.submittedById) ?? 0) + 1;
    open.set(task.submittedById, count);
    return count <= openEach;
  });
};
