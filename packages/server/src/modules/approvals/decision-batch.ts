import type { Verdict } from '@countersign/shared';
import {
  reviewerIdsOf,
  type ApprovalRequest,
  type DecisionOn,
  type Review,
} from '../../domain/approval-request.ts';
import type { Decoy } from '../../domain/decoy.ts';
import type { StepUpProof } from '../../domain/step-up.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Voter } from '../../domain/stand-in.ts';
import type { Stop } from '../../domain/decision.ts';
import type { Task } from '../../domain/task.ts';
import type { PlanDocument, PlanPresentation } from '../../domain/plan.ts';
import type { Rejection } from '../../domain/rejection.ts';
import type { NewId } from '../../infra/ids.ts';
import type { FindPrincipal } from '../../record/access-store.ts';
import { workOf } from './work-of.ts';
import type { FindStop } from '../../record/kill-switch-store.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import type { ReleaseTasks } from './release-tasks.ts';
import { stepUps, type SteppedUp } from './step-ups.ts';
import type { ApprovalLinkStore } from '../../record/approval-link-store.ts';
import { decoyStore } from '../../record/decoy-store.ts';
import type { PasskeyStore } from '../../record/passkey-store.ts';
import type { PlanReader } from '../../record/plan-reader.ts';
import type { PlanStore } from '../../record/plan-store.ts';
import { effectDigest, rejectionStore } from '../../record/rejection-store.ts';
import type { TaskStore } from '../../record/task-store.ts';
import type { ApprovalStore } from '../../record/approval-store.ts';

export interface DecideCommand {
  readonly reviewer: Voter;
  readonly taskId: string;
  readonly verdict: Verdict;
  readonly on: DecisionOn;
  readonly comment: string | null;
  /** The reviewer's own: it stands for this decision alone. */
  readonly key?: string | undefined;
  /** What the client says of how it was made. */
  readonly considered?: { readonly ms: number | null; readonly hasViewed: boolean | null } | undefined;
  /** The link that they came by, which this decision uses up. */
  readonly linkId?: string;
  /** The answer of their passkey; it counts once this decision has consumed it. */
  readonly stepUp?: StepUpProof | null;
}

export interface DecideDependencies {
  readonly journal: Journal;
  readonly tasks: TaskStore;
  readonly approvals: ApprovalStore;
  readonly plans: PlanStore;
  readonly planReader: PlanReader;
  readonly release: ReleaseTasks;
  readonly newId: NewId;
  readonly findPrincipal: FindPrincipal;
  readonly findStop: FindStop;
  readonly passkeys: Pick<PasskeyStore, 'ownersAmong' | 'consume'>;
  readonly links: Pick<ApprovalLinkStore, 'lockOpen' | 'use'>;
}

interface ReadablePlan {
  readonly document: PlanDocument;
  readonly presentation: PlanPresentation;
}

/** The state of the tasks in hand; each command sees what those before it did. */
export interface DecisionBatch {
  readonly now: Date;
  readonly tasks: Map<string, Task>;
  readonly requests: Map<string, ApprovalRequest>;
  /** Of tasks whose plan people can be shown as it was made. */
  readonly readable: ReadonlyMap<string, ReadablePlan>;
  /** Those that a kill switch stops now. */
  readonly stopped: ReadonlyMap<string, Stop>;
  readonly reviews: readonly Review[];
  /** Those who gave them, or give one now, and may act at all. */
  readonly reviewers: readonly Principal[];
  readonly cast: Review[];
  /** Of tasks that only look real, until these commands end them. */
  readonly decoys: Map<string, Decoy>;
  readonly endedDecoys: Decoy[];
  /** What the keys of these commands stand for already. */
  readonly keyed: readonly Review[];
  readonly steppedUp: SteppedUp;
  /** Links that nobody has used yet, and those that these decisions use. */
  readonly links: Set<string>;
  readonly usedLinks: Set<string>;
}

