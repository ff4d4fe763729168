import type { AssetFilter, AssetNode } from '../../domain/asset.ts';
import { refusal, type Refusal } from '../../domain/errors.ts';
import type { AssetsFound, InventoryPort, NodesFound } from '../contract/ports.ts';

/** What one question may look at. */
export const mostAssets = 5_000;

/** What a question may look at that follows dependencies: of a part of them nothing is certain. */
export const mostNodes = { nodes: 50_000, edges: 250_000 };

/** What is reckoned from a part is wrong of the whole. */
export const tooMany = (most: number, what: string): Refusal =>
  refusal(
    'QUERY_TOO_COMPLEX',
    `More than ${most} ${what} match, and no more are looked at. Narrow the question.`,
  );

/** All assets that match, or the refusal of a question about more than one may look at. */
export const readAllAssets = async (
  inventory: InventoryPort,
  filter: AssetFilter,
): Promise<AssetsFound | { readonly refusal: Refusal }> => {
  const found = await inventory.find(filter, mostAssets);
  return found.total > mostAssets ? { refusal: tooMany(mostAssets, 'assets') } : found;
};

/** Of the whole inventory, whatever is asked of it. */
export const readNodes = async (
  inventory: InventoryPort,
): Promise<(NodesFound & { readonly nodes: readonly AssetNode[] }) | { readonly refusal: Refusal }> => {
  const { nodes, ...seen } = await inventory.findNodes(mostNodes);
  return nodes
    ? { nodes, ...seen }
    : {
        refusal: refusal(
          'QUERY_TOO_COMPLEX',
          `The inventory has more than ${mostNodes.nodes} assets, or ${mostNodes.edges} dependencies. All of it is looked at here or nothing, so no other question helps: people have to look.`,
        ),
      };
};
