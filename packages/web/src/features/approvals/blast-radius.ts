import type { Plan, PlanStep } from '../../graphql/plan-fragments.ts';

export interface BlastRadius {
  readonly count: number;
  /** `120 files`, `3 branches`, `1 file, 40 deployments`; `5 targets` where they are of several kinds. */
  readonly words: string;
  readonly targets: readonly { readonly kind: string; readonly name: string }[];
}

const plural = (kind: string, count: number): string => {
  if (count === 1) return kind;
  if (/(?:s|x|ch|sh)$/u.test(kind)) return `${kind}es`;
  return /[^aeiou]y$/u.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`;
};

interface TouchingPlan extends Pick<Plan, 'changedFiles'> {
  readonly steps: readonly Pick<PlanStep, 'targets' | 'changedFiles'>[];
}

const keyOf = ({ kind, name }: PlanStep['targets'][number]): string => `${kind}\n${name}`;

/** What a plan touches, each thing once. Where files change, they are counted, and not where they lie. */
export const blastRadius = ({ changedFiles, steps }: TouchingPlan): BlastRadius => {
  const touched = steps.flatMap((step) => step.targets);
  const targets = [...new Map(touched.map((target) => [keyOf(target), target])).values()];
  const places = new Set(
    steps.filter((step) => step.changedFiles > 0).flatMap((step) => step.targets.map(keyOf)),
  );
  const others = targets.filter((target) => !places.has(keyOf(target)));
  const kinds = new Set(others.map(({ kind }) => kind));
  const [kind = 'target'] = kinds;
  const words = [
    ...(changedFiles > 0 ? [`${changedFiles} ${plural('file', changedFiles)}`] : []),
    ...(others.length > 0 || changedFiles === 0
      ? [`${others.length} ${plural(kinds.size === 1 ? kind : 'target', others.length)}`]
      : []),
  ];
  return { count: targets.length, words: words.join(', '), targets };
};
