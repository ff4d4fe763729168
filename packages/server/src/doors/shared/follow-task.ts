import { addAbortListener } from 'node:events';
import type { Outcome } from '../../domain/errors.ts';
import type { Task } from '../../domain/task.ts';
import type { Call } from '../../modules/operation.ts';
import type { Operations } from '../../operations.ts';

/** Within what proxies and clients keep a connection open that says nothing: most give up after a minute. */
export const longestWaitSeconds = 50;

/**
 * Follows a task until `isEnough` says so of how it is, the time is over, the caller left or the server stops; gives the
 * task as it was last seen. Holds no worker and asks no database while nothing happens.
 */
export const followTask = async (
  { taskUpdated }: Pick<Operations, 'taskUpdated'>,
  call: Call & { readonly signal: AbortSignal },
  id: string,
  { seconds, isEnough }: { readonly seconds: number; readonly isEnough: (task: Task) => boolean },
): Promise<Outcome<Task | null>> => {
  const following = await taskUpdated.execute(call, { id });
  if (!following.ok) return following;
  const updates: AsyncIterableIterator<Task> = following.value;
  const end = (): void => void updates.return?.();
  const timer = setTimeout(end, seconds * 1_000);
  using _leaving = addAbortListener(call.signal, end);
  let last: Task | null = null;
  try {
    for await (const task of updates) {
      last = task;
      if (isEnough(task)) break;
    }
  } finally {
    clearTimeout(timer);
    end();
  }
  return { ok: true, value: last };
};
