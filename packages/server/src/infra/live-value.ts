import { addAbortListener } from 'node:events';
import { endable } from './endable.ts';
import { joinSignals } from './joined-signal.ts';
import type { Logger } from './logger.ts';
import { startLoop, type Loop } from './loop.ts';

/** A value that is read for as long as somebody follows it: one reading serves all followers. */
export interface LiveValue<Value> extends AsyncDisposable {
  /** The current value first, then each change; a follower that is slow skips to the latest. */
  follow(): AsyncIterableIterator<Value>;
}

export interface LiveValueOptions<Value> {
  readonly name: string;
  readonly read: () => Promise<Value>;
  readonly everyMs: number;
  /** Whether a new reading says nothing that followers do not know. */
  readonly isSame: (before: Value, after: Value) => boolean;
  /** Calls back when the value may be new before it is looked at again; until it is disposed of. */
  readonly onHint?: (listener: () => void) => Disposable;
  readonly logger: Logger;
}

interface Follower<Value> {
  next: { readonly value: Value } | undefined;
  wake: () => void;
}

export const createLiveValue = <Value>(options: LiveValueOptions<Value>): LiveValue<Value> => {
  const { name, read, everyMs, isSame, logger } = options;
  const followers = new Set<Follower<Value>>();
  const stop = new AbortController();
  let loop: Loop | undefined;
  let hints: Disposable | undefined;
  let ending: PromiseLike<void> | undefined;

  const round = async (): Promise<number> => {
    const value = await read();
    followers.forEach((follower) => {
      follower.next = { value };
      follower.wake();
    });
    return everyMs;
  };
  const join = (follower: Follower<Value>): Disposable => {
    followers.add(follower);
    loop ??= startLoop({ name, round, idleMs: everyMs, logger });
    hints ??= options.onHint?.(() => loop?.wake());
    return {
      [Symbol.dispose]() {
        followers.delete(follower);
        if (followers.size > 0) return;
        hints?.[Symbol.dispose]();
        hints = undefined;
        ending = loop?.[Symbol.asyncDispose]();
        loop = undefined;
      },
    };
  };

  async function* values(left: AbortSignal): AsyncGenerator<Value> {
    using joined = joinSignals(left, stop.signal);
    const ended = joined.signal;
    const follower: Follower<Value> = { next: undefined, wake: () => undefined };
    const wake = (): void => {
      follower.wake();
    };
    using _ending = addAbortListener(ended, wake);
    using _joined = join(follower);
    let known: Value = await read();
    yield known;
    while (!ended.aborted) {
      const { next } = follower;
      follower.next = undefined;
      if (next && !isSame(known, next.value)) yield (known = next.value);
      else if (!next) await new Promise<void>((resolve) => (follower.wake = resolve));
    }
  }

  return {
    follow: () => endable(values),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await loop?.[Symbol.asyncDispose]();
      await ending;
    },
  };
};
