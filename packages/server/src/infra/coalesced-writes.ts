import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/**
 * Lets the writes of one tick leave in one go. Every small write would otherwise cost a system call here and
 * a wake-up on the other side.
 */
export interface CoalescedWrites {
  /** Keeps what is written from now on until the tick is over. */
  begin(): void;
  /** Lets what was kept leave now. */
  flush(): void;
}

export const coalesceWrites = (stream: Writable): CoalescedWrites => {
  let isCoalescing = false;
  const flush = (): void => {
    if (!isCoalescing) return;
    isCoalescing = false;
    stream.uncork();
  };
  return {
    begin() {
      if (isCoalescing) return;
      isCoalescing = true;
      stream.cork();
      process.nextTick(flush);
    },
    flush,
  };
};

/** A socket for a client that writes every message by itself. */
export class CoalescingSocket extends Socket {
  readonly #coalesced = coalesceWrites(this);

  override connect(...args: unknown[]): this {
    super.connect(...(args as Parameters<Socket['connect']>));
    // Connecting sets the socket's own `write` to the plain one, which would hide ours.
    Reflect.deleteProperty(this, 'write');
    return this;
  }

  override write(...args: unknown[]): boolean {
    this.#coalesced.begin();
    return super.write(...(args as Parameters<Socket['write']>));
  }
}
