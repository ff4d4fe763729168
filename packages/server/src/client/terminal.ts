import type { Readable, Writable } from 'node:stream';
import type { ExitCode } from './exit-codes.ts';

/** What the environment says of where to call, and as whom. */
export interface ClientEnvironment {
  readonly apiKey?: string | undefined;
  readonly url?: string | undefined;
  /** Where programs keep what is theirs: XDG_CONFIG_HOME. */
  readonly configHome?: string | undefined;
}

/** What a command is run with, and where it tells. */
export interface Terminal {
  readonly env: ClientEnvironment;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** Where questions to a person go. */
  readonly stderr: Writable;
  /** Standard output. */
  say(words: string): Promise<void>;
}

export type ClientCommand = (words: readonly string[], terminal: Terminal) => Promise<ExitCode>;
