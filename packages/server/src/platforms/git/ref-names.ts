import { ancestorsOf } from './repo-commit-schema.ts';

export const branchRef = (branch: string): string => `refs/heads/${branch}`;
export const tagRef = (tag: string): string => `refs/tags/${tag}`;

export const isTag = (ref: string): boolean => ref.startsWith('refs/tags/');

const nounOf = (ref: string): string => (isTag(ref) ? 'tag' : 'branch');
const nameOf = (ref: string): string => ref.replace(/^refs\/[^/]+\//, '');

/** `branch "main"` */
export const refInWords = (ref: string): string => `${nounOf(ref)} "${nameOf(ref)}"`;

/** Without `refs` and `refs/heads`, which are never refs themselves. */
const refsAbove = (ref: string): readonly string[] => ancestorsOf(ref).slice(2);

/**
 * The branches that a tag's name hides: git takes a tag "main" wherever somebody means the branch, and in every clone a
 * tag "origin/main" wherever somebody means the branch of that remote.
 */
const hiddenBy = (tag: string): readonly string[] => {
  const name = nameOf(tag);
  const slash = name.indexOf('/');
  return [name, ...(slash === -1 ? [] : [name.slice(slash + 1)])].map(branchRef);
};

/** What git must be asked for to tell `nameClash`; one that ends in "/" stands for all below it. */
export const refsBeside = (ref: string): readonly string[] => [
  `${ref}/`,
  ...refsAbove(ref),
  ...(isTag(ref) ? hiddenBy(ref) : []),
];

/** Why these refs leave no room for this one, or null: git keeps no `main/x` beside a `main`, and a tag hides branches. */
export const nameClash = (ref: string, refs: readonly string[]): string | null => {
  const hidden = isTag(ref) ? hiddenBy(ref).find((branch) => refs.includes(branch)) : undefined;
  if (hidden !== undefined)
    return `The ${refInWords(ref)} would be taken for the ${refInWords(hidden)} by whoever says its name: choose another.`;
  const above = new Set(refsAbove(ref));
  const other = refs.find((one) => above.has(one) || one.startsWith(`${ref}/`));
  return other === undefined
    ? null
    : `There can be no ${refInWords(ref)} while there is a ${refInWords(other)}.`;
};
