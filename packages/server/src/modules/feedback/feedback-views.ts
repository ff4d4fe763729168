import type { Refusal } from '../../domain/errors.ts';
import { feedbackFault, type Feedback } from '../../domain/feedback.ts';
import type { Principal } from '../../domain/principal.ts';
import { sightOf } from '../../domain/sight.ts';
import type { Task } from '../../domain/task.ts';
import type { Connections } from '../../infra/database.ts';
import { feedbackStore } from '../../record/feedback-store.ts';

/** What one principal says of a task, and what they said before. */
export interface TaskFeedback extends Feedback {
  /** Newest first. */
  readonly earlier: readonly Feedback[];
}

export interface FeedbackViews {
  /** The newest of everybody who said something, newest first. */
  ofTasks(
    viewer: Principal,
    taskIds: readonly string[],
  ): Promise<readonly { readonly id: string; readonly feedback: readonly TaskFeedback[] }[]>;
}

export const createFeedbackViews = (database: Connections): FeedbackViews => ({
  async ofTasks(viewer, taskIds) {
    const said = await feedbackStore.find(database, sightOf(viewer), taskIds);
    const all = Map.groupBy(said, ({ taskId }) => taskId);
    return taskIds.map((id) => ({ id, feedback: newestOfEach(all.get(id) ?? []) }));
  },
});

const newestOfEach = (said: readonly Feedback[]): TaskFeedback[] =>
  [...Map.groupBy(said, ({ principalId }) => principalId).values()].flatMap(([newest, ...earlier]) =>
    newest ? [{ ...newest, earlier }] : [],
  );

/** Why the viewer may not say anything of a task now; null where they may. */
export const feedbackNo = (task: Task, viewer: Principal): Refusal | null => feedbackFault(task, viewer, 0);
