import type { Outcome } from '../../domain/errors.ts';
import type { Caller, Principal } from '../../domain/principal.ts';
import { sightOf } from '../../domain/sight.ts';
import type { Task } from '../../domain/task.ts';
import { createBatcher } from '../../infra/batch.ts';
import { createTurns } from '../../infra/turns.ts';
import type { Journal } from '../../record/journal.ts';
import { applyPlan, type ApplyRequest } from './apply-plan.ts';
import { approvePart, type Approve, type ApprovedPart, type PartRequest } from './approve-part.ts';
import { cancelTask, type CancelDependencies } from './cancel-task.ts';
import { makeDecoy, type WantedDecoy } from './make-decoy.ts';
import { editTask, type Edited, type EditDependencies, type EditRequest } from './edit-task.ts';
import { createLaneAdmission, type LaneLimits } from './lane-admission.ts';
import type { PlanReader } from '../../record/plan-reader.ts';
import { simulateTask, type Simulation } from './simulate-task.ts';
import type { RevisionDependencies } from './make-revision.ts';
import {
  saveNewTasks,
  saveUnplanned,
  type AskForPlan,
  type NewRevision,
  type RevisionStores,
  type Saved,
  type Unplanned,
} from '../../record/save-revisions.ts';
import { readSubmission, type ReadSubmission } from './submission.ts';
import { submitTasks, type SubmitDependencies, type Submitted } from './submit-tasks.ts';

export interface TaskService extends AsyncDisposable {
  /** What a submission says, or everything that is wrong with it. */
  read(input: unknown): Outcome<ReadSubmission>;
  /** Each input gets its own result: a task, the task of an earlier call with the same key, or a refusal. */
  submit(
    viewer: Caller,
    inputs: readonly unknown[],
    traceparent: string | null,
  ): Promise<Outcome<Submitted>[]>;
  /** Refused: unknown, not the viewer's to end, ended already. */
  cancel(viewer: Principal, taskId: string, reason: string | null): Promise<Outcome<Task>>;
  /** What would come of a submission now; nothing is stored. */
  simulate(viewer: Caller, input: unknown, signal?: AbortSignal): Promise<Outcome<Simulation>>;
  /** Has a task run that was only planned. Refused: not the caller's, applied already, not as it was planned. */
  apply(viewer: Caller, request: ApplyRequest, signal?: AbortSignal): Promise<Outcome<Submitted>>;
  /** Makes the next revision of a task that waits for people. Refused: not who decides or asked, stale, denied. */
  edit(viewer: Caller, request: EditRequest, signal?: AbortSignal): Promise<Outcome<Edited>>;
  /** Some of its actions. Refused: as an edit, and what needs what is left out. */
  approvePart(
    viewer: Caller,
    request: PartRequest,
    approve: Approve,
    signal?: AbortSignal,
  ): Promise<Outcome<ApprovedPart>>;
  findMany(viewer: Principal, ids: readonly string[]): Promise<Task[]>;
  /** Has people asked about a decoy; gives whether they are. */
  makeDecoy(wanted: WantedDecoy): Promise<boolean>;
}

export interface TaskServiceDependencies extends RevisionDependencies {
  readonly openApprovalsEach: SubmitDependencies['openApprovalsEach'];
  readonly admission: () => LaneLimits;
  readonly planningPatienceMs: SubmitDependencies['planningPatienceMs'];
  readonly sourceStop: SubmitDependencies['sourceStop'];
  readonly specialists: SubmitDependencies['specialists'];
  readonly journal: Journal;
  readonly stores: RevisionStores;
  readonly planReader: PlanReader;
  readonly findPrincipal: EditDependencies['findPrincipal'];
  readonly asVoter: EditDependencies['asVoter'];
  readonly askForPlan: AskForPlan;
  readonly withdrawPlan: CancelDependencies['withdrawPlan'];
  readonly cancelRun: CancelDependencies['cancelRun'];
}

const submissionsPerTransaction = 250;
/** By this process, of all callers, who take turns: nothing waits for a simulation but its caller. */
const simulatedAtOnce = 4;

export const createTaskService = (deps: TaskServiceDependencies): TaskService => {
  const { journal, stores } = deps;
  const { tasks, approvals } = stores;
  const admitToLane = createLaneAdmission(stores.runs, deps.admission);
  const revisions = createBatcher<NewRevision, Saved>({
    run: (items) => saveNewTasks(journal, stores, deps.openApprovalsEach(), items),
    maxSize: submissionsPerTransaction,
    concurrency: 2,
  });
  const unplanned = createBatcher<Unplanned, Saved>({
    run: (items) => saveUnplanned(journal, tasks, deps.askForPlan, items),
    maxSize: submissionsPerTransaction,
    concurrency: 1,
  });
  const simulations = createTurns(simulatedAtOnce);
  return {
    read: (input) => readSubmission(input, deps.prepareActions),
    submit: (viewer, inputs, traceparent) =>
      submitTasks({ ...deps, admitToLane, tasks, revisions, unplanned }, viewer, inputs, traceparent),
    cancel: (viewer, taskId, reason) => cancelTask({ ...deps, tasks, approvals }, viewer, taskId, reason),
    simulate: (viewer, input, signal) =>
      simulations.run(viewer.id, () => simulateTask({ ...deps, tasks }, viewer, input, signal)),
    apply: (viewer, request, signal) => applyPlan({ ...deps, admitToLane }, viewer, request, signal),
    edit: (viewer, request, signal) => editTask({ ...deps, admitToLane }, viewer, request, signal),
    approvePart: (viewer, request, approve, signal) =>
      approvePart({ ...deps, admitToLane, approve }, viewer, request, signal),
    findMany: (viewer, ids) => tasks.findMany(sightOf(viewer), ids),
    makeDecoy: (wanted) => makeDecoy(deps, wanted),
    async [Symbol.asyncDispose]() {
      await revisions[Symbol.asyncDispose]();
      await unplanned[Symbol.asyncDispose]();
    },
  };
};
