import type { PlanDiff, PlanStep } from '../../../graphql/fragments.ts';

export interface BlastRadius {
  readonly count: number;
  /** `120 files`; without files `3 branches`, or `5 targets` where they are of several kinds. */
  readonly words: string;
  readonly targets: readonly { readonly kind: string; readonly name: string }[];
}

const plural = (kind: string, count: number): string => {
  if (count === 1) return kind;
  if (/(?:s|x|ch|sh)$/u.test(kind)) return `${kind}es`;
  return /[^aeiou]y$/u.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`;
};

interface TouchingStep extends Pick<PlanStep, 'targets'> {
  readonly diffs: readonly Pick<PlanDiff, '__typename'>[];
}

/** What a plan touches, each thing once. */
export const blastRadius = ({ steps }: { readonly steps: readonly TouchingStep[] }): BlastRadius => {
  const byKey = new Map(
    steps.flatMap(({ targets }) =>
      targets.map((target) => [`${target.kind}\n${target.name}`, target] as const),
    ),
  );
  const targets = [...byKey.values()];
  const files = steps.flatMap(({ diffs }) => diffs.filter((diff) => diff.__typename === 'FileDiff')).length;
  const kinds = new Set(targets.map(({ kind }) => kind));
  const [kind = 'target'] = kinds;
  return {
    count: targets.length,
    words:
      files > 0
        ? `${files} ${plural('file', files)}`
        : `${targets.length} ${plural(kinds.size === 1 ? kind : 'target', targets.length)}`,
    targets,
  };
};
