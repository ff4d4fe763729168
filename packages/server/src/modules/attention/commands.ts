import { z } from 'zod';
import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';
import type { Caller } from '../../domain/principal.ts';
import { sightOf } from '../../domain/sight.ts';
import { snoozeFault } from '../../domain/snooze.ts';
import type { Task } from '../../domain/task.ts';
import type { Clock } from '../../infra/clock.ts';
import type { NewId } from '../../infra/ids.ts';
import type { ApprovalStore } from '../../record/approval-store.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import type { TaskMarkStore } from '../../record/task-mark-store.ts';
import type { TaskStore } from '../../record/task-store.ts';
import { id, instant } from '../inputs.ts';
import { defineCommand } from '../operation.ts';

export interface AttentionDependencies {
  readonly journal: Pick<Journal, 'transaction'>;
  readonly tasks: Pick<TaskStore, 'findMany'>;
  readonly approvals: Pick<ApprovalStore, 'find'>;
  readonly taskMarks: TaskMarkStore;
  readonly clock: Clock;
  readonly newId: NewId;
}

const taskId = id.describe('The task, by its UUID.');
const aTask = (name: string, description: string) =>
  z.strictObject({ taskId }).meta({ id: name, description });

/** Of one person. */
const mostWatched = 200;

export const createAttentionCommands = (deps: AttentionDependencies) => ({
  snoozeTask: defineCommand({
    name: 'snoozeTask',
    description:
      'Puts a request out of your own sight until a moment. It comes back then, with a new revision, or when more people are asked; its time runs on.',
    input: z
      .strictObject({ taskId, until: instant.describe('Until when, before it ends: at most seven days.') })
      .meta({ id: 'SnoozeTaskInput', description: 'What you put off, and until when.' }),
    run: ({ viewer }, input) => snooze(deps, viewer, input.taskId, input.until),
  }),
  unsnoozeTask: defineCommand({
    name: 'unsnoozeTask',
    description: 'Brings back what you put off.',
    input: aTask('UnsnoozeTaskInput', 'What comes back.'),
    run: ({ viewer }, input) => snooze(deps, viewer, input.taskId, null),
  }),
  watchTask: defineCommand({
    name: 'watchTask',
    description: `Follows a task: the console tells you what becomes of it. At most ${mostWatched}.`,
    input: aTask('WatchTaskInput', 'What you follow.'),
    run: ({ viewer }, input) => watch(deps, viewer, input.taskId, true),
  }),
  unwatchTask: defineCommand({
    name: 'unwatchTask',
    description: 'Follows a task no longer.',
    input: aTask('UnwatchTaskInput', 'What you follow no longer.'),
    run: ({ viewer }, input) => watch(deps, viewer, input.taskId, false),
  }),
});

export type AttentionCommands = ReturnType<typeof createAttentionCommands>;

const snooze = (
  deps: AttentionDependencies,
  viewer: Caller,
  id: string,
  until: Date | null,
): Promise<Outcome<Task>> =>
  withTask(deps, viewer, id, async (tx, task, mark) => {
    const [request] = await deps.approvals.find(tx, [{ taskId: task.id, revision: task.revision }]);
    const no = until === null ? null : snoozeFault(request ?? null, until, deps.clock.now());
    if (no) return refused(no);
    deps.taskMarks.snooze(tx, mark, until, task.revision);
    return accepted(task);
  });

const tooMany = refusal(
  'NOT_IN_THIS_STATE',
  `You follow ${mostWatched} tasks: let go of one before you follow another.`,
);

const watch = (
  deps: AttentionDependencies,
  viewer: Caller,
  id: string,
  isWatching: boolean,
): Promise<Outcome<Task>> =>
  withTask(deps, viewer, id, async (tx, task, mark) => {
    if (isWatching && (await deps.taskMarks.countWatched(tx, viewer.id)) >= mostWatched)
      return refused(tooMany);
    deps.taskMarks.watch(tx, mark, isWatching);
    return accepted(task);
  });

type Mark = Parameters<TaskMarkStore['snooze']>[1];

const withTask = async (
  { journal, tasks, newId }: AttentionDependencies,
  viewer: Caller,
  id: string,
  work: (tx: JournalTransaction, task: Task, mark: Mark) => Promise<Outcome<Task>>,
): Promise<Outcome<Task>> => {
  const { id: principalId, tenantId } = viewer;
  const [task] = await tasks.findMany(sightOf(viewer), [id]);
  if (!task) return refused(refusal('RESOURCE_NOT_FOUND', 'There is no such task.'));
  return journal.transaction((tx) => work(tx, task, { id: newId(), tenantId, principalId, taskId: task.id }));
};
