import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError, codeOfStatus, exitCodes } from './exit-codes.ts';
import { idIn, tellTask, type TaskCommand, type TaskContext } from './task-command.ts';
import { taskAnswer, type TaskAnswer } from './answers.ts';
import { UsageError } from './usage-error.ts';

const usualSeconds = 600;
/** What one request may take. */
const longestSeconds = 50;

/** Of --timeout. */
export const secondsOf = (given: string | undefined): number => {
  if (given === undefined) return usualSeconds;
  if (!/^\d{1,6}$/.test(given)) throw new UsageError('--timeout is a number of seconds.');
  return Number(given);
};

/** Before a server that was there is asked again. */
const awayMs = 1_000;
/** What an answer takes besides the wait that it was asked for. */
const answerMs = 10_000;

/**
 * As it is once it has ended, or when the time is over: that is never an approval. A server that has told of the task
 * may be away meanwhile, and one that stops answers before the time is over.
 */
export const untilEnded = async (
  { api, values }: TaskContext,
  id: string,
  told: TaskAnswer | null = null,
): Promise<TaskAnswer> => {
  const until = performance.now() + secondsOf(values.timeout) * 1_000;
  for (let seen = told; ;) {
    const left = Math.max(0, Math.ceil((until - performance.now()) / 1_000));
    const wait = Math.min(left, longestSeconds);
    try {
      const withinMs = wait * 1_000 + answerMs;
      seen = taskAnswer.parse(await api.json('GET', `/tasks/${id}?wait=${wait}`, { withinMs }));
      if (performance.now() >= until || codeOfStatus(seen.status) !== exitCodes.pending) return seen;
    } catch (error) {
      if (!isAway(error) || !seen) throw error;
      if (left === 0) throw lastSeen(error, seen);
    }
    await sleep(awayMs);
  }
};

const isAway = (error: unknown): error is CommandError =>
  error instanceof CommandError && error.code === exitCodes.unreachable;

const lastSeen = (cause: CommandError, { task_id: id, status }: TaskAnswer): CommandError =>
  new CommandError(cause.code, `${cause.message} Task ${id} was ${status} when it was last seen.`, { cause });

export const waitCommand: TaskCommand = {
  takes: ['timeout'],
  run: async (context) => tellTask(context, await untilEnded(context, idIn(context))),
};
