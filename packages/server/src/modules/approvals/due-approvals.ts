import { eventOf } from '../../domain/events.ts';
import { become, type Task } from '../../domain/task.ts';
import { isConnectionError } from '../../infra/database-errors.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop, waitUntilDue } from '../../infra/loop.ts';
import type { WakeUps } from '../../infra/wakeups.ts';
import { sendJob } from '../../record/job-store.ts';
import { endOpenDecoy } from '../../record/end-decoy.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import { turnJob } from './jobs/turn.ts';
import type { ReleaseTasks } from './release-tasks.ts';
import type { TaskStore } from '../../record/task-store.ts';
import type { ApprovalStore } from '../../record/approval-store.ts';

export interface DueDependencies {
  readonly journal: Journal;
  readonly tasks: TaskStore;
  readonly approvals: ApprovalStore;
  readonly release: ReleaseTasks;
  /** Requests are reminded of, escalated and ended by it. */
  readonly clock: Clock;
  readonly wakeUps: WakeUps;
  readonly logger: Logger;
}

const tasksPerRound = 200;
const pollMs = 500;

/**
 * Does what the clock asks of approvals: starts what was held long enough, expires what nobody decided, and has people
 * reminded and more of them asked.
 */
export const startDueApprovals = (deps: DueDependencies): AsyncDisposable => {
  const { approvals, clock, wakeUps, logger } = deps;
  const round = async (): Promise<number> => {
    const effective = await approvals.findEffective(tasksPerRound);
    await togetherOrAlone(effective, (ids) => releaseHeld(deps, ids), logger);
    const expired = await approvals.findExpired(clock.now(), tasksPerRound);
    await togetherOrAlone(expired, (ids) => expire(deps, ids), logger);
    const turns = await askForTurns(deps);
    if ([effective.length, expired.length, turns].includes(tasksPerRound)) return 0;
    return waitUntilDue(await approvals.nextDueMs(), pollMs);
  };
  const loop = startLoop({ name: 'due approvals', round, idleMs: pollMs, logger });
  const subscription = wakeUps.on('due', () => {
    loop.wake();
  });
  return {
    async [Symbol.asyncDispose]() {
      subscription[Symbol.dispose]();
      await loop[Symbol.asyncDispose]();
    },
  };
};

const askForTurns = async ({ journal, approvals, clock }: DueDependencies): Promise<number> => {
  const due = await approvals.findTurns(clock.now(), turnJob.name, tasksPerRound);
  if (due.length > 0)
    await journal.transaction((tx) => {
      for (const { id, submittedById } of due)
        sendJob(tx, turnJob, { key: id, submitterId: submittedById }, { taskId: id });
      return Promise.resolve();
    });
  return due.length;
};

/** One task whose record does not fit must not hold up the others. */
const togetherOrAlone = async (
  ids: readonly string[],
  work: (ids: readonly string[]) => Promise<void>,
  logger: Logger,
): Promise<void> => {
  if (ids.length === 0) return;
  try {
    await work(ids);
  } catch (error) {
    if (isConnectionError(error)) throw error;
    if (ids.length === 1)
      logger.error({ err: error, taskId: ids[0] }, 'what is due of a task could not be done');
    else for (const id of ids) await togetherOrAlone([id], work, logger);
  }
};

const releaseHeld = ({ journal, tasks, approvals, release }: DueDependencies, ids: readonly string[]) =>
  journal.transaction(async (tx) => {
    const { tasks: locked, now } = await tasks.lock(tx, ids);
    const held = [...locked.values()].filter((task) => task.status === 'HELD');
    const requests = await approvals.find(
      tx,
      held.map((task) => ({ taskId: task.id, revision: task.revision })),
    );
    const due = held.filter((task) => {
      const request = requests.find(({ taskId }) => taskId === task.id);
      return request?.effectiveAt != null && request.effectiveAt <= now && request.status === 'APPROVED';
    });
    const released = await release(tx, due, now);
    tasks.update(tx, [...released.values()]);
  });

const expire = ({ journal, tasks, approvals, clock }: DueDependencies, ids: readonly string[]) =>
  journal.transaction(async (tx) => {
    const { tasks: locked } = await tasks.lock(tx, ids);
    const now = clock.now();
    const waiting = [...locked.values()].filter((task) => task.status === 'AWAITING_APPROVAL');
    const requests = await approvals.find(
      tx,
      waiting.map((task) => ({ taskId: task.id, revision: task.revision })),
    );
    const over = requests.filter((request) => request.status === 'PENDING' && request.expiresAt <= now);
    const decoys = new Set<string>();
    for (const request of over) {
      const task = locked.get(request.taskId);
      if (task && (await endOpenDecoy({ tasks, approvals }, tx, { task, request }, null, now)))
        decoys.add(task.id);
    }
    const expired = over.filter(({ taskId }) => !decoys.has(taskId));
    approvals.update(
      tx,
      expired.map((request) => ({ ...request, status: 'EXPIRED', resolvedAt: now })),
    );
    const ended = waiting.filter((task) => expired.some(({ taskId }) => taskId === task.id));
    ended.forEach((task) => {
      recordExpiry(tx, task, now);
    });
    tasks.update(
      tx,
      ended.map((task) => ({
        ...task,
        status: become(task.status, 'EXPIRED'),
        error: { code: 'APPROVAL_EXPIRED', message: 'Nobody decided in time, and nothing ran.' },
        updatedAt: now,
        finishedAt: now,
      })),
    );
  });

const recordExpiry = (tx: JournalTransaction, task: Task, now: Date): void => {
  const event = eventOf(task, now);
  tx.record(
    event('approval.resolved', 'Nobody decided in time', { revision: task.revision, status: 'EXPIRED' }),
  );
  tx.record(event('task.expired', 'Expired: nobody decided in time, and nothing ran'));
};