export const loadBatch = async (
  { tasks, approvals, plans, planReader, findPrincipal, findStop, passkeys, links }: DecideDependencies,
  tx: JournalTransaction,
  commands: readonly DecideCommand[],
): Promise<DecisionBatch> => {
  const locked = await tasks.lock(tx, [...new Set(commands.map(({ taskId }) => taskId))]);
  const keys = [...locked.tasks.values()].map((task) => ({ taskId: task.id, revision: task.revision }));
  const [requests, stored, decoys] = await Promise.all([
    approvals.find(tx, keys),
    plans.find(tx, keys),
    decoyStore.findOpen(
      tx,
      keys.map(({ taskId }) => taskId),
    ),
  ]);
  const reviews = await approvals.findReviews(
    tx,
    requests.map(({ id }) => id),
  );
  const keyed = await approvals.findByKeys(
    tx,
    commands.flatMap(({ reviewer, key }) => (key === undefined ? [] : [{ reviewerId: reviewer.id, key }])),
  );
  const found = await Promise.all(reviewerIdsOf(reviews).map(findPrincipal));
  const readable = new Map(
    stored.flatMap((plan) => {
      const document = planReader.readAsShown(plan);
      return document ? [[plan.taskId, { document, presentation: plan.presentation }] as const] : [];
    }),
  );
  return {
    now: locked.now,
    tasks: locked.tasks,
    requests: new Map(requests.map((request) => [request.taskId, request])),
    readable,
    stopped: await stoppedOf(findStop, locked.tasks, [...readable.values()]),
    reviews,
    reviewers: [
      ...found.filter((reviewer) => reviewer !== null),
      ...commands.map(({ reviewer }) => reviewer),
    ],
    cast: [],
    decoys: new Map(decoys.map((decoy) => [decoy.taskId, decoy])),
    endedDecoys: [],
    keyed,
    steppedUp: await stepUps(passkeys, tx, requests, commands),
    links: await links.lockOpen(
      tx,
      commands.flatMap(({ linkId }) => linkId ?? []),
    ),
    usedLinks: new Set(),
  };
};

const stoppedOf = async (
  findStop: FindStop,
  tasks: ReadonlyMap<string, Task>,
  plans: readonly { readonly document: PlanDocument; readonly presentation: PlanPresentation }[],
): Promise<ReadonlyMap<string, Stop>> => {
  const found = plans.map(async ({ document, presentation }) => {
    const task = tasks.get(document.taskId);
    const stop = task && (await findStop(task, workOf(document, presentation)));
    return stop ? [[task.id, stop] as const] : [];
  });
  return new Map((await Promise.all(found)).flat());
};

const rejectionOf = (
  { newId }: DecideDependencies,
  { now, readable }: DecisionBatch,
  { id: taskId, tenantId, status, error }: Task,
): Rejection | null => {
  const plan = readable.get(taskId);
  return status === 'REJECTED' && plan && error
    ? { id: newId(), tenantId, taskId, digest: effectDigest(plan.document), reason: error.message, at: now }
    : null;
};

/** Writes what the commands changed; tasks whose undo window is zero go straight to the queue. */
export const saveBatch = async (
  deps: DecideDependencies,
  tx: JournalTransaction,
  batch: DecisionBatch,
  decided: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Task>> => {
  const tasks = [...decided].flatMap((id) => batch.tasks.get(id) ?? []);
  const requests = [...decided].flatMap((id) => batch.requests.get(id) ?? []);
  deps.approvals.insertReviews(tx, batch.cast);
  deps.links.use(tx, [...batch.usedLinks]);
  decoyStore.update(tx, batch.endedDecoys);
  rejectionStore.insert(
    tx,
    tasks.flatMap((task) => rejectionOf(deps, batch, task) ?? []),
  );
  deps.approvals.update(tx, requests);
  const effective = tasks.filter((task) => {
    const effectiveAt = batch.requests.get(task.id)?.effectiveAt;
    return (
      task.status === 'HELD' && effectiveAt !== null && effectiveAt !== undefined && effectiveAt <= batch.now
    );
  });
  const released = await deps.release(tx, effective, batch.now);
  const after = new Map(tasks.map((task) => [task.id, released.get(task.id) ?? task]));
  deps.tasks.update(tx, [...after.values()]);
  if ([...after.values()].some((task) => task.status === 'HELD')) tx.wake('due');
  return after;
};
