import { mkdir } from 'node:fs/promises';
import { devNull } from 'node:os';
import { execa } from 'execa';
import { ExecutorError, stoppedByCaller, type EffectCertainty } from '../kit/executor-error.ts';
import { gitFailure, gitWords } from './git-words.ts';

export interface GitOptions {
  /** Default `git`, found on PATH. */
  readonly binary?: string;
  /** An empty folder, in which git finds no settings. */
  readonly home: string;
  /** All that git inherits: `PATH`, and `SSH_AUTH_SOCK` where repositories are reached by ssh. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface GitCall {
  readonly signal: AbortSignal;
  readonly gitDir?: string;
  readonly input?: string | Uint8Array;
  /** Settings for this call alone; they reach git through its environment, so no process list shows them. */
  readonly config?: Readonly<Record<string, string>>;
  /** Protocols that this call may speak; none by default. */
  readonly protocols?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes besides 0 that are an answer. */
  readonly answers?: readonly number[];
  /** More output than this is left where it is, and `isCut` says so. Without it too much output is a failure. */
  readonly enoughBytes?: number;
  /** What is known of the effect if this call fails. Default NONE. */
  readonly effect?: EffectCertainty;
}

export interface GitResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly text: string;
  readonly stderr: string;
  readonly isCut: boolean;
}

export type Git = (args: readonly string[], call: GitCall) => Promise<GitResult>;

const maxOutputBytes = 16 * 1_048_576;

/**
 * What a repository's own settings might make git run, turned off: hooks, the file-system monitor,
 * helpers for credentials and ssh, housekeeping. Filters and text converters are not reached, since
 * only plumbing is called that never looks at attributes.
 */
const safeConfig: Readonly<Record<string, string>> = {
  'core.hooksPath': devNull,
  'core.fsmonitor': 'false',
  'core.untrackedCache': 'false',
  'attr.tree': '',
  'core.attributesFile': devNull,
  // Where no key of a host is known, there is nothing to say to it.
  'core.sshCommand': 'false',
  'core.askPass': '',
  'core.gitProxy': '',
  'core.logAllRefUpdates': 'always',
  'core.fsync': 'committed,reference',
  'core.splitIndex': 'false',
  'core.protectNTFS': 'true',
  'core.protectHFS': 'true',
  'credential.helper': '',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'http.followRedirects': 'false',
  'http.proxy': '',
  'i18n.commitEncoding': 'UTF-8',
  'commit.gpgSign': 'false',
  'push.gpgSign': 'false',
  'safe.directory': '*',
  'submodule.recurse': 'false',
};

/** Older ones do not read their settings from the environment, so that a repository's hooks would run. */
const oldestVersion = [2, 32] as const;

/** Runs git with an environment of our own making: nothing of the server's or the user's reaches it. */
export const createGit = (options: GitOptions): Git => {
  let readiness: Promise<void> | undefined;
  const getReady = async (): Promise<void> => {
    const { text } = await run(options, ['version'], { signal: AbortSignal.timeout(10_000) });
    const [major = 0, minor = 0] = (/\d+\.\d+/.exec(text)?.[0] ?? '').split('.').map(Number);
    if (major > oldestVersion[0] || (major === oldestVersion[0] && minor >= oldestVersion[1])) return;
    throw unusable(`git ${oldestVersion.join('.')} or newer is needed, this is ${text.trim()}.`);
  };
  return async (args, call) => {
    readiness ??= getReady();
    try {
      await readiness;
    } catch (error) {
      readiness = undefined;
      throw error;
    }
    return run(options, args, call);
  };
};

const run = async (
  { binary = 'git', home, environment }: GitOptions,
  args: readonly string[],
  call: GitCall,
): Promise<GitResult> => {
  // Each time: a cache is a thing that people delete.
  await mkdir(home, { recursive: true, mode: 0o700 });
  const result = await execa(binary, [...args], {
    env: { ...environment, ...environmentOf(home, call) },
    extendEnv: false,
    cwd: home,
    input: call.input ?? '',
    encoding: 'buffer',
    stripFinalNewline: false,
    maxBuffer: call.enoughBytes ?? maxOutputBytes,
    reject: false,
    cancelSignal: call.signal,
    forceKillAfterDelay: 500,
  });
  const effect = call.effect ?? 'NONE';
  if (result.isCanceled) throw stoppedBy(call.signal, effect);
  if (result.code === 'ENOENT')
    throw unusable(`The git program ("${binary}") was not found on this machine.`);
  const stderr = gitWords(Buffer.from(result.stderr), secretsOf(call));
  const exitCode = result.exitCode ?? -1;
  const isCut = result.isMaxBuffer && call.enoughBytes !== undefined;
  if (exitCode !== 0 && !isCut && !call.answers?.includes(exitCode)) {
    throw gitFailure(args[0] ?? '', stderr, effect);
  }
  const stdout = Buffer.from(result.stdout);
  return { exitCode, stdout, text: stdout.toString('utf8'), stderr, isCut };
};

const environmentOf = (home: string, call: GitCall): Record<string, string> => {
  const config = Object.entries({ ...safeConfig, ...call.config });
  const settings = config.flatMap(([key, value], index): [string, string][] => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    HOME: home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_ALLOW_PROTOCOL: (call.protocols ?? []).join(':') || 'none',
    GIT_CONFIG_COUNT: String(config.length),
    ...Object.fromEntries(settings),
    ...(call.gitDir === undefined ? {} : { GIT_DIR: call.gitDir, GIT_COMMON_DIR: call.gitDir }),
    ...call.env,
  };
};

const unusable = (message: string): ExecutorError =>
  new ExecutorError('SERVICE_DOWN', message, { effect: 'NONE', retriable: false });

const stoppedBy = (signal: AbortSignal, effect: EffectCertainty): ExecutorError =>
  signal.reason instanceof Error && signal.reason.name === 'TimeoutError'
    ? new ExecutorError('EXECUTION_TIMEOUT', 'git did not end in time.', { effect })
    : stoppedByCaller(effect);

/** A configured header, as it is sent and as whoever receives it reads it. */
const secretsOf = ({ config = {} }: GitCall): readonly string[] =>
  Object.values(config).flatMap((value) => {
    const [, scheme, secret = ''] = /^Authorization: (?:(\w+) )?([^]*)$/.exec(value) ?? [];
    if (scheme?.toLowerCase() !== 'basic') return [secret];
    const pair = Buffer.from(secret, 'base64').toString('utf8');
    return [secret, pair, pair.slice(pair.indexOf(':') + 1)];
  });
