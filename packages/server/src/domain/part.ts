import type { PlanDocument, PlanDocumentStep } from './plan.ts';
import type { Fault } from './refusal-details.ts';
import type { ActionRequest } from './task.ts';
import { withNeeds } from './workflow.ts';

/** Some of a task's actions, and those that are refused. */
export interface Part {
  readonly kept: readonly ActionRequest[];
  readonly refused: readonly string[];
}

/** What is wrong with keeping these alone of the actions: what is kept needs nothing that is refused. */
export const partFaults = (actions: readonly ActionRequest[], names: readonly string[]): readonly Fault[] => {
  const known = new Set(actions.map(({ name }) => name));
  const kept = new Set(names);
  const unknown = names.flatMap((name, index) =>
    known.has(name) ? [] : [{ path: `actions[${index}]`, message: `there is no action "${name}"` }],
  );
  if (unknown.length > 0) return unknown;
  if (kept.size === 0) return [{ path: 'actions', message: 'keep at least one; otherwise reject the task' }];
  if (kept.size === known.size)
    return [{ path: 'actions', message: 'are all of them: approve the task as it is' }];
  const needs = new Map(
    actions
      .map(withNeeds)
      .map(({ name, dependsOn }) => [name, dependsOn.filter((other) => !kept.has(other))]),
  );
  return names.flatMap((name, index) =>
    (needs.get(name) ?? []).map((missing) => ({
      path: `actions[${index}]`,
      message: `"${name}" needs "${missing}", which is not kept`,
    })),
  );
};

/** Only after `partFaults` found nothing. */
export const partOf = (actions: readonly ActionRequest[], names: readonly string[]): Part => ({
  kept: actions.filter(({ name }) => names.includes(name)),
  refused: actions.flatMap(({ name }) => (names.includes(name) ? [] : [name])),
});

/** What a step does, wherever it stands in its plan. */
const doingOf = ({ name, action, params, targets, precondition, shown }: PlanDocumentStep) => ({
  name,
  action,
  params,
  targets,
  precondition,
  shown,
});

/**
 * Whether each step of a plan does what the step of its name did in the plan before, as people were shown it, so that
 * who approved that has seen this. `textOf` gives the same text for the same value.
 */
export const isSeenPart = (
  before: PlanDocument,
  after: PlanDocument,
  textOf: (value: unknown) => string,
): boolean => {
  const seen = new Map(before.steps.map((step) => [step.name, textOf(doingOf(step))]));
  return (
    before.environment === after.environment &&
    after.steps.every((step) => seen.get(step.name) === textOf(doingOf(step)))
  );
};
