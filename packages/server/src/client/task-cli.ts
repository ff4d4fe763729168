import { createApi } from './api.ts';
import { approveCommand, rejectCommand } from './decide-commands.ts';
import { eventsCommand, logsCommand } from './event-commands.ts';
import { feedbackCommand } from './feedback-command.ts';
import { currentLogin } from './login-cli.ts';
import { cancelCommand, listCommand, showCommand } from './look-commands.ts';
import { submitCommand } from './submit-command.ts';
import { readTaskWords, type TaskCommand } from './task-command.ts';
import type { ClientCommand } from './terminal.ts';
import { waitCommand } from './wait-command.ts';
import { UsageError } from './usage-error.ts';

const commands: Readonly<Record<string, TaskCommand>> = {
  submit: submitCommand,
  wait: waitCommand,
  show: showCommand,
  list: listCommand,
  approve: approveCommand,
  reject: rejectCommand,
  cancel: cancelCommand,
  events: eventsCommand,
  logs: logsCommand,
  feedback: feedbackCommand,
};

/** `task …`: over HTTP, as whoever is signed in. */
export const runTask: ClientCommand = async (words, terminal) => {
  const { values, positionals } = readTaskWords(words);
  const [name = '', subject, ...rest] = positionals;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new UsageError(`task takes one of ${Object.keys(commands).join(', ')}.`);
  if (rest.length > 0) throw new UsageError(`task ${name} takes no ${rest.join(' ')}.`);
  const strange = Object.entries(values).find(
    ([key, value]) => value !== false && key !== 'json' && !command.takes.some((taken) => taken === key),
  );
  if (strange) throw new UsageError(`task ${name} takes no --${strange[0]}.`);
  const api = createApi(await currentLogin(terminal.env));
  return command.run({ api, terminal, values, subject });
};
