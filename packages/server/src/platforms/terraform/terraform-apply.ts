import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import type { ActionExecutor, ApplyContext, PlanContext, Reconciliation } from '../contract/executor.ts';
import { notNamed } from '../kit/configured-names.ts';
import { amended, classifyError, ExecutorError, moved, notAllowed, notHeld } from '../kit/executor-error.ts';
import type { ProgramEnd } from '../kit/programs.ts';
import { showPlan } from './plan-json.ts';
import type { PlanFiles } from './plan-files.ts';
import { stdoutOf, wordsOf, type Terraform, type TerraformDirectory } from './terraform-cli.ts';
import { readWords } from './ui-lines.ts';

const mostVariableBytes = 65_536;

const input = z
  .strictObject({
    directory: z.string().min(1).max(63).describe('A working directory that configuration names.'),
    variables: z
      .record(z.string().regex(/^[A-Za-z_][\w-]{0,127}$/), z.json())
      .refine((given) => Object.keys(given).length <= 100, 'must have 100 entries at most')
      .refine(
        (given) => JSON.stringify(given).length <= mostVariableBytes,
        `must have ${mostVariableBytes} characters at most`,
      )
      .default({})
      .describe('Values of its input variables. They are kept with the plan: no secrets.'),
  })
  .meta({ examples: [{ directory: 'network', variables: { region: 'eu-1' } }] });
type TerraformInput = z.output<typeof input>;

export type TerraformOutput = {
  /** SHA-256 of the plan file that was applied. */
  readonly plan: string;
  readonly added: number;
  readonly changed: number;
  readonly destroyed: number;
  readonly outputs: Json;
};

/** Which plan file was shown, and what it does. */
const foundSchema = z.object({
  plan: z.string().regex(/^[0-9a-f]{64}$/),
  added: z.int(),
  changed: z.int(),
  destroyed: z.int(),
});

const traits: ActionTraits = {
  name: 'terraform.apply',
  version: 1,
  platform: 'terraform',
  category: 'DEPLOY',
  idempotency: 'CONDITIONAL',
  reversible: false,
  budget: { timeMs: 1_860_000, network: 'INTERNAL' },
  planning: 'SLOW',
};

/** For looking and for telling, besides what terraform itself may take. */
const besidesMs = 60_000;

interface Workshop {
  readonly terraform: Terraform;
  readonly files: PlanFiles;
  /** Of the directories that configuration names. */
  readonly names: readonly string[];
  /** Null where configuration does not name it. */
  readonly directoryOf: (name: string) => TerraformDirectory | null;
}

/** Plans with terraform, shows the plan, and applies exactly that plan file. */
export const createTerraformApply = (
  directories: Readonly<Record<string, TerraformDirectory>>,
  terraform: Terraform,
  files: PlanFiles,
): ActionExecutor<TerraformInput, TerraformOutput> => {
  const directoryOf: Workshop['directoryOf'] = (name) =>
    (Object.hasOwn(directories, name) ? directories[name] : null) ?? null;
  const names = Object.keys(directories);
  const workshop = { terraform, files, names, directoryOf };
  return {
    traits,
    description:
      'Plans a Terraform working directory that configuration names, and applies the plan as it was shown.',
    input,
    traitsFor: ({ directory }) => {
      const known = directoryOf(directory);
      if (!known) return {};
      const timeMs = Math.max(known.planTimeoutMs * 2, known.applyTimeoutMs) + besidesMs;
      return { budget: { ...traits.budget, timeMs } };
    },
    endpointOf: ({ directory }) => directory,
    check: ({ directory }) => (directoryOf(directory) ? [] : [unnamedDirectory(directory, names)]),
    plan: (given, context) => planChanges(given, openDirectory(given.directory, workshop), workshop, context),
    apply: (given, context) => apply(given, workshop, context),
    verify: async (given, _output, context) => {
      const directory = openDirectory(given.directory, workshop);
      if (await terraform.differs(directory, given.variables, context.signal))
        throw notHeld(`${quoted(given.directory)} is not what was applied.`);
    },
    reconcile: (given, context) => reconcile(given, workshop, context),
  };
};

const openDirectory = (name: string, { directoryOf, names }: Workshop): TerraformDirectory => {
  const directory = directoryOf(name);
  if (directory) return directory;
  throw notAllowed(unnamedDirectory(name, names).message);
};

