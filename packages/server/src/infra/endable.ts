/**
 * A generator that waits cannot hear `return()`: this one is told by a signal first, so that whoever
 * stops reading frees what it holds at once.
 */
export const endable = <Value>(
  start: (signal: AbortSignal) => AsyncGenerator<Value>,
): AsyncIterableIterator<Value> => {
  const controller = new AbortController();
  const generator = start(controller.signal);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => generator.next(),
    return: (value?: unknown) => {
      controller.abort();
      return generator.return(value);
    },
    throw: (error: unknown) => {
      controller.abort();
      return generator.throw(error);
    },
  };
};
