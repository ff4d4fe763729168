import type { Plan, PlanDiff, PlanStep } from '../../graphql/plan-fragments.ts';

export interface PlacedDiff {
  /** Stable within one plan. */
  readonly key: string;
  readonly diff: PlanDiff;
  readonly isDestructive: boolean;
}

/** A step's changes, what destroys something first. */
export const placedDiffs = (step: PlanStep): PlacedDiff[] =>
  step.diffs
    .map((diff, index) => ({ key: `${step.name}-${index}`, diff, isDestructive: diff.isDestructive }))
    .toSorted((a, b) => Number(b.isDestructive) - Number(a.isDestructive));

export interface ChangeCounts {
  readonly files: number;
  readonly additions: number;
  readonly removals: number;
  readonly requests: number;
  readonly fields: number;
  /** Everything else. */
  readonly others: number;
  readonly deletedFiles: number;
  /** Whole things that cease to exist and are not files. */
  readonly deletions: number;
}

export const changeCounts = (plan: Plan): ChangeCounts => {
  const diffs = plan.steps.flatMap((step) => step.diffs);
  const files = diffs.filter((diff) => diff.__typename === 'FileDiff');
  const countOf = (kind: PlanDiff['__typename']): number =>
    diffs.filter(({ __typename }) => __typename === kind).length;
  const requests = countOf('HttpRequestDiff');
  const fields = countOf('FieldDiff');
  return {
    files: files.length,
    additions: files.reduce((sum, { additions }) => sum + additions, 0),
    removals: files.reduce((sum, { deletions }) => sum + deletions, 0),
    requests,
    fields,
    others: diffs.length - files.length - requests - fields,
    deletedFiles: files.filter(({ isDestructive }) => isDestructive).length,
    deletions: diffs.reduce((sum, diff) => sum + thingsLost(diff), 0),
  };
};

const thingsLost = (diff: PlanDiff): number => {
  if (diff.__typename === 'FileDiff' || !diff.isDestructive) return 0;
  return diff.__typename === 'DeletionsDiff' ? diff.names.length : 1;
};
