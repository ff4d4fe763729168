import type { Plan } from '../../graphql/fragments.ts';

/** One place where two revisions of a plan differ. */
export interface PlanChange {
  /** `step commit › params › message` */
  readonly place: string;
  readonly before: unknown;
  readonly after: unknown;
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const changesIn = (place: string, before: unknown, after: unknown): PlanChange[] => {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isPlain(before) && isPlain(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => changesIn(`${place} › ${key}`, before[key], after[key]));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, index) => changesIn(`${place} › ${index + 1}`, item, after[index]));
  }
  return [{ place, before: before ?? null, after: after ?? null }];
};

const whatRuns = (step: Plan['steps'][number]) => ({
  action: `${step.actionType}@${step.version}`,
  params: step.params,
  dependsOn: step.dependsOn,
  targets: step.targets,
  precondition: step.precondition,
});

/** What another revision would do that this one would not, step by step. */
export const comparePlans = (before: Plan, after: Plan): PlanChange[] => {
  const names = [...new Set([...before.steps, ...after.steps].map(({ name }) => name))];
  const stepOf = (plan: Plan, name: string) => plan.steps.find((step) => step.name === name);
  return names.flatMap((name) => {
    const left = stepOf(before, name);
    const right = stepOf(after, name);
    if (left && right) return changesIn(`step ${name}`, whatRuns(left), whatRuns(right));
    return [{ place: `step ${name}`, before: left?.summary ?? null, after: right?.summary ?? null }];
  });
};
