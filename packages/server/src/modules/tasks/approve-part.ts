import { reasonLack } from '@countersign/shared';
import type { ApprovalRequest, DecisionOn } from '../../domain/approval-request.ts';
import { accepted, invalidInput, refusal, refused, type Outcome } from '../../domain/errors.ts';
import { isSeenPart, partFaults, partOf } from '../../domain/part.ts';
import type { Caller } from '../../domain/principal.ts';
import { sightOf } from '../../domain/sight.ts';
import type { Task } from '../../domain/task.ts';
import { canonicalJson } from '../../infra/digest.ts';
import type { Journal } from '../../record/journal.ts';
import type { PlanReader } from '../../record/plan-reader.ts';
import { editTask, type EditDependencies } from './edit-task.ts';

export interface PartRequest {
  readonly taskId: string;
  readonly revision: number;
  readonly planHash: string;
  /** Names of the actions that are kept. */
  readonly actions: readonly string[];
  /** Why the others are refused. */
  readonly reason: string;
}

export interface ApprovedPart {
  readonly task: Task;
  /** The ask about what is left; null where nobody is asked about that. */
  readonly approval: ApprovalRequest | null;
  /** Why the approval itself was not given; null where it was. */
  readonly notApproved: string | null;
}

/** Somebody's approval of exactly this. */
export type Approve = (
  reviewer: Caller,
  taskId: string,
  on: DecisionOn,
  comment: string,
) => Promise<Outcome<{ readonly task: Task; readonly approval: ApprovalRequest }>>;

export interface PartDependencies extends EditDependencies {
  readonly journal: Journal;
  readonly planReader: PlanReader;
  readonly approve: Approve;
}

/**
 * Approves some of a task's actions: the next revision holds them alone, is planned and decided like any other, and
 * gets the approval where it does to the byte what was on screen. Who only takes away wrote nothing of what is left, so
 * it is theirs to approve.
 */
export const approvePart = async (
  deps: PartDependencies,
  viewer: Caller,
  { taskId, revision, planHash, actions: names, reason }: PartRequest,
  signal?: AbortSignal,
): Promise<Outcome<ApprovedPart>> => {
  const [task] = await deps.stores.tasks.findMany(sightOf(viewer), [taskId]);
  if (!task) return refused(refusal('RESOURCE_NOT_FOUND', 'There is no such task.'));
  const faults = [
    ...partFaults(task.actions, names),
    ...(reasonLack(reason) === null
      ? []
      : [{ path: 'reason', message: 'say why in at least ten characters of words; the agent reads it' }]),
  ];
  if (faults.length > 0) return refused(invalidInput(faults));
  const part = partOf(task.actions, names);
  const edit = { taskId, revision, planHash, actions: part.kept, comment: reason, refused: part.refused };
  const edited = await editTask(deps, viewer, edit, signal);
  if (!edited.ok) return edited;
  const { task: next, approval } = edited.value;
  const waits = (notApproved: string) => accepted({ task: next, approval, notApproved });
  if (!approval) return accepted({ task: next, approval, notApproved: null });
  if (approval.status !== 'PENDING') return waits(next.error?.message ?? 'Nobody is asked any more.');
  if (!(await isAsSeen(deps, task, next)))
    return waits('What is left would do something else than was on screen: look at it and decide.');
  const on = { revision: approval.revision, planHash: approval.planHash };
  const approved = await deps.approve(viewer, taskId, on, reason);
  return approved.ok ? accepted({ ...approved.value, notApproved: null }) : waits(approved.refusal.message);
};

const isAsSeen = async (
  { journal, stores, planReader }: PartDependencies,
  before: Task,
  after: Task,
): Promise<boolean> => {
  const plans = await journal.transaction((tx) =>
    stores.plans.find(
      tx,
      [before, after].map(({ id, revision }) => ({ taskId: id, revision })),
    ),
  );
  const [seen, next] = [before, after].map((task) => {
    const plan = plans.find(({ hash }) => hash === task.planHash);
    return plan ? planReader.readAsShown(plan) : null;
  });
  return Boolean(seen && next && isSeenPart(seen, next, canonicalJson));
};
