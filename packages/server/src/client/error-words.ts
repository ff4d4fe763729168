import { CommandError, exitCodes, type ExitCode } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

/** What is said of a command that did not come to an end, on standard error. */
export const errorWords = (
  error: unknown,
  isJson: boolean,
): { readonly code: ExitCode; readonly text: string } => {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UsageError) return { code: exitCodes.usage, text: `${message}\n` };
  const code = error instanceof CommandError ? error.code : exitCodes.wrong;
  const told = error instanceof CommandError && error.told !== null ? error.told : { message };
  return { code, text: isJson ? `${JSON.stringify(told)}\n` : `${message}\n` };
};
