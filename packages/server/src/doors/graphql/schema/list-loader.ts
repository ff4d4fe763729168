import type { Principal } from '../../../domain/principal.ts';
import { createBatchLoader } from './batch-loader.ts';

type ListOf<Item> = { readonly id: string; readonly items: readonly Item[] };

/** Loads all items of many parents at once. */
export const createListLoader = <Item>(
  load: (ids: readonly string[]) => Promise<readonly Item[]>,
  parentOf: (item: Item) => string,
) => {
  const loadList = createBatchLoader(
    async (_viewer: Principal, ids: readonly string[]): Promise<ListOf<Item>[]> => {
      const items = await load(ids);
      return ids.map((id) => ({ id, items: items.filter((item) => parentOf(item) === id) }));
    },
    ({ id }) => id,
    (id) => id,
  );
  return async (viewer: Principal, id: string): Promise<readonly Item[]> =>
    (await loadList(viewer, id))?.items ?? [];
};
