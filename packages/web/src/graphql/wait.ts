export interface Wait {
  readonly ended: Promise<void>;
  /** Ends the wait early. */
  end(): void;
}

export const createWait = (ms: number): Wait => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return {
    ended: promise,
    end() {
      clearTimeout(timer);
      resolve();
    },
  };
};
