import type { ApprovalRequest } from '../domain/approval-request.ts';
import type { GrantUse } from '../domain/decision.ts';
import type { UsedGrant } from '../domain/grant.ts';
import { allot, type Wish } from '../domain/grant-coverage.ts';
import type { Intake } from '../domain/intake.ts';
import type { NewEvent } from '../domain/events.ts';
import type { Plan } from '../domain/plan.ts';
import type { Rejection } from '../domain/rejection.ts';
import type { Task } from '../domain/task.ts';
import type { ApprovalStore } from './approval-store.ts';
import type { GrantStore } from './grant-store.ts';
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
  /** The grant that covers it; null where people are asked anyway, or nobody is. */
  readonly grant: WantedGrant | null;
  /** The use of it that this revision takes, once it is known which. */
  readonly use: UsedGrant | null;
  /** Events up to the decision; the intake's own follow. */
  readonly events: readonly NewEvent[];
}

/** Uses of a grant that a revision wants. */
export interface WantedGrant {
  readonly wish: Wish;
  /** The revision with these uses, or, where none are left for it, as one that people are asked about. */
  readonly settled: (use: GrantUse | null) => NewRevision;
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
  readonly grants: GrantStore;
}

/** What belongs to a task's new revision, whether the task itself is new or not. */
export const saveRevisions = (
  { plans, decisions, approvals, runs, grants }: RevisionStores,
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
  grants.insertUses(
    tx,
    revisions.flatMap(({ use }) => use ?? []),
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

/** The same with another request about it, should people be asked. */
export const withApproval = (
  revision: NewRevision,
  change: (asked: ApprovalRequest) => ApprovalRequest,
): NewRevision => {
  const { intake, grant } = revision;
  return {
    ...revision,
    intake: intake.approval ? { ...intake, approval: change(intake.approval) } : intake,
    grant: grant && { ...grant, settled: (use) => withApproval(grant.settled(use), change) },
  };
};

/**
 * Takes what is left of the grants that cover revisions, in their order; people are asked about the others. The grants
 * are this transaction's until it ends. Called again with some of them, it counts anew.
 */
export const settleGrants = async (
  grants: GrantStore,
  tx: JournalTransaction,
  revisions: readonly NewRevision[],
): Promise<(some: readonly NewRevision[]) => readonly NewRevision[]> => {
  const ids = revisions.flatMap(({ grant }) => (grant ? [grant.wish.grantId] : []));
  if (ids.length === 0) return (some) => some;
  const locked = await grants.lockToUse(tx, [...new Set(ids)]);
  const now = await grants.now(tx);
  return (some) => {
    const uses = allot(
      locked,
      some.map(({ grant }) => grant && grant.wish),
      now,
    );
    return some.map((revision, index) => revision.grant?.settled(uses[index] ?? null) ?? revision);
  };
};

/** What became of a revision; nothing of it is stored but where it was saved. */
export type Saved = { readonly task: Task } | { readonly rejection: Rejection } | 'KEY_TAKEN' | 'NO_ROOM';

/** Saves new tasks in one transaction, of each submitter no more than may wait for people at once. */
export const saveNewTasks = (
  journal: Journal,
  stores: RevisionStores,
  openEach: number,
  arrivals: readonly NewRevision[],
): Promise<Saved[]> =>
  journal.transaction(async (tx) => {
    const settle = await settleGrants(stores.grants, tx, arrivals);
    const revisions = settle(arrivals);
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
      // Whoever came with a key that is taken takes no use.
      settle(withRoom.filter(({ intake }) => isNew.has(intake.task.id))),
    );
    const tried = new Set(withRoom);
    return revisions.map((revision) => {
      const rejection = rejected.get(revision);
      if (rejection) return { rejection };
      if (!tried.has(revision)) return 'NO_ROOM';
      const { task } = revision.intake;
      return isNew.has(task.id) ? { task } : 'KEY_TAKEN';
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
      return { task };
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
