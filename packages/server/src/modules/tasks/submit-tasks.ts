import { setImmediate as nextTurn } from 'node:timers/promises';
import { bulkhead } from 'cockatiel';

import { eventOf, type NewEvent } from '../../domain/events.ts';
import { accepted, invalidInput, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { handsBehind } from '../../domain/hands.ts';
import type { Caller, Principal } from '../../domain/principal.ts';
import type { Rejection } from '../../domain/rejection.ts';
import type { Task, TaskRequest } from '../../domain/task.ts';
import type { TriedIn } from '../../domain/track-record.ts';
import { likenessOfWorkflow } from './likeness-of-workflow.ts';
import { inSpan, markFailed, traceparentOfSpan } from '../../infra/tracing.ts';
import { createBreath } from '../../infra/turns.ts';
import type { Batcher } from '../../infra/batch.ts';
import { makeRevision, type RevisionDependencies, type TaskFrame } from './make-revision.ts';
import type { NewRevision, Saved, Unplanned } from '../../record/save-revisions.ts';
import { isGoalAlone } from './goal-alone.ts';
import type { AdmitToLane } from './lane-admission.ts';
import {
  checkSubmission,
  findParents,
  refusalFor,
  withSources,
  type Checked,
  type SourceStop,
} from './check-submission.ts';
import type { Arrivals, TaskKey, TaskStore } from '../../record/task-store.ts';

export interface Submitted {
  readonly task: Task;
  /** True where the task was there already: the same key with the same body. */
  readonly isReplay: boolean;
}

export interface SubmitDependencies extends RevisionDependencies {
  readonly tasks: TaskStore;
  /** Tasks of one submitter that may wait for people at once. */
  readonly openApprovalsEach: () => number;
  readonly admitToLane: AdmitToLane;
  /** As long as a caller should hold a request: what takes longer to plan is stored first and planned as a job. */
  readonly planningPatienceMs: number;
  readonly sourceStop: SourceStop;
  /** Who plans goals. */
  readonly specialists: readonly { readonly name: string }[];
  /** Saves revisions in shared transactions. */
  readonly revisions: Batcher<NewRevision, Saved>;
  /** Saves tasks that are planned later, and asks for their plans, in shared transactions. */
  readonly unplanned: Batcher<Unplanned, Saved>;
}

/**
 * Of one call. Planning is work for the processor and for platforms: after so many tasks, whatever else the
 * process does has its turn, and no call fills a platform's line.
 */
const plannedAtOnce = 16;

/** Null where it takes too long. */
type InTurn = <Value>(work: (signal: AbortSignal) => Promise<Value>) => Promise<Value | null>;

/**
 * Each input gets its own result; one that is refused leaves its neighbours alone. Where it throws, some may
 * have been taken in: submitted again with their keys, they are given as they are.
 */
export const submitTasks = async (
  deps: SubmitDependencies,
  viewer: Caller,
  inputs: readonly unknown[],
  traceparent: string | null,
): Promise<Outcome<Submitted>[]> => {
  const checked = await checkAll(deps, inputs);
  const { taken, tried } = await findArrivals(deps.tasks, viewer, checked);
  const parents = await findParents(deps.tasks, viewer, checked);
  const planning = bulkhead(plannedAtOnce, Number.POSITIVE_INFINITY);
  // All tasks of a call together: where a platform hangs, what has not had its turn by then is planned as jobs at once.
  const endsAt = performance.now() + deps.planningPatienceMs;
  const inTurn: InTurn = (work) =>
    planning.execute(async () => {
      await nextTurn();
      return patiently(endsAt - performance.now(), work);
    });
  return Promise.all(
    checked.map(async (outcome): Promise<Outcome<Submitted>> => {
      if (!outcome.ok) return outcome;
      const existing = taken.get(outcome.value.request.idempotencyKey);
      if (existing) return replay(existing, outcome.value);
      const { request, workflow } = outcome.value;
      const given = await withSources(deps.sourceStop, viewer, outcome.value, parents);
      if (!given.ok) return given;
      const no = refusalFor(viewer, request, parents) ?? (await laneRefusal(deps, viewer, request, workflow));
      if (no) return refused(no);
      const { likeness } = likenessOfWorkflow(workflow);
      const arrived = { ...given.value, tried: tried.get(likeness) ?? [] };
      return submitInSpan(deps, viewer, arrived, traceparent, inTurn);
    }),
  );
};

/** Each is bounded, and all together are as many as one call carries: others have their turn between. */
const checkAll = async (
  deps: SubmitDependencies,
  inputs: readonly unknown[],
): Promise<Outcome<Checked>[]> => {
  const checked: Outcome<Checked>[] = [];
  const breath = createBreath();
  for (const input of inputs) {
    if (breath.isDue()) await breath.take();
    const read = checkSubmission(deps.prepareActions, input);
    const no = read.ok ? unknownAgent(deps, read.value.request) : null;
    checked.push(no ? refused(no) : read);
  }
  return checked;
};

const unknownAgent = (
  { specialists }: Pick<SubmitDependencies, 'specialists'>,
  { agent }: TaskRequest,
): Refusal | null =>
  agent === null || specialists.some(({ name }) => name === agent)
    ? null
    : invalidInput([
        { path: 'agent', message: `must be one of ${specialists.map(({ name }) => name).join(', ')}` },
      ]);

/** What is on record of submissions before they are planned. */
const findArrivals = async (
  tasks: TaskStore,
  viewer: Principal,
  checked: readonly Outcome<Checked>[],
): Promise<{ taken: Map<string, Task>; tried: Arrivals['tried'] }> => {
  const keys = checked.flatMap((outcome) =>
    outcome.ok
      ? [{ ...keyOf(viewer, outcome.value), likeness: likenessOfWorkflow(outcome.value.workflow).likeness }]
      : [],
  );
  if (keys.length === 0) return { taken: new Map(), tried: new Map() };
  const { tasks: found, tried } = await tasks.findArrivals(keys);
  return { taken: new Map(found.map((task) => [task.idempotencyKey, task])), tried };
};

const keyOf = (viewer: Principal, { request }: Checked): TaskKey => ({
  tenantId: viewer.tenantId,
  submittedById: viewer.id,
  idempotencyKey: request.idempotencyKey,
});

const findTaken = async (
  tasks: TaskStore,
  viewer: Principal,
  checked: readonly Outcome<Checked>[],
): Promise<Map<string, Task>> => {
  const keys = checked.flatMap((outcome) => (outcome.ok ? [keyOf(viewer, outcome.value)] : []));
  const found = keys.length === 0 ? [] : await tasks.findByKeys(keys);
  return new Map(found.map((task) => [task.idempotencyKey, task]));
};

const replay = (task: Task, { requestHash }: Checked): Outcome<Submitted> =>
  task.requestHash === requestHash
    ? accepted({ task, isReplay: true })
    : refused(
        refusal('IDEMPOTENCY_KEY_REUSED', 'This idempotency key stands for another submission.', {
          details: { kind: 'EXISTING_TASK', taskId: task.id },
        }),
      );

interface Arrived extends Checked {
  readonly tried: readonly TriedIn[];
}

/** All that comes of the task hangs on this span, where it is traced, and on its caller's otherwise. */
const submitInSpan = (
  deps: SubmitDependencies,
  viewer: Caller,
  arrived: Arrived,
  traceparent: string | null,
  inTurn: InTurn,
): Promise<Outcome<Submitted>> =>
  inSpan('submit task', { parent: traceparent }, async (span) => {
    const here = traceparentOfSpan(span) ?? traceparent;
    const outcome = await submitOne(deps, viewer, arrived, here, inTurn);
    if (outcome.ok) span.setAttribute('countersign.task.id', outcome.value.task.id);
    else markFailed(span, outcome.refusal.code);
    return outcome;
  });

const submitOne = async (
  deps: SubmitDependencies,
  viewer: Caller,
  checked: Arrived,
  traceparent: string | null,
  inTurn: InTurn,
): Promise<Outcome<Submitted>> => {
  const frame = newFrame(deps, viewer, checked.requestHash, traceparent);
  const submitted = (task: Task): NewEvent =>
    eventOf(task, frame.createdAt, viewer.id)('task.submitted', task.goal, {
      mode: task.mode,
      priority: task.priority,
      environment: task.environment,
      correlationId: task.correlationId,
      requestHash: task.requestHash,
    });
  const made = isSlow(checked)
    ? null
    : await inTurn((signal) =>
        makeRevision(deps, {
          frame,
          request: checked.request,
          workflow: checked.workflow,
          requester: viewer,
          tried: checked.tried,
          signal,
          firstEvents: (task) => [submitted(task)],
        }),
      );
  if (made && !made.ok) return made;
  const unplanned = unplannedTask(frame, checked.request);
  const saved = made
    ? await deps.revisions.submit(made.value)
    : await deps.unplanned.submit({ task: unplanned, events: [submitted(unplanned)] });
  if (saved === 'NO_ROOM') return refused(noRoom(deps.openApprovalsEach()));
  if (saved !== 'KEY_TAKEN')
    return 'rejection' in saved
      ? refused(rejectedBefore(saved.rejection))
      : accepted({ task: saved.task, isReplay: false });
  const taken = await findTaken(deps.tasks, viewer, [accepted(checked)]);
  const existing = taken.get(checked.request.idempotencyKey);
  if (!existing) throw new Error('A task was left out although its idempotency key is free.');
  return replay(existing, checked);
};

/** A plan alone comes into no lane. */
export const laneRefusal = async (
  { admitToLane }: Pick<SubmitDependencies, 'admitToLane'>,
  submitter: Pick<Principal, 'id' | 'tenantId'>,
  { mode, priority }: Pick<TaskRequest, 'mode' | 'priority'>,
  { steps }: Checked['workflow'],
): Promise<Refusal | null> => (mode === 'PLAN' ? null : admitToLane(submitter, priority, steps.length));

/** What an agent has still to think of is as slow as what says so itself. */
const isSlow = ({ workflow, request }: Checked): boolean =>
  isGoalAlone(request) || workflow.steps.some(({ prepared }) => prepared.traits.planning === 'SLOW');

/** Null where it took too long. */
const patiently = async <Value>(
  patienceMs: number,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value | null> => {
  if (patienceMs <= 0) return null;
  const patience = new AbortController();
  const over = Promise.withResolvers<null>();
  const timer = setTimeout(() => {
    over.resolve(null);
    patience.abort(new Error('Planning goes on as a job.'));
  }, patienceMs);
  try {
    return await Promise.race([work(patience.signal), over.promise]);
  } finally {
    clearTimeout(timer);
  }
};

const unplannedTask = (frame: TaskFrame, request: TaskRequest): Task => ({
  ...request,
  ...frame,
  revision: 0,
  status: 'PLANNING',
  planHash: null,
  risk: null,
  error: null,
  updatedAt: frame.createdAt,
});

/** The first no holds: people are not asked until they give in. */
export const rejectedBefore = ({ reason, at, taskId }: Rejection): Refusal =>
  refusal('APPROVAL_REJECTED', `The same was rejected at ${at.toISOString()}: ${reason}`, {
    details: { kind: 'EXISTING_TASK', taskId },
  });

export const noRoom = (openEach: number): Refusal =>
  refusal(
    'RATE_LIMIT_EXCEEDED',
    `${openEach} of your tasks wait for people already. Wait until some are decided, or cancel what is not needed any more.`,
    { retryAfterMs: 30_000 },
  );

export const newFrame = (
  { clock, newId }: Pick<RevisionDependencies, 'clock' | 'newId'>,
  viewer: Caller,
  requestHash: string,
  traceparent: string | null,
): TaskFrame => ({
  id: newId(),
  tenantId: viewer.tenantId,
  submittedById: viewer.id,
  handIds: handsBehind(viewer),
  requestHash,
  revision: 1,
  traceparent,
  applyKey: null,
  createdAt: clock.now(),
  startedAt: null,
  finishedAt: null,
});
