import { createInterface } from 'node:readline/promises';
import { CommandError, exitCodes } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** Ends the command where the person at the terminal does not say yes. @throws {CommandError} */
export const confirm = async (
  { stdin, stderr }: Pick<Terminal, 'stdin' | 'stderr'>,
  shown: string,
  question: string,
): Promise<void> => {
  using line = createInterface({ input: stdin, output: stderr });
  const answer = await line.question(`${shown}\n\n${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError(exitCodes.wrong, 'Nothing was decided.');
};
