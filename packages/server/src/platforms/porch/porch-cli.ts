import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolderDurably, writeDurably } from '../../infra/durable-files.ts';
import type { Json } from '../../domain/json.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import type { ProgramEnd, Programs } from '../kit/programs.ts';
import { isForOperations, meaningOf } from './exit-codes.ts';
import type { ScalingInput } from './scaling-input.ts';

export interface PorchOptions {
  /** An absolute path, or a name on PATH. */
  readonly binary: string;
  readonly mode: 'direct' | 'structured';
  /** Where each effect has a folder of its own, named for its key. */
  readonly outDir: string;
  /** A folder of ours for the files that porch is given. */
  readonly intentsDir: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Files and folders that it reads besides. */
  readonly reads: readonly string[];
  readonly memoryMb: number;
  readonly retryDelayMs: number;
}

export interface PorchRun {
  readonly intent: ScalingInput;
  readonly idempotencyKey: string;
  readonly timeMs: number;
  readonly signal: AbortSignal;
}

/** What porch says it did. */
export interface PorchReport {
  readonly packageName: string | null;
  readonly previousReplicas: number | null;
}

const structured = z.object({
  status: z.literal('success'),
  package_name: z.string().max(1_024),
  deployment: z.object({
    namespace: z.string(),
    name: z.string(),
    previous_replicas: z.int(),
    new_replicas: z.int(),
  }),
});
const kept = z.object({ packageName: z.string().nullable(), previousReplicas: z.int().nullable() });

/** The porch program. */
export interface Porch {
  /** Throws where it does not say that it did what was asked; the details are those of a status record. */
  readonly apply: (run: PorchRun) => Promise<PorchReport>;
  /** What it said when this effect was made here; null where nobody knows. */
  readonly reportOf: (idempotencyKey: string) => Promise<PorchReport | null>;
}

export const createPorch = (options: PorchOptions, programs: Programs): Porch => {
  const { binary, mode, outDir, intentsDir } = options;
  const outOf = (key: string): string => join(outDir, key.slice(0, 32));
  const reportFile = (key: string): string => `${outOf(key)}.json`;
  const apply = async (run: PorchRun): Promise<PorchReport> => {
    const out = outOf(run.idempotencyKey);
    await makeFolderDurably(out);
    await mkdir(intentsDir, { recursive: true, mode: 0o700 });
    const folder = await mkdtemp(join(intentsDir, 'run-'));
    try {
      const file = join(folder, `intent-${run.idempotencyKey.slice(0, 32)}.json`);
      await writeFile(file, JSON.stringify({ ...run.intent, intent_type: 'scaling' }));
      const end = await programs.run({
        program: binary,
        args: ['-intent', file, '-out', out, ...(mode === 'structured' ? ['-structured'] : [])],
        environment: options.environment,
        cwd: out,
        reads: [folder, ...options.reads],
        writes: [out],
        network: true,
        timeMs: run.timeMs,
        limits: { memoryBytes: options.memoryMb * 1_048_576 },
        signal: run.signal,
      });
      const report = reportOfEnd(end, run, options);
      await writeDurably(reportFile(run.idempotencyKey), JSON.stringify(report));
      return report;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  return {
    apply,
    reportOf: async (key) => {
      try {
        return kept.parse(JSON.parse(await readFile(reportFile(key), 'utf8')));
      } catch {
        return null;
      }
    },
  };
};

const reportOfEnd = (end: ProgramEnd, run: PorchRun, options: PorchOptions): PorchReport => {
  const exitCode = exitCodeOf(end);
  if (exitCode !== 0) throw failureOf(exitCode, end, run, options);
  const stdout = 'stdout' in end ? end.stdout.text : '';
  if (options.mode === 'direct') return directReport(stdout);
  const read = structured.safeParse(jsonOf(stdout));
  if (!read.success) throw unexpected('says nothing that is documented', end, options);
  const { deployment, package_name: packageName } = read.data;
  const { intent } = run;
  const isAsAsked =
    deployment.namespace === intent.namespace &&
    deployment.name === intent.target &&
    deployment.new_replicas === intent.replicas;
  if (!isAsAsked) throw unexpected('says that it did something else', end, options);
  return { packageName, previousReplicas: deployment.previous_replicas };
};

/** -1 where we ended it. One that cannot be started is told by the codes that shells have for it. */
const exitCodeOf = (end: ProgramEnd): number => {
  if (end.kind === 'EXITED') return end.exitCode;
  if (end.kind === 'STOPPED') return -1;
  return end.why === 'NOT_FOUND' ? 125 : 126;
};

const failureOf = (
  exitCode: number,
  end: ProgramEnd,
  { timeMs }: PorchRun,
  options: PorchOptions,
): ExecutorError => {
  const meaning = meaningOf(exitCode, 'stderr' in end ? end.stderr.text : '');
  const isStopped = end.kind === 'STOPPED' && end.by === 'CALLER';
  const message =
    end.kind === 'UNUSABLE'
      ? end.message
      : exitCode === -1 && !isStopped
        ? `porch did not end within ${timeMs / 1_000} s.`
        : meaning.message;
  const needsDelay = meaning.retriable && meaning.effect === 'NONE';
  return new ExecutorError(meaning.code, message, {
    effect: meaning.effect,
    retriable: meaning.retriable,
    isAborted: isStopped,
    ...(needsDelay ? { retryAfterMs: options.retryDelayMs } : {}),
    details: {
      ...detailsOf(meaning.errorCode, message, exitCode, end, options),
      ...(isForOperations(exitCode) ? { alert: 'operations' } : {}),
    },
  });
};

const unexpected = (what: string, end: ProgramEnd, options: PorchOptions): ExecutorError => {
  const message = `porch ended well, and ${what}.`;
  return new ExecutorError('DEPENDENCY_FAILED', message, {
    effect: 'UNKNOWN',
    retriable: false,
    details: detailsOf('UNEXPECTED_OUTPUT', message, 0, end, options),
  });
};

/** By the names of the status record's `error_details`, and with what stands beside them there. */
const detailsOf = (
  errorCode: string,
  message: string,
  exitCode: number,
  end: ProgramEnd,
  { mode, binary }: PorchOptions,
): { readonly [name: string]: Json } => ({
  error_code: errorCode,
  error_message: message,
  porch_exit_code: exitCode,
  porch_stdout: 'stdout' in end ? end.stdout.text : '',
  porch_stderr: 'stderr' in end ? end.stderr.text : '',
  mode,
  porch_path: binary,
});

/** Its lines for people; what they do not say is not known. */
const directReport = (stdout: string): PorchReport => {
  const [, packageName = null] = /^Package successfully created: (\S{1,1024})\s*$/m.exec(stdout) ?? [];
  const [, previous] = /^Replicas updated: (\d{1,9}) -> \d+\s*$/m.exec(stdout) ?? [];
  return { packageName, previousReplicas: previous === undefined ? null : Number(previous) };
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
