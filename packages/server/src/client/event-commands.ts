import { z } from 'zod';
import { eventsOf, eventAnswer, type EventAnswer } from './event-lines.ts';
import { codeOfStatus, exitCodes, type ExitCode } from './exit-codes.ts';
import { idIn, type TaskCommand, type TaskContext } from './task-command.ts';
import { plain } from './answers.ts';

const asJson = (event: EventAnswer): string => JSON.stringify(event);
const asWords = ({ at, type, summary }: EventAnswer): string =>
  `${at}  ${type.padEnd(22)}  ${plain(summary)}`;

const page = z.object({ events: z.array(eventAnswer), moreEventsAfter: z.string().nullable() });

/** Those that there are; with --follow, those that come until the task has ended. */
const tellEvents = async (context: TaskContext, line: (event: EventAnswer) => string): Promise<ExitCode> => {
  const { api, terminal, values } = context;
  const id = idIn(context);
  if (values.follow) {
    const events = eventsOf(api, id, values.after ?? null);
    for (;;) {
      const next = await events.next();
      if (next.done === true) return next.value === null ? exitCodes.done : codeOfStatus(next.value);
      await terminal.say(`${line(next.value)}\n`);
    }
  }
  for (let after = values.after ?? null; ;) {
    const query = after === null ? '' : `?after=${encodeURIComponent(after)}`;
    const { events, moreEventsAfter } = page.parse(await api.json('GET', `/tasks/${id}${query}`));
    for (const event of events) await terminal.say(`${line(event)}\n`);
    if (moreEventsAfter === null) return exitCodes.done;
    after = moreEventsAfter;
  }
};

export const eventsCommand: TaskCommand = {
  takes: ['after', 'follow'],
  run: (context) => tellEvents(context, asJson),
};

export const logsCommand: TaskCommand = {
  takes: ['after', 'follow'],
  run: (context) => tellEvents(context, context.values.json ? asJson : asWords),
};