const apply = async (
  given: TerraformInput,
  workshop: Workshop,
  context: ApplyContext,
): Promise<TerraformOutput> => {
  const { terraform, files } = workshop;
  const found = foundSchema.parse(context.precondition);
  if (context.attempt > 1 && (await files.hasBegun(found.plan))) {
    const earlier = await reconcile(given, workshop, context).catch((error: unknown) => {
      throw amended(classifyError(error), { effect: 'UNKNOWN' });
    });
    if (earlier.kind === 'FOUND') return earlier.output;
    throw notHeld('An earlier attempt did a part of the plan, or nothing of it.');
  }
  const directory = openDirectory(given.directory, workshop);
  const file = await files.find(found.plan);
  if (!file) throw moved('The plan file is not on this machine any more.');
  await files.markBegun(found.plan);
  const failure = failureOf(await terraform.apply(directory, file, context.signal));
  if (failure?.effect === 'NONE') await files.clearBegun(found.plan);
  if (failure) throw failure;
  return { ...found, outputs: await terraform.outputs(directory, context.signal) };
};

const reconcile = async (
  given: TerraformInput,
  workshop: Workshop,
  context: ApplyContext,
): Promise<Reconciliation<TerraformOutput>> => {
  const { terraform, files } = workshop;
  const found = foundSchema.parse(context.precondition);
  if (!(await files.hasBegun(found.plan)))
    // Of a file that is not here, another server may have applied its own copy.
    return (await files.find(found.plan)) ? { kind: 'ABSENT' } : { kind: 'UNKNOWN' };
  const directory = openDirectory(given.directory, workshop);
  if (await terraform.differs(directory, given.variables, context.signal)) return { kind: 'UNKNOWN' };
  const outputs = await terraform.outputs(directory, context.signal);
  return { kind: 'FOUND', output: { ...found, outputs } };
};

const unnamedDirectory = (name: string, names: readonly string[]): Fault => ({
  path: 'directory',
  ...notNamed({ what: 'directory', name, names, setting: 'terraform.directories' }),
});

/** What came of an apply; null where it was done. */
const failureOf = (end: ProgramEnd): ExecutorError | null => {
  if (end.kind === 'UNUSABLE')
    return new ExecutorError('SERVICE_DOWN', end.message, { effect: 'NONE', retriable: false });
  if (end.kind === 'STOPPED')
    return new ExecutorError('EXECUTION_TIMEOUT', 'terraform was stopped before it had ended.', {
      effect: 'UNKNOWN',
      isAborted: end.by === 'CALLER',
    });
  if (end.exitCode === 0) return null;
  const words = readWords(stdoutOf(end));
  const details = { exitCode: end.exitCode, errors: words.errors.map((error) => ({ ...error })) };
  const says = (text: string): boolean => words.errors.some(({ summary }) => summary.includes(text));
  const hasBegun = words.hasBegun || end.stdout.isCut || end.exitCode !== 1;
  if (hasBegun) return notHeld(`terraform failed on its way${wordsOf(words)}`, details);
  if (says('Saved plan is stale')) return moved('The state has changed since the plan was made.');
  if (says('Error acquiring the state lock'))
    return new ExecutorError('PLATFORM_CONFLICT', 'Somebody else holds the lock of the state.', {
      effect: 'NONE',
      retriable: true,
      details,
    });
  return new ExecutorError('PLATFORM_REJECTED', `terraform did nothing${wordsOf(words)}`, {
    effect: 'NONE',
    details,
  });
};

const planChanges = (
  given: TerraformInput,
  directory: TerraformDirectory,
  { terraform, files }: Workshop,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const name = quoted(given.directory);
  return terraform.plan(directory, given.variables, context.signal, async (planned) => {
    if (planned.kind === 'SAME')
      return refused(
        refusalAt('directory', 'NOTHING_TO_CHANGE', `Nothing would change: ${name} is as it is wanted.`),
      );
    if (planned.kind === 'FAULTY')
      return refused(
        refusalAt('directory', 'PLATFORM_REJECTED', `terraform cannot plan ${name}${wordsOf(planned.words)}`),
      );
    const { plan, file } = planned;
    if (plan.errored || !plan.complete)
      return refused(
        refusalAt('directory', 'PLATFORM_REJECTED', `terraform can plan only a part of ${name} now.`),
      );
    const { added, changed, destroyed, diffs, findings } = await showPlan(plan);
    const counts = `${added} to add, ${changed} to change, ${destroyed} to destroy`;
    return accepted({
      summary: `Apply the Terraform plan of ${name}: ${counts}`,
      targets: [{ kind: 'terraform', name: given.directory }],
      precondition: { plan: await files.keep(file), added, changed, destroyed },
      diffs,
      findings,
    });
  });
};
