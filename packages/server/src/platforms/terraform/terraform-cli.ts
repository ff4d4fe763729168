import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import { ExecutorError, stoppedByCaller } from '../kit/executor-error.ts';
import type { ProgramEnd, Programs } from '../kit/programs.ts';
import { planSchema, type TerraformPlan } from './plan-json.ts';
import { readWords, type TerraformWords } from './ui-lines.ts';

/** A working directory, initialised by whoever runs the installation. */
export interface TerraformDirectory {
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Files and folders that it reads besides: modules, a cache of providers. */
  readonly reads: readonly string[];
  readonly network: boolean;
  readonly memoryMb: number;
  readonly planTimeoutMs: number;
  readonly applyTimeoutMs: number;
}

export type Variables = Readonly<Record<string, Json>>;

export type Planned =
  | { readonly kind: 'SAME' }
  | { readonly kind: 'FAULTY'; readonly words: TerraformWords }
  /** The file goes with its folder once `use` has ended. */
  | { readonly kind: 'CHANGES'; readonly file: string; readonly plan: TerraformPlan };

export interface Terraform {
  /** Plans without a lock and without leave to write to the directory. */
  readonly plan: <Value>(
    directory: TerraformDirectory,
    variables: Variables,
    signal: AbortSignal,
    use: (planned: Planned) => Promise<Value>,
  ) => Promise<Value>;
  /** Whether anything differs from what is wanted: throws where that cannot be told. */
  readonly differs: (
    directory: TerraformDirectory,
    variables: Variables,
    signal: AbortSignal,
  ) => Promise<boolean>;
  readonly apply: (
    directory: TerraformDirectory,
    planFile: string,
    signal: AbortSignal,
  ) => Promise<ProgramEnd>;
  /** Outputs that are not sensitive. */
  readonly outputs: (
    directory: TerraformDirectory,
    signal: AbortSignal,
  ) => Promise<Readonly<Record<string, Json>>>;
}

const mostPlanBytes = 33_554_432;
const mostOutputBytes = 65_536;
const outputsSchema = z.record(z.string(), z.object({ sensitive: z.boolean(), value: z.json().optional() }));

interface Run {
  readonly args: readonly string[];
  readonly writes: readonly string[];
  readonly reads?: readonly string[];
  readonly timeMs: number;
  readonly maxOutputBytes?: number;
}

type RunTerraform = (directory: TerraformDirectory, call: Run, signal: AbortSignal) => Promise<ProgramEnd>;

const createRun =
  (binary: string, programs: Programs): RunTerraform =>
  ({ path, environment, reads, network, memoryMb }, call, signal) =>
    programs.run({
      program: binary,
      args: call.args,
      environment: { ...environment, TF_IN_AUTOMATION: '1', TF_INPUT: '0', CHECKPOINT_DISABLE: '1' },
      cwd: path,
      reads: [...(call.writes.includes(path) ? [] : [path]), ...reads, ...(call.reads ?? [])],
      writes: call.writes,
      network,
      timeMs: call.timeMs,
      signal,
      limits: { memoryBytes: memoryMb * 1_048_576 },
      maxOutputBytes: call.maxOutputBytes ?? 8 * 1_048_576,
    });
const show = async (
  run: RunTerraform,
  directory: TerraformDirectory,
  folder: string,
  file: string,
  signal: AbortSignal,
): Promise<TerraformPlan> => {
  const args = ['show', '-json', file];
  const timeMs = directory.planTimeoutMs;
  const end = await run(directory, { args, writes: [folder], timeMs, maxOutputBytes: mostPlanBytes }, signal);
  const read = planSchema.safeParse(jsonOf(stdoutOf(end)));
  if (exitCodeOf(end) === 0 && read.success) return read.data;
  throw new ExecutorError('DEPENDENCY_FAILED', 'terraform shows its plan in no form that is documented.', {
    effect: 'NONE',
    retriable: false,
  });
};

const createPlan =
  (run: RunTerraform, workFolder: string): Terraform['plan'] =>
  async (directory, variables, signal, use) => {
    await mkdir(workFolder, { recursive: true, mode: 0o700 });
    const folder = await mkdtemp(join(workFolder, 'plan-'));
    try {
      const file = join(folder, 'plan');
      const variablesFile = join(folder, 'given.tfvars.json');
      await writeFile(variablesFile, JSON.stringify(variables), { mode: 0o600 });
      const args = ['-json', '-input=false', '-lock=false', '-detailed-exitcode', `-out=${file}`];
      const end = await run(
        directory,
        {
          args: ['plan', ...args, `-var-file=${variablesFile}`],
          writes: [folder],
          timeMs: directory.planTimeoutMs,
        },
        signal,
      );
      switch (exitCodeOf(end)) {
        case 0:
          return await use({ kind: 'SAME' });
        case 2:
          return await use({ kind: 'CHANGES', file, plan: await show(run, directory, folder, file, signal) });
        default:
          return await use({ kind: 'FAULTY', words: readWords(stdoutOf(end)) });
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

export const createTerraform = (binary: string, workFolder: string, programs: Programs): Terraform => {
  const run = createRun(binary, programs);
  const plan = createPlan(run, workFolder);
  return {
    plan,
    differs: (directory, variables, signal) =>
      plan(directory, variables, signal, async (planned) => {
        if (planned.kind !== 'FAULTY') return planned.kind === 'CHANGES';
        const message = `terraform cannot tell what there is${wordsOf(planned.words)}`;
        throw new ExecutorError('DEPENDENCY_FAILED', message, { effect: 'UNKNOWN' });
      }),
    apply: (directory, planFile, signal) => {
      const args = ['apply', '-json', '-input=false', planFile];
      const { path, applyTimeoutMs: timeMs } = directory;
      return run(directory, { args, writes: [path], reads: [planFile], timeMs }, signal);
    },
    outputs: async (directory, signal) => {
      const call = { args: ['output', '-json'], writes: [], timeMs: 60_000, maxOutputBytes: mostOutputBytes };
      const end = await run(directory, call, signal);
      const read = outputsSchema.safeParse(jsonOf(stdoutOf(end)));
      if (exitCodeOf(end) !== 0 || !read.success) return {};
      const open = Object.entries(read.data).filter(([, { sensitive }]) => !sensitive);
      return Object.fromEntries(open.map(([name, { value = null }]) => [name, value]));
    },
  };
};

/** `: what is wrong; what else`, or a full stop. */
export const wordsOf = ({ errors }: TerraformWords): string =>
  errors.length === 0 ? '.' : `: ${errors.map(({ summary }) => summary).join('; ')}`;

export const stdoutOf = (end: ProgramEnd): string => ('stdout' in end ? end.stdout.text : '');

/** Of a run that changes nothing. Throws where it did not end by itself. */
const exitCodeOf = (end: ProgramEnd): number => {
  if (end.kind === 'EXITED') return end.exitCode;
  if (end.kind === 'UNUSABLE')
    throw new ExecutorError('SERVICE_DOWN', end.message, { effect: 'NONE', retriable: false });
  if (end.by === 'CALLER') throw stoppedByCaller('NONE');
  throw new ExecutorError('EXECUTION_TIMEOUT', 'terraform did not end in time.', { effect: 'NONE' });
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
