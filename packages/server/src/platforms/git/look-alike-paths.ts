import { ancestorsOf } from './repo-commit-schema.ts';

/** What two names have in common that some file system or reader takes for one. */
const foldOf = (name: string): string => name.normalize('NFKC').toLowerCase().toUpperCase().normalize('NFKC');

export interface LookAlike {
  readonly path: string;
  readonly other: string;
}

/** Paths that differ from another only in case or in Unicode form, each with the first such other. */
export const lookAlikes = (paths: readonly string[], others: Iterable<string>): LookAlike[] => {
  const byFold = new Map<string, string>();
  for (const other of others) byFold.set(foldOf(other), other);
  const found = new Map<string, LookAlike>();
  for (const path of paths) {
    for (const part of [...ancestorsOf(path), path]) {
      const fold = foldOf(part);
      const other = byFold.get(fold);
      if (other === undefined) byFold.set(fold, part);
      else if (other !== part && !found.has(part)) found.set(part, { path: part, other });
    }
  }
  return [...found.values()];
};
