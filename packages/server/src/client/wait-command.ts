import { codeOfStatus, exitCodes } from './exit-codes.ts';
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

/** As it is once it has ended, or when the time is over: that is never an approval. */
export const untilEnded = async ({ api, values }: TaskContext, id: string): Promise<TaskAnswer> => {
  const until = performance.now() + secondsOf(values.timeout) * 1_000;
  for (;;) {
    const left = Math.max(0, Math.ceil((until - performance.now()) / 1_000));
    const wait = Math.min(left, longestSeconds);
    const task = taskAnswer.parse(await api.json('GET', `/tasks/${id}?wait=${wait}`));
    if (left <= longestSeconds || codeOfStatus(task.status) !== exitCodes.pending) return task;
  }
};

export const waitCommand: TaskCommand = {
  takes: ['timeout'],
  run: async (context) => tellTask(context, await untilEnded(context, idIn(context))),
};
