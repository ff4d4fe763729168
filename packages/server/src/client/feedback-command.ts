import { z } from 'zod';
import { exitCodes } from './exit-codes.ts';
import { idIn, tell, type TaskCommand } from './task-command.ts';
import { UsageError } from './usage-error.ts';

const feedbackAnswer = z.looseObject({ outcome: z.string(), executionQuality: z.number() });

export const feedbackCommand: TaskCommand = {
  takes: ['notes', 'outcome', 'quality'],
  async run(context) {
    const { outcome, quality, notes } = context.values;
    if (outcome === undefined || quality === undefined)
      throw new UsageError('task feedback takes --outcome success|modified|failure and --quality 1 to 5.');
    const body = {
      outcome: outcome.toUpperCase(),
      executionQuality: Number(quality),
      ...(notes !== undefined && { notes }),
    };
    const said = feedbackAnswer.parse(
      await context.api.json('POST', `/tasks/${idIn(context)}/feedback`, { body }),
    );
    await tell(context, said, `It is on record: ${said.outcome}, ${said.executionQuality} of 5.`);
    return exitCodes.done;
  },
};
