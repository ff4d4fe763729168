import type { Plan, PlanStep } from '../../graphql/fragments.ts';

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

interface TouchingPlan extends Pick<Plan, 'changedFiles'> {
  readonly steps: readonly Pick<PlanStep, 'targets'>[];
}

/** What a plan touches, each thing once. */
export const blastRadius = ({ changedFiles, steps }: TouchingPlan): BlastRadius => {
  const byKey = new Map(
    steps.flatMap(({ targets }) =>
      targets.map((target) => [`${target.kind}\n${target.name}`, target] as const),
    ),
  );
  const targets = [...byKey.values()];
  const kinds = new Set(targets.map(({ kind }) => kind));
  const [kind = 'target'] = kinds;
  return {
    count: targets.length,
    words:
      changedFiles > 0
        ? `${changedFiles} ${plural('file', changedFiles)}`
        : `${targets.length} ${plural(kinds.size === 1 ? kind : 'target', targets.length)}`,
    targets,
  };
};
