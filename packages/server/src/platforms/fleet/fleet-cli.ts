import { z } from 'zod';
import { ExecutorError, notHeld } from '../kit/executor-error.ts';
import type { ProgramEnd, Programs } from '../kit/programs.ts';

export const fleetCommands = ['inspect', 'patch', 'image', 'restart'] as const;
export type FleetCommand = (typeof fleetCommands)[number];

/** What commands are given, each where its `{name}` stands. */
export const commandWords = {
  inspect: ['server'],
  patch: ['server', 'component', 'version'],
  image: ['server', 'image', 'version'],
  restart: ['server'],
} as const satisfies Readonly<Record<FleetCommand, readonly string[]>>;

export interface Fleet {
  /** Names, or beginnings of names that end with `*`. */
  readonly servers: readonly string[];
  /** The program, then its arguments. Null where this fleet has no such command. */
  readonly commands: Readonly<Record<FleetCommand, readonly string[] | null>>;
  readonly environment: Readonly<Record<string, string>>;
  /** Files and folders that the commands read and write besides. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly network: boolean;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly settleMs: number;
}

/** A server as `inspect` tells it, in JSON. */
const inspected = z.object({
  versions: z.record(z.string().max(128), z.string().max(128)),
  /** Another one after each restart. */
  bootId: z.string().max(128),
  isHealthy: z.boolean(),
});
export type InspectedServer = z.output<typeof inspected>;

export interface FleetReach {
  readonly signal: AbortSignal;
}

/** The commands of one fleet, run here: nothing is installed on its servers. */
export interface FleetRunner {
  /** Null where there is no such server. */
  inspect(name: string, reach: FleetReach): Promise<InspectedServer | null>;
  /** @throws where the command does not say that it did it */
  change(
    command: Exclude<FleetCommand, 'inspect'>,
    words: Readonly<Record<string, string>>,
    reach: FleetReach,
  ): Promise<void>;
}

/** A whole argument or a part of one: no shell reads it, so nothing in it is a command. */
const filledIn = (argument: string, words: Readonly<Record<string, string>>): string =>
  argument.replaceAll(/\{(\w+)\}/g, (whole, name: string) => words[name] ?? whole);

export const createFleetRunner = (fleet: Fleet, programs: Programs): FleetRunner => {
  const run = (
    command: FleetCommand,
    words: Readonly<Record<string, string>>,
    { signal }: FleetReach,
  ): Promise<ProgramEnd> => {
    const [program = '', ...args] = fleet.commands[command] ?? [];
    return programs.run({
      program,
      args: args.map((argument) => filledIn(argument, words)),
      environment: fleet.environment,
      reads: fleet.reads,
      writes: command === 'inspect' ? [] : fleet.writes,
      network: fleet.network,
      timeMs: fleet.timeoutMs,
      limits: { memoryBytes: fleet.memoryMb * 1_048_576 },
      signal,
    });
  };
  return {
    async inspect(server, reach) {
      const end = await run('inspect', { server }, reach);
      if (end.kind === 'EXITED' && end.exitCode === noSuchServer) return null;
      const failure = failureOf(end, 'inspect');
      if (failure) throw failure;
      const read = inspected.safeParse(jsonOf('stdout' in end ? end.stdout.text : ''));
      if (read.success) return read.data;
      throw new ExecutorError('DEPENDENCY_FAILED', 'The command inspect tells nothing that can be read.', {
        effect: 'NONE',
        retriable: false,
      });
    },
    async change(command, words, reach) {
      const failure = failureOf(await run(command, words, reach), command);
      if (failure) throw failure;
    },
  };
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** Exit codes that commands may use, as sysexits.h names them. */
const noSuchServer = 68;
const unavailable = 69;
const tryLater = 75;
const forbidden = 77;

const longestStderr = 2_000;

/** What came of a command; null where it did what it was asked for. */
const failureOf = (end: ProgramEnd, command: FleetCommand): ExecutorError | null => {
  const isLook = command === 'inspect';
  if (end.kind === 'UNUSABLE')
    return new ExecutorError('SERVICE_DOWN', end.message, { effect: 'NONE', retriable: false });
  if (end.kind === 'STOPPED')
    return new ExecutorError('EXECUTION_TIMEOUT', `The command ${command} did not end in time.`, {
      effect: isLook ? 'NONE' : 'UNKNOWN',
      isAborted: end.by === 'CALLER',
    });
  if (end.exitCode === 0) return null;
  const details = { command, exitCode: end.exitCode, stderr: end.stderr.text.slice(0, longestStderr) };
  const nothingDone = (
    code: 'RESOURCE_NOT_FOUND' | 'SERVICE_DOWN' | 'PLATFORM_PERMISSION_DENIED',
    message: string,
  ) => new ExecutorError(code, message, { effect: 'NONE', details });
  if (end.exitCode === noSuchServer) return nothingDone('RESOURCE_NOT_FOUND', 'There is no such server.');
  if (end.exitCode === unavailable || end.exitCode === tryLater)
    return nothingDone('SERVICE_DOWN', 'The server cannot be reached now.');
  if (end.exitCode === forbidden)
    return nothingDone('PLATFORM_PERMISSION_DENIED', `The command ${command} may not do this.`);
  const message = `The command ${command} ended with ${end.exitCode}.`;
  return isLook
    ? new ExecutorError('DEPENDENCY_FAILED', message, { effect: 'NONE', details })
    : notHeld(message, details);
};
