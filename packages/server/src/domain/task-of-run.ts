import type { TaskStatus } from '@countersign/shared';
import { goingStatus } from './run-state.ts';
import type { Settlement } from './run.ts';
import { become, goOn, hasStopped } from './task.ts';

/** Where a task stands once its run has moved: at its end, paused, or under way. */
export const statusAfter = (from: TaskStatus, { run, end }: Pick<Settlement, 'run' | 'end'>): TaskStatus => {
  if (end) return from === end ? end : become(from, end);
  const to = run.pause ? 'PAUSED' : goingStatus(run);
  if (hasStopped(from)) return goOn(from, to);
  return to === 'PAUSED' ? become(from, to) : from;
};
