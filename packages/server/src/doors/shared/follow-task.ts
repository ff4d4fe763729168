import { addAbortListener } from 'node:events';
import { accepted, refused, type Outcome } from '../../domain/errors.ts';
import type { Task } from '../../domain/task.ts';
import type { Call } from '../../modules/operation.ts';
import type { Operations } from '../../operations.ts';
import { noLonger } from './waiting.ts';

/** Within what proxies and clients keep a connection open that says nothing: most give up after a minute. */
export const longestWaitSeconds = 50;

/** A call that may take long. */
export interface OpenCall extends Call {
  /** Aborted where nobody waits for the answer any more, or the server stops. */
  readonly signal: AbortSignal;
  /** Whether the caller's credentials still hold, with the same roles. */
  readonly mayGoOn: () => Promise<boolean>;
  /** Calls back once they do not any more, for who tells for long; until it is disposed of. */
  readonly whileStanding: (end: () => void) => Disposable;
}

/**
 * Follows a task until `isEnough` says so of how it is, the time is over, the caller left or the server stops; gives the
 * task as it was last seen, to those alone who may see it still. Holds no worker and asks no database while nothing happens.
 */
export const followTask = async (
  { taskUpdated }: Pick<Operations, 'taskUpdated'>,
  call: OpenCall,
  id: string,
  { seconds, isEnough }: { readonly seconds: number; readonly isEnough: (task: Task) => boolean },
): Promise<Outcome<Task | null>> => {
  const following = await taskUpdated.execute(call, { id });
  if (!following.ok) return following;
  const updates: AsyncIterableIterator<Task> = following.value;
  const end = (): void => void updates.return?.();
  const timer = setTimeout(end, seconds * 1_000);
  using _leaving = addAbortListener(call.signal, end);
  using _standing = call.whileStanding(end);
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
  return (await call.mayGoOn()) ? accepted(last) : refused(noLonger);
};
