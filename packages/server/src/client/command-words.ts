import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './usage-error.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** What stands after a command: its options, and the words beside them. @throws `UsageError` */
export const readWords = <const Taken extends Options>(words: readonly string[], options: Taken) =>
  orUsageError(() => parseArgs({ args: [...words], allowPositionals: true, options }));

/** Of a command that takes nothing beside its options. @throws `UsageError` */
export const readOptions = <const Taken extends Options>(words: readonly string[], options: Taken) =>
  orUsageError(() => parseArgs({ args: [...words], options }).values);

const orUsageError = <Value>(read: () => Value): Value => {
  try {
    return read();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};
