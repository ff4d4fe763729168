import type { AssetNode } from '../../domain/asset.ts';

/** Who needs whom, by name. */
export interface AssetGraph {
  readonly needs: ReadonlyMap<string, readonly string[]>;
  readonly neededBy: ReadonlyMap<string, readonly string[]>;
}

/** Several sources may tell of one name: it needs what any of them says. */
export const graphOf = (nodes: readonly Pick<AssetNode, 'name' | 'dependencies'>[]): AssetGraph => {
  const [needs, neededBy] = [new Map<string, string[]>(), new Map<string, string[]>()];
  const add = (edges: Map<string, string[]>, from: string, to: string): void => {
    const known = edges.get(from);
    if (known) known.push(to);
    else edges.set(from, [to]);
  };
  for (const { name, dependencies } of nodes)
    for (const needed of dependencies) {
      add(needs, name, needed);
      add(neededBy, needed, name);
    }
  return { needs, neededBy };
};

/** All that is reached from these along the edges, by how far; in circles each once. */
export const reachedFrom = (
  edges: ReadonlyMap<string, readonly string[]>,
  roots: readonly string[],
  deepest = Infinity,
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
