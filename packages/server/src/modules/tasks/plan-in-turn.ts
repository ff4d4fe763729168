import { areAboutOneThing, claimsOf } from '../../domain/claims.ts';
import { isWhollyShown } from '../../domain/diff.ts';
import { invalidInput, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import { inTurn } from '../../domain/graph.ts';
import type { Json } from '../../domain/json.ts';
import type { PlannedAction } from '../../domain/planned-action.ts';
import { replacedAt, standInOf, valueAt, type PlacedReference } from '../../domain/references.ts';
import type { PreparedStep } from '../../platforms/index.ts';

/** A step as its executor foresees it. */
export interface StepPlan {
  readonly step: PreparedStep;
  readonly outcome: Outcome<PlannedAction>;
  /** Names of the steps upon which it was planned, in the order in which they run. */
  readonly after: readonly string[];
  /** What of its params is known beforehand. */
  readonly takes: readonly PlacedReference[];
}

/** Without `foreseen`, on things as they are. */
export type PlanUpon = (step: PreparedStep, foreseen?: readonly Json[]) => Promise<Outcome<PlannedAction>>;

/**
 * Of steps that were each planned on things as they are, those that change what others change are planned once more,
 * one upon the other, in the order in which they run: the later sees what the earlier will leave. Where a step refers to
 * what an earlier one is known to put out, it is planned with that.
 */
export const planInTurn = async (
  alone: readonly StepPlan[],
  planUpon: PlanUpon,
): Promise<readonly StepPlan[]> => {
  const planned = new Map<string, StepPlan>();
  const byName = new Map(alone.map((plan) => [plan.step.name, plan]));
  for (const { name } of inTurn(alone.map(({ step }) => step))) {
    const plan = byName.get(name);
    if (!plan) continue;
    const known = await withKnown(plan, planned, planUpon);
    planned.set(name, await inItsTurn(known, [...planned.values()], planUpon));
  }
  return alone.flatMap(({ step }) => planned.get(step.name) ?? []);
};

const inItsTurn = async (
  plan: StepPlan,
  earlier: readonly StepPlan[],
  planUpon: PlanUpon,
): Promise<StepPlan> => {
  const { step, outcome } = plan;
  // What cannot be done as things are may be possible once an earlier step has changed them.
  const upon = outcome.ok
    ? earlier.filter((other) => isUponOneThing(plan, other))
    : earlier.filter((other) => !outcome.refusal.retriable && mayHelp(step, other));
  if (upon.length === 0) return plan;
  const fault = outcome.ok ? obstacleTo(step, upon) : null;
  if (fault) return { ...plan, outcome: refusedBecause(fault) };
  const again = { ...plan, outcome: await planUpon(step, upon.flatMap(leavesOf)) };
  if (!again.outcome.ok) return again;
  const after = upon.filter((other) => isUponOneThing(again, other));
  if (after.length === 0) return plan;
  const shownFault = obstacleTo(step, after) ?? faultOfShown(again.outcome.value, step, after);
  if (shownFault) return { ...plan, outcome: refusedBecause(shownFault) };
  return { ...again, after: after.map((other) => other.step.name) };
};

const claimsOfPlan = ({ step, outcome }: StepPlan): readonly string[] =>
  outcome.ok && step.kind !== 'GATE'
    ? claimsOf({ ...outcome.value, platform: step.prepared.traits.platform })
    : [];

/** Of an action and its fallback, one alone changes anything. */
const isUponOneThing = (plan: StepPlan, other: StepPlan): boolean =>
  plan.step.fallbackFor !== other.step.name && areAboutOneThing(claimsOfPlan(plan), claimsOfPlan(other));

/** Whether a fallback changes anything is known only then. */
const leavesOf = ({ step, outcome }: StepPlan): readonly Json[] =>
  outcome.ok && outcome.value.leaves !== undefined && step.fallbackFor === undefined
    ? [outcome.value.leaves]
    : [];

const mayHelp = ({ prepared, kind }: PreparedStep, other: StepPlan): boolean =>
  kind !== 'GATE' &&
  prepared.isAsForeseen !== null &&
  prepared.traits.category !== 'READ' &&
  prepared.traits.platform === other.step.prepared.traits.platform &&
  leavesOf(other).length > 0;

const inWords = (plans: readonly StepPlan[]): string => plans.map(({ step }) => `"${step.name}"`).join(', ');

/** Why a step cannot be planned upon these; null where it can. */
const obstacleTo = (step: PreparedStep, upon: readonly StepPlan[]): string | null => {
  const sibling = upon.find((other) => other.step.action === step.action);
  if (sibling) return sameTarget(step, sibling.step);
  const both = `"${step.name}" changes what ${inWords(upon)} changes too`;
  const other = `put both changes into one action, or submit this one as a task of its own once the other is done`;
  if (!step.prepared.isAsForeseen)
    return `${both}, and ${step.prepared.traits.name} cannot be planned upon what another step leaves: ${other}`;
  const silent = upon.find((one) => leavesOf(one).length === 0);
  return silent
    ? `${both}, and nobody can say beforehand what ${silent.step.prepared.traits.name} leaves: ${other}`
    : null;
};

const sameTarget = (step: PreparedStep, other: PreparedStep): string => {
  const same = `"${step.name}" changes what "${other.name}" changes too`;
  return step.fallbackFor === undefined && other.fallbackFor === undefined
    ? `${same}: name each target once`
    : `${same}: let the fallback of each target act on a target of its own`;
};

const faultOfShown = (
  planned: PlannedAction,
  step: PreparedStep,
  after: readonly StepPlan[],
): string | null => {
  const both = `"${step.name}" changes what ${inWords(after)} changes too`;
  // Before it runs it has to be seen whether it is still what people were shown.
  if (!isWhollyShown(planned))
    return `${both}, and is too large, or no text, to be compared with what comes of it: submit it as a task of its own once the other is done`;
  const own = new Set(step.prepared.references.map(standInOf));
  const shown = JSON.stringify([planned.summary, planned.targets, planned.precondition, planned.diffs]);
  const unknown = after
    .flatMap((other) => other.step.prepared.references.map(standInOf))
    .find((standIn) => !own.has(standIn) && shown.includes(JSON.stringify(standIn).slice(1, -1)));
  return unknown === undefined
    ? null
    : `${both} to a value that is not known yet (${unknown}), so nobody could see what this one makes of it: submit it as a task of its own once the other is done`;
};

/** With what earlier steps are known to put out in its params; the same where nothing is. */
const withKnown = async (
  plan: StepPlan,
  planned: ReadonlyMap<string, StepPlan>,
  planUpon: PlanUpon,
): Promise<StepPlan> => {
  const known = plan.step.prepared.references.flatMap((reference) => {
    const value = knownAt(reference, planned);
    return value === undefined ? [] : [{ reference, value }];
  });
  if (known.length === 0) return plan;
  const params = replacedAt(
    plan.step.prepared.params,
    known.map(({ reference: { path }, value }) => ({ path, value })),
  );
  const prepared = plan.step.prepared.withParams(params);
  if (!prepared.ok) {
    const faults = prepared.faults.map((fault) => ({
      ...fault,
      path: fault.path.replace(/^\.?params\.?/, ''),
    }));
    return { ...plan, outcome: refused(invalidInput(faults)) };
  }
  const step = { ...plan.step, prepared: prepared.action };
  return { step, outcome: await planUpon(step), after: [], takes: known.map(({ reference }) => reference) };
};

/** Undefined where it is known only once the step has run. */
const knownAt = (
  { from, pointer }: PlacedReference,
  planned: ReadonlyMap<string, StepPlan>,
): Json | undefined => {
  const source = planned.get(from);
  if (!source?.outcome.ok || !isSettled(source, planned)) return undefined;
  const value = valueAt(source.outcome.value.output ?? null, pointer);
  const isKnown = source.step.prepared.references.every(
    (reference) => !JSON.stringify(value ?? null).includes(JSON.stringify(standInOf(reference)).slice(1, -1)),
  );
  return isKnown ? value : undefined;
};

/** What only reads may see something else once an earlier step has changed it. */
const isSettled = ({ step }: StepPlan, planned: ReadonlyMap<string, StepPlan>): boolean =>
  step.prepared.traits.category !== 'READ' ||
  step.dependsOn.every((name) => {
    const earlier = planned.get(name);
    return earlier?.step.prepared.traits.category === 'READ' && isSettled(earlier, planned);
  });

const refusedBecause = (message: string): Outcome<never> =>
  refused(refusalAt('', 'SCHEMA_VALIDATION_FAILED', message));
