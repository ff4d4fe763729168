/**
 * An object whose fields are those of what `now` gives at the moment when they are read. What is taken out of it, or
 * spread, stays as it was then.
 */
export const liveView = <Value extends object>(now: () => Value): Value =>
  new Proxy({} as Value, {
    get: (_, key): unknown => Reflect.get(now(), key),
    has: (_, key) => Reflect.has(now(), key),
    ownKeys: () => Reflect.ownKeys(now()),
    getOwnPropertyDescriptor: (_, key) => {
      const found = Reflect.getOwnPropertyDescriptor(now(), key);
      return found && { ...found, configurable: true };
    },
  });
