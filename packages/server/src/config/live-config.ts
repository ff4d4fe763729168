import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config.ts';
import type { Logger } from '../infra/logger.ts';
import { oneByOne } from '../infra/one-by-one.ts';

/** Something that is made of the configuration, and made anew where a reload changes what it is made of. */
export interface ConfigPart<Value> {
  /** In the singular, as a fault says it: `policy data`. */
  readonly name: string;
  /** What it is made of. */
  readonly of: (config: Config) => unknown;
  /** Nobody notices, and nothing that counts changes. Throws where nothing can be made of it. */
  readonly make: (config: Config) => Value | Promise<Value>;
  /** Is waited for once every part could be made, before any counts. Throws where this one may not count after all. */
  readonly settle?: (value: Value) => Promise<void>;
  /** Is told of each one from when on it counts; must not throw. */
  readonly take?: (value: Value) => void;
  /** Ends one that another has replaced, or that never came to count; what still uses it may take its time until the signal says otherwise. */
  readonly end?: (value: Value, signal: AbortSignal) => void | PromiseLike<void>;
}

/** The configuration as it counts. */
export interface LiveConfig extends AsyncDisposable {
  readonly now: () => Config;
  /** Gives how to get at the one that counts. */
  readonly part: <Value>(part: ConfigPart<Value>) => Promise<() => Value>;
  /**
   * Makes another one count, whole or not at all: every part is made before any is taken.
   *
   * @throws PartError
   */
  readonly change: (next: Config) => Promise<void>;
}

/** A part could not be made of a configuration. */
export class PartError extends Error {
  override readonly name = 'PartError';
  constructor(part: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`The ${part} cannot be used: ${why}`, { cause });
  }
}

interface Made {
  readonly settle: () => Promise<void>;
  readonly take: () => void;
  readonly drop: () => void;
}

/** Gives null where the part stays as it is. */
type Prepare = (next: Config) => Promise<Made | null>;

const asPart = async <Value>(name: string, work: () => Value | Promise<Value>): Promise<Value> => {
  try {
    return await work();
  } catch (error) {
    throw new PartError(name, error);
  }
};

/** Those that change, or none where one of them cannot be made. */
const prepareAll = async (
  parts: readonly { readonly prepare: Prepare }[],
  next: Config,
): Promise<readonly Made[]> => {
  const made: Made[] = [];
  try {
    for (const { prepare } of parts) {
      const one = await prepare(next);
      if (one) made.push(one);
    }
    for (const { settle } of made) await settle();
    return made;
  } catch (error) {
    for (const { drop } of made) drop();
    throw error;
  }
};

export const createLiveConfig = (first: Config, logger: Logger): LiveConfig => {
  let current = first;
  const parts: { readonly prepare: Prepare; readonly close: () => void }[] = [];
  const closing = new AbortController();
  const endings = new Set<Promise<void>>();

  const endLater = <Value>({ name, end }: ConfigPart<Value>, value: Value): void => {
    const ending = Promise.resolve(end?.(value, closing.signal))
      .catch((error: unknown) => {
        logger.warn({ err: error, part: name }, 'something that a reload replaced did not end well');
      })
      .finally(() => endings.delete(ending));
    endings.add(ending);
  };

  // In turns: a part that is being made while another configuration comes to count would be of neither.
  const inTurn = oneByOne();

  const part = async <Value>(given: ConfigPart<Value>): Promise<() => Value> => {
    let from = given.of(current);
    let value = await given.make(current);
    await given.settle?.(value);
    given.take?.(value);
    parts.push({
      prepare: async (next) => {
        const of = given.of(next);
        if (isDeepStrictEqual(of, from)) return null;
        const made = await asPart(given.name, () => given.make(next));
        return {
          settle: () => asPart(given.name, async () => given.settle?.(made)),
          take() {
            const before = value;
            [from, value] = [of, made];
            given.take?.(made);
            endLater(given, before);
          },
          drop: () => endLater(given, made),
        };
      },
      close: () => endLater(given, value),
    });
    return () => value;
  };

  const change = async (next: Config): Promise<void> => {
    const made = await prepareAll(parts, next);
    current = next;
    for (const { take } of made) take();
  };

  return {
    now: () => current,
    part: (given) => inTurn(() => part(given)),
    change: (next) => inTurn(() => change(next)),
    async [Symbol.asyncDispose]() {
      closing.abort();
      for (const { close } of parts.toReversed()) close();
      await Promise.all(endings);
    },
  };
};
