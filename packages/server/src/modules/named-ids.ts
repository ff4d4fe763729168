import { refusal, type Refusal } from '../domain/errors.ts';
import type { Principal } from '../domain/principal.ts';

/** Ids that a filter names, and where to look for what has them. */
export interface NamedIds {
  /** `task` */
  readonly what: string;
  readonly named: readonly { readonly path: string; readonly id: string }[];
  readonly find: FindNamed;
}

export type FindNamed = (
  viewer: Principal,
  ids: readonly string[],
) => Promise<readonly { readonly id: string }[]>;

/** One id, or several at places of their own, where any was given. */
export const namedAt = (
  path: string,
  given: string | readonly string[] | null | undefined,
): NamedIds['named'] => {
  if (given === null || given === undefined) return [];
  return typeof given === 'string'
    ? [{ path, id: given }]
    : given.map((id, index) => ({ path: `${path}[${index}]`, id }));
};

/** An empty list must mean that nothing matches, never that an id was misspelt: it is refused, with all of its kind. */
export const refusalOfNames = async (
  viewer: Principal,
  groups: readonly NamedIds[],
): Promise<Refusal | null> => {
  const missing = await Promise.all(groups.map((group) => missingOf(viewer, group)));
  return missing.flat().length === 0 ? null : refusal('RESOURCE_NOT_FOUND', missing.flat().join(' '));
};

const missingOf = async (viewer: Principal, { what, named, find }: NamedIds): Promise<string[]> => {
  if (named.length === 0) return [];
  const found = await find(
    viewer,
    named.map(({ id }) => id),
  );
  const known = new Set(found.map(({ id }) => id));
  return named.filter(({ id }) => !known.has(id)).map(({ path }) => `${path}: there is no such ${what}.`);
};
