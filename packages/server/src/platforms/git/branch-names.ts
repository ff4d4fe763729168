import { ancestorsOf } from './repo-commit-schema.ts';

const heads = 'refs/heads/';

/** What git must be asked for to tell `nameClash`; one that ends in "/" stands for all below it. */
export const refsBeside = (branch: string): readonly string[] =>
  [`${branch}/`, ...ancestorsOf(branch)].map((name) => `${heads}${name}`);

/** Why these refs leave no room for the branch, or null: git keeps no `main/x` beside a `main`. */
export const nameClash = (branch: string, refs: readonly string[]): string | null => {
  const above = new Set(ancestorsOf(branch).map((name) => `${heads}${name}`));
  const other = refs.find((ref) => above.has(ref) || ref.startsWith(`${heads}${branch}/`));
  return other === undefined
    ? null
    : `There can be no branch "${branch}" while there is a branch "${other.slice(heads.length)}".`;
};
