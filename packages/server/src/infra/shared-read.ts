/** A reading that took long is kept longer: reading takes at most a twentieth of the time, however often it is asked for. */
const restFactor = 20;

/**
 * A value that many ask for and few readings serve: callers share the reading under way, and its value for
 * `keepMs`, or longer where reading took long, but never longer than `maxKeepMs`.
 */
export const createSharedRead = <Value>(
  read: () => Promise<Value>,
  keepMs: number,
  maxKeepMs = Infinity,
): (() => Promise<Value>) => {
  let current: Promise<Value> | undefined;
  let expiresAt = 0;
  return () => {
    if (current && performance.now() < expiresAt) return current;
    const startedAt = performance.now();
    const reading = read();
    current = reading;
    expiresAt = Infinity;
    reading.then(
      () => {
        const endedAt = performance.now();
        expiresAt = endedAt + Math.min(maxKeepMs, Math.max(keepMs, restFactor * (endedAt - startedAt)));
      },
      () => {
        current = undefined;
      },
    );
    return reading;
  };
};

export interface ForgettableRead<Value> {
  readonly read: () => Promise<Value>;
  /** What was read may be old, and so may what is read now: the next caller has it read anew. */
  readonly forget: () => void;
}

/** A reading of what is at most `keepMs` old, and newer than the last word that it changed. */
export const createForgettableRead = <Value>(
  read: () => Promise<Value>,
  keepMs: number,
): ForgettableRead<Value> => {
  const begin = () => createSharedRead(read, keepMs, keepMs);
  let current = begin();
  return {
    read: () => current(),
    forget() {
      current = begin();
    },
  };
};
