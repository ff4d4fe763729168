import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { TaskService } from './task-service.ts';
import type { TaskStore } from '../../record/task-store.ts';

const pollMs = 5_000;
/** Longer than planning may take, so that nobody plans beside a process that is still at it. */
const stuckAfterMs = 45_000;

/** Takes up the planning of tasks whose process went away in the middle of it. */
export const startStuckPlanning = (
  tasks: TaskStore,
  { replan }: Pick<TaskService, 'replan'>,
  logger: Logger,
): AsyncDisposable => {
  const round = async (): Promise<number> => {
    const stuck = await tasks.findStuckPlanning(stuckAfterMs);
    for (const id of stuck) {
      try {
        await replan(id);
      } catch (error) {
        // One task that cannot be planned must not keep the others from it.
        logger.warn({ err: error, taskId: id }, 'a task was not planned again; trying later');
      }
    }
    return pollMs;
  };
  return startLoop({ name: 'stuck planning', round, idleMs: pollMs, logger });
};
