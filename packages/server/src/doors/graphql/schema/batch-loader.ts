import DataLoader from 'dataloader';

/**
 * Gathers the keys that one tick asks for into one query. Nothing is remembered: a subscription's
 * context lives long, and what it shows must be what is true now.
 */
export const createBatchLoader = <Scope extends object, Key, Value>(
  load: (scope: Scope, keys: readonly Key[]) => Promise<readonly Value[]>,
  keyOf: (value: Value) => string,
  textOf: (key: Key) => string,
): ((scope: Scope, key: Key) => Promise<Value | null>) => {
  const loaders = new WeakMap<Scope, DataLoader<Key, Value | null>>();
  const loaderOf = (scope: Scope): DataLoader<Key, Value | null> => {
    const known = loaders.get(scope);
    if (known) return known;
    const loader = new DataLoader<Key, Value | null>(
      async (keys) => {
        const unique = [...new Map(keys.map((key) => [textOf(key), key])).values()];
        const byKey = new Map((await load(scope, unique)).map((value) => [keyOf(value), value]));
        return keys.map((key) => byKey.get(textOf(key)) ?? null);
      },
      { cache: false, maxBatchSize: 500 },
    );
    loaders.set(scope, loader);
    return loader;
  };
  return (scope, key) => loaderOf(scope).load(key);
};
