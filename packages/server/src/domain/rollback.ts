import type { ActionCategory } from '@countersign/shared';
import type { PlanDocument } from './plan.ts';
import { isDone, unbegun } from './run-state.ts';
import type { Step } from './run.ts';

/** NOTHING: it changed nothing. BY_HAND: nothing here can undo it. */
export type Undoing = 'COMPENSATE' | 'NOTHING' | 'BY_HAND';

/** What an approved plan says of undoing its steps. */
export interface Undoings {
  readonly document: PlanDocument;
  /** By the name of the step. */
  readonly undoing: ReadonlyMap<string, Undoing>;
}

/** With what makes the steps for it. */
export interface UndoPlan extends Undoings {
  /** A fresh UUID at each call. */
  readonly newId: () => string;
}

/** `categories` are those of the plan's steps, in order. */
export const undoingsOf = (document: PlanDocument, categories: readonly ActionCategory[]): Undoings => ({
  document,
  undoing: new Map(
    document.steps.map(({ name, kind, undo }, index): [string, Undoing] => {
      const changesNothing = document.mode === 'NOOP' || kind === 'GATE' || categories[index] === 'READ';
      return [name, changesNothing ? 'NOTHING' : (undo ?? 'BY_HAND')];
    }),
  ),
});

/** Whether the platform was changed, as far as anybody knows, and still is. */
const stands = (step: Step, { undoing }: Undoings): boolean =>
  step.kind === 'ACTION' && isDone(step) && undoing.get(step.name) !== 'NOTHING';

/** What a person says happened left nothing that an executor could undo it by. */
const canUndo = (step: Step, plan: Undoings): boolean =>
  stands(step, plan) && plan.undoing.get(step.name) === 'COMPENSATE' && step.resolution === null;

/** What stands and can be undone: the last done first. */
const toUndo = (steps: readonly Step[], plan: Undoings): Step[] => {
  const depthOf = depthsOf(plan.document);
  return steps
    .filter((step) => canUndo(step, plan))
    .toSorted((one, other) => depthOf(other.name) - depthOf(one.name) || other.ordinal - one.ordinal);
};

/** How many steps lie at most before a step: what depends on another lies deeper. */
const depthsOf = ({ steps }: PlanDocument): ((name: string) => number) => {
  const needs = new Map(steps.map(({ name, dependsOn }) => [name, dependsOn]));
  const known = new Map<string, number>();
  const depthOf = (name: string): number => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const depth = (needs.get(name) ?? []).reduce((most, need) => Math.max(most, depthOf(need) + 1), 0);
    known.set(name, depth);
    return depth;
  };
  return depthOf;
};

/** The steps that undo what stands, one after the other, beside those that the run has already. */
export const undoSteps = (steps: readonly Step[], plan: UndoPlan, now: Date): readonly Step[] => {
  const known = new Set(steps.flatMap(({ undoes }) => undoes ?? []));
  const last = steps.reduce((most, { ordinal }) => Math.max(most, ordinal), 0);
  return toUndo(steps, plan)
    .filter(({ name }) => !known.has(name))
    .map((step, index, all): Step => {
      const before = all[index - 1];
      return {
        ...step,
        id: plan.newId(),
        name: undoNameOf(step.name),
        kind: 'UNDO',
        undoes: step.name,
        fallbackFor: null,
        ordinal: last + 1 + index,
        dependsOn: before === undefined ? [] : [undoNameOf(before.name)],
        ...unbegun(before === undefined, plan.document.retry.maxRetries, now),
      };
    });
};

/**
 * Of the steps that came after this one upon the same thing, and of what undid them, the one that was done last; null
 * where nothing of the run has changed that thing since.
 */
export const lastChangeSince = (
  { name }: Step,
  steps: readonly Step[],
  { steps: planned }: Pick<PlanDocument, 'steps'>,
): Step | null => {
  const later = new Set(planned.filter(({ after }) => after?.includes(name)).map((step) => step.name));
  return steps
    .filter(
      (step) =>
        (step.state === 'SUCCEEDED' || step.state === 'UNDONE') && later.has(step.undoes ?? step.name),
    )
    .reduce<Step | null>((last, step) => (last && endedAt(last) > endedAt(step) ? last : step), null);
};

const endedAt = ({ finishedAt }: Step): number => finishedAt?.getTime() ?? 0;

/** No action can have such a name. */
const undoNameOf = (name: string): string => `undo:${name}`;

/** What a rollback would do, said before anybody asks for one. */
export interface Reach {
  /** Names of what it undoes, in that order. */
  readonly undoes: readonly string[];
  /** Names of what was done and stays, since nothing here can undo it. */
  readonly leaves: readonly string[];
  /** Names of what may have been done; somebody has to look. */
  readonly unknown: readonly string[];
}

export const reachOf = (steps: readonly Step[], plan: Undoings): Reach => ({
  undoes: toUndo(steps, plan).map(({ name }) => name),
  leaves: steps.filter((step) => stands(step, plan) && !canUndo(step, plan)).map(({ name }) => name),
  unknown: steps.filter(({ state }) => state === 'NEEDS_ATTENTION').map(({ name }) => name),
});
