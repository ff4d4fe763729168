import type { Asset } from '../../domain/asset.ts';

/** Who needs whom, by name. */
export interface AssetGraph {
  readonly needs: ReadonlyMap<string, readonly string[]>;
  readonly neededBy: ReadonlyMap<string, readonly string[]>;
}

export const graphOf = (assets: readonly Asset[]): AssetGraph => {
  const needs = new Map(assets.map(({ name, dependencies }) => [name, dependencies]));
  const neededBy = new Map<string, string[]>();
  for (const { name, dependencies } of assets)
    for (const needed of dependencies) {
      const known = neededBy.get(needed) ?? [];
      known.push(name);
      neededBy.set(needed, known);
    }
  return { needs, neededBy };
};

/** All that is reached from these along the edges, by how far; in circles each once. */
export const reachedFrom = (
  edges: ReadonlyMap<string, readonly string[]>,
  roots: readonly string[],
  deepest = 50,
): ReadonlyMap<string, number> => {
  const depths = new Map(roots.map((root) => [root, 0]));
  let edge: readonly string[] = roots;
  for (let depth = 1; depth <= deepest && edge.length > 0; depth += 1) {
    const next = new Set(edge.flatMap((name) => edges.get(name) ?? []).filter((name) => !depths.has(name)));
    for (const name of next) depths.set(name, depth);
    edge = [...next];
  }
  return depths;
};
