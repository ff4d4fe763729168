import type { Plan, PlanDiff, PlanStep } from '../../graphql/fragments.ts';

export interface PlacedDiff {
  /** Stable within one plan. */
  readonly key: string;
  readonly diff: PlanDiff;
  readonly isDestructive: boolean;
}

const isDestructive = (diff: PlanDiff): boolean =>
  (diff.__typename === 'FileDiff' && diff.change === 'DELETE') ||
  (diff.__typename === 'HttpRequestDiff' && diff.method.toUpperCase() === 'DELETE') ||
  (diff.__typename === 'FieldDiff' && (diff.after === null || diff.after === undefined));

/** A step's changes, what destroys something first. */
export const placedDiffs = (step: PlanStep): PlacedDiff[] =>
  step.diffs
    .map((diff, index) => ({ key: `${step.name}-${index}`, diff, isDestructive: isDestructive(diff) }))
    .toSorted((a, b) => Number(b.isDestructive) - Number(a.isDestructive));

export interface ChangeCounts {
  readonly files: number;
  readonly additions: number;
  readonly removals: number;
  readonly requests: number;
  readonly fields: number;
  readonly deletedFiles: number;
  /** Whole things that cease to exist and are not files. */
  readonly deletions: number;
}

export const changeCounts = (plan: Plan): ChangeCounts => {
  const diffs = plan.steps.flatMap((step) => step.diffs);
  const files = diffs.filter((diff) => diff.__typename === 'FileDiff');
  return {
    files: files.length,
    additions: files.reduce((sum, { additions }) => sum + additions, 0),
    removals: files.reduce((sum, { deletions }) => sum + deletions, 0),
    requests: diffs.filter(({ __typename }) => __typename === 'HttpRequestDiff').length,
    fields: diffs.filter(({ __typename }) => __typename === 'FieldDiff').length,
    deletedFiles: files.filter(isDestructive).length,
    deletions: diffs.filter((diff) => diff.__typename !== 'FileDiff' && isDestructive(diff)).length,
  };
};
